"""`authtui help`: every row of the program's own tables, in plain text of 80 columns."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from authtui.answers import glossary
from authtui.checks.all_checks import REGISTER
from authtui.checks.failure_modes import failure_modes
from authtui.checks.registry import GROUPS
from authtui.commands.help import TOPICS, WIDTH
from authtui.commands.help_topics import JSON_KEYS
from authtui.commands.paths import places
from authtui.contracts import GENERATIONS, TABLE
from authtui.contracts.facts import FACTS
from authtui.tui.keymap import EVERY_KEY, unknown_ids
from tests.program import api_key_login, chatgpt_login, codex_home, environment, run, run_code

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def told(topic: str, user_home: Path, **env: str) -> str:
    """The text of a topic, with its line ends taken out."""
    answer = run("help", topic, user_home=user_home, env=env)
    assert (answer.code, answer.err) == (0, "")
    return " ".join(answer.out.split())


def test_without_a_topic_it_lists_them(tmp_path: Path) -> None:
    answer = run("help", user_home=tmp_path)
    assert answer.code == 0
    assert all(re.search(rf"^  {topic} ", answer.out, re.MULTILINE) for topic in TOPICS)


def test_an_unknown_topic_is_wrong_usage_and_the_known_ones_are_named(tmp_path: Path) -> None:
    answer = run("help", "no\x1b[31msuch", user_home=tmp_path)
    assert (answer.code, answer.out) == (2, "")
    assert "\x1b" not in answer.err
    assert all(topic in answer.err for topic in TOPICS)


@pytest.mark.parametrize("topic", TOPICS)
def test_it_is_plain_text_of_80_columns(tmp_path: Path, topic: str) -> None:
    answer = run("help", topic, user_home=tmp_path)
    assert answer.code == 0
    assert re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", answer.out) is None
    wide = [line for line in answer.out.splitlines() if len(line) > WIDTH]
    assert [line for line in wide if " " in line.strip()] == [], "only one long word may be wider"


def test_keys_tells_every_key_and_its_id(tmp_path: Path) -> None:
    text = told("keys", tmp_path)
    for table in EVERY_KEY.values():
        for key in table:
            assert f"{key.title} ({key.id}). {key.help}".strip() in text


def test_every_id_it_tells_may_be_mapped() -> None:
    ids = [key.id for table in EVERY_KEY.values() for key in table]
    assert unknown_ids(dict.fromkeys(ids, "x")) == ()
    assert unknown_ids({"no-such": "x"}) == ("keymap.no-such: no such action",)


def test_checks_tells_every_check_in_a_group_that_says_what_it_is_about(tmp_path: Path) -> None:
    text = told("checks", tmp_path)
    for entry in REGISTER:
        assert f"{entry.id} {entry.title}. [{entry.source}]" in text
    for group, about in GROUPS.items():
        assert f"{group}: {about}" in text


def test_failures_tells_every_failure_mode_and_what_recognises_it(tmp_path: Path) -> None:
    text = told("failures", tmp_path)
    for mode in failure_modes():
        assert f"{mode.rank} {mode.title} {', '.join(mode.checks or mode.hints)}".strip() in text


def test_generations_tells_every_version_and_every_fact_of_each_generation(tmp_path: Path) -> None:
    text = told("generations", tmp_path)
    for contract in TABLE:
        assert f"{contract.name} {contract.title}" in text
    for fact in FACTS:
        part = text.partition(f"{fact.fact} [{fact.source}]")[2]
        assert all(name in part for name in GENERATIONS)


def test_words_tells_the_whole_glossary_each_word_once(tmp_path: Path) -> None:
    text = told("words", tmp_path)
    rows = [*glossary.SCREEN_WORDS, *glossary.OUTCOMES, *glossary.TERMS]
    for word, meaning in rows:
        assert f"{word} {meaning}" in text
    assert len({word for word, _ in rows}) == len(rows)
    terms = [word.lower() for word, _ in glossary.TERMS]
    assert terms == sorted(terms)


def test_files_tells_the_places_of_this_environment_and_the_settings(tmp_path: Path) -> None:
    home = tmp_path / "elsewhere"
    text = told("files", tmp_path, CODEX_HOME=str(home))
    for place in places(environment(tmp_path, CODEX_HOME=str(home))):
        assert f"{place.what} " in text
    assert "~/elsewhere/auth.json (read; written or removed on request)" in text
    assert "In ~/.config/authtui/config.toml." in text


def test_exit_codes_tells_those_of_the_contract(tmp_path: Path) -> None:
    out = run("help", "exit-codes", user_home=tmp_path).out
    assert set(re.findall(r"^  (\d+) ", out, re.MULTILINE)) == {
        "0",
        "1",
        "2",
        "3",
        "4",
        "70",
        "130",
    }


def paths_of(value: object, above: str = "") -> Iterator[str]:
    """The keys of a document, as `verdict.fix`; those of names that users choose are left out."""
    if isinstance(value, dict) and above not in ("tokens.header", "tokens.claims", "generations"):
        for key, inner in value.items():
            path = f"{above}.{key}" if above else key
            yield path
            yield from paths_of(inner, path)
    if isinstance(value, list):
        for inner in value:
            yield from paths_of(inner, above)


@pytest.mark.parametrize("login", [api_key_login(), chatgpt_login(), None])
def test_json_names_every_key_of_the_document_and_no_other(tmp_path: Path, login: Any) -> None:  # noqa: ANN401
    home = codex_home(tmp_path, login)
    answer = run("check", "--json", "--with=CODEX_API_KEY=x", f"--home={home}", user_home=tmp_path)
    document = json.loads(answer.out)
    assert set(document) == set(JSON_KEYS)
    for path in paths_of(document):
        top, _, below = path.partition(".")
        if below and not below.startswith("before."):
            assert re.search(rf"\b{below.rpartition('.')[2]}\b", JSON_KEYS[top]), path


def test_it_needs_no_interface_and_no_network(tmp_path: Path) -> None:
    code = (
        "import sys, io; real, sys.stdout = sys.stdout, io.StringIO()\n"
        "from authtui.cli import main; main(['help', sys.argv[1]])\n"
        "print(*sorted({m.partition('.')[0] for m in sys.modules}), file=real)"
    )
    for topic in ("keys", "checks", "files"):
        loaded = set(run_code(code, topic, user_home=tmp_path).out.split())
        assert loaded & {"textual", "rich", "httpx", "jwt", "keyring", "starlette"} == set(), topic
