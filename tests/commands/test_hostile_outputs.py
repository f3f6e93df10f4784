"""Every text output, with hostile text wherever it may stand: one fact a line, nothing raw."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from authtui.commands.check_json import as_json
from authtui.commands.check_text import write_text
from authtui.commands.event_lines import event_json, event_text
from authtui.commands.explain import explain
from authtui.commands.run import write_outcome
from authtui.lifecycle.preview import Outcome, Plan, PlannedCall, PlannedChange
from authtui.redaction import Secret
from authtui.simulation.forms import forms_here
from authtui.tokens.view import view_token
from tests.program import environment, run
from tests.tui.homes import token
from tests.tui.hostile import HOSTILE, TOGETHER, assert_harmless, every_event, poisoned
from tests.tui.samples import NOW, answer, observation

TEXTS = {**HOSTILE, "together": TOGETHER, "long": "x" * 20_000}
each_text = pytest.mark.parametrize("text", TEXTS.values(), ids=list(TEXTS))


def assert_lines(text: str) -> None:
    for line in text.split("\n"):
        assert_harmless(line)


# What is a word of our own there, whatever stands in a home.
OWN = {
    "chosen_by",
    "title",
    "kind",
    "group",
    "id",
    "source",
    "account",
    "auth_method",
    "mode",
    "leads_to",
}


def texts_in(value: Any) -> list[str]:  # noqa: ANN401 - any JSON value
    if isinstance(value, dict):
        pairs = ((name, inner) for name, inner in value.items() if name not in OWN)
        return [text for pair in pairs for part in pair for text in texts_in(part)]
    if isinstance(value, list):
        return [text for item in value for text in texts_in(item)]
    return [value] if isinstance(value, str) else []


@each_text
@pytest.mark.parametrize("story", ["shadowed", "silent-drop", "wrong-workspace"])
def test_check_prints_hostile_text_harmless(story: str, text: str) -> None:
    found = poisoned(answer(story), text)
    out = io.StringIO()
    write_text(found, observation(), out)
    assert_lines(out.getvalue())
    document = json.loads(json.dumps(as_json(found, forms_here(observation()))))
    del document["contract"]["name"], document["doctor"]
    for shown in texts_in(document):
        assert_lines(shown)
    for wanted in (text, found.sources[0].name, found.checks[0].id, "no such thing"):
        out, err = io.StringIO(), io.StringIO()
        explain(wanted, found, out, err)
        assert_lines(out.getvalue())
        assert_lines(err.getvalue())


@each_text
def test_every_event_is_one_harmless_line(text: str) -> None:
    for event in every_event(text):
        for line in event_text(event).split("\n"):
            assert_harmless(line)
        for shown in texts_in(json.loads(json.dumps(event_json(event)))):
            assert_harmless(shown)


@each_text
def test_a_step_and_its_plan_are_printed_harmless(text: str) -> None:
    call = PlannedCall("POST", f"https://{text}", text, text, text)
    plan = Plan("logout", (call,), (PlannedChange(text, text),), (text,))
    for made in (
        Outcome("logout", done=False, reason=text, plan=plan),
        Outcome("logout", done=False, reason=text, client_text=text),
    ):
        for as_lines in (False, True):
            out = io.StringIO()
            write_outcome(made, out, as_json=as_lines)
            assert_lines(out.getvalue())


@each_text
def test_a_hostile_token_is_decoded_harmless(text: str) -> None:
    made = token({"sub": text, text or "-": {text: [text]}, "iss": text, "exp": text})
    view = view_token("token", text, Secret(made), now=NOW)
    assert all(line for line in view.rows)


def test_a_hostile_home_and_token_are_printed_harmless(tmp_path: Path) -> None:
    name = "".join(c for c in TOGETHER[:90] if c not in "/\0")
    home = tmp_path / name.encode("utf-8", "replace").decode()
    home.mkdir()
    made = token({"sub": TOGETHER, TOGETHER: {TOGETHER: [TOGETHER]}, "iss": TOGETHER})
    (home / "config.toml").write_text(f"model = {json.dumps(name)}\n")
    for arguments, stdin in (
        (("paths", "--home", home), ""),
        (("paths", "--json", "--home", home), ""),
        (("check", "--home", home), ""),
        (("decode", "-"), made),
        (("decode", "--json", "-"), made),
        (("run", "assert", "logout", "--home", home), ""),
        (("check", "--home", home, "--with", name), ""),
        (("check", "--home", home, "--explain", name), ""),
        (("demo", name), ""),
    ):
        answer_ = run(*arguments, user_home=tmp_path, stdin=stdin)
        assert answer_.code in (0, 1, 2, 3, 4), answer_
        assert "Traceback" not in answer_.err
        assert_lines(answer_.out)
        assert_lines(answer_.err)


@pytest.mark.parametrize("command", ["check", "check --json", "paths", "run logout"])
def test_a_pipe_that_knows_few_characters_gets_what_it_can_take(
    tmp_path: Path, command: str
) -> None:
    env = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    found = run(*command.split(), "--home", tmp_path, user_home=tmp_path, env=env)
    assert found.code in (0, 1, 3, 4), found.err
    assert found.out.isascii()
    if "--json" in command:
        assert found.json["schema"] == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("command", ["check", "check --json", "paths", "run logout"])
def test_an_output_that_is_full_is_said_and_is_no_success(tmp_path: Path, command: str) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "authtui", *command.split(), "--home", str(tmp_path)],
            env=environment(tmp_path),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode != 0
    assert done.stderr == "authtui: the output could not be written: No space left on device\n"
