"""`import authtui`: what it offers, what that costs, and the example of the contributors' page."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import authtui
from authtui.credentials.observe import read_observation
from tests.program import NOW, api_key_login, chatgpt_login, codex_home, environment, run, run_code

if TYPE_CHECKING:
    from collections.abc import Mapping

PAGE = Path(authtui.__file__).with_name("README.md")
OFFERED = sorted(set(authtui.__all__) - {"__version__"})
COST = """
import json, sys
before = set(sys.modules)
import authtui
imported = sorted(set(sys.modules) - before)
for name in sys.argv[1:]:
    getattr(authtui, name)
json.dump([imported, sorted(n.partition(".")[0] for n in sys.modules)], sys.stdout)
"""


def moment() -> datetime:
    return datetime.fromisoformat(NOW).astimezone(UTC)


def test_importing_it_imports_two_small_modules(tmp_path: Path) -> None:
    imported, _ = json.loads(run_code(COST, user_home=tmp_path).out)
    ours = [name for name in imported if name.partition(".")[0] == "authtui"]
    assert ours == ["authtui", "authtui.version"]
    others = {name.partition(".")[0] for name in imported} - {"authtui"}
    assert others <= sys.stdlib_module_names
    assert others & {"argparse", "asyncio", "dataclasses", "importlib", "inspect", "json"} == set()


def test_to_look_and_to_judge_needs_no_interface_and_no_network(tmp_path: Path) -> None:
    names = ("observe", "assess", "Options", "Assessment", "Observation")
    _, loaded = json.loads(run_code(COST, *names, user_home=tmp_path).out)
    assert set(loaded) & {"textual", "rich", "httpx", "keyring", "cryptography", "asyncio"} == set()


@pytest.mark.parametrize("name", OFFERED)
def test_everything_offered_is_there_documented_and_listed(name: str) -> None:
    found = getattr(authtui, name)
    assert name in dir(authtui)
    if name != "Event":  # a union of the kinds of event
        assert found.__name__ == name
        assert found.__doc__
    assert f"`{name}`" in (authtui.__doc__ or "")


def test_what_is_not_offered_is_no_attribute() -> None:
    name = "no_such_thing"
    with pytest.raises(AttributeError, match="no_such_thing"):
        getattr(authtui, name)


@pytest.mark.parametrize("login", [api_key_login(), chatgpt_login(), None, "{"])
def test_it_judges_as_the_command_line_does(tmp_path: Path, login: Mapping[str, object]) -> None:
    home = codex_home(tmp_path, login)
    seen = authtui.observe(home, environ=environment(tmp_path), now=moment())
    found = authtui.assess(seen, authtui.Options(contract="current"))
    said = run("check", "--json", f"--home={home}", "--contract=current", f"--now={NOW}",
               user_home=tmp_path).json  # fmt: skip
    verdict = said["verdict"]
    assert (found.verdict.outcome, found.verdict.sentence) == (
        verdict["outcome"],
        verdict["sentence"],
    )


def test_observing_is_the_one_look_that_every_command_takes(tmp_path: Path) -> None:
    home = codex_home(tmp_path, chatgpt_login())
    seen = authtui.observe(home, environ={}, now=moment())
    other = read_observation(environ={}, home_option=str(home), now=moment())
    # What a disk has left, and which ports are open, changes while one looks.
    assert seen._replace(storage=other.storage, listening=other.listening) == other


def test_a_session_reads_nothing_before_its_load_and_tells_its_subscribers(tmp_path: Path) -> None:
    home = codex_home(tmp_path)
    session = authtui.open_session(home, environ={}, clock=moment)
    (home / "auth.json").write_text(json.dumps(api_key_login()))
    told: list[str] = []
    session.subscribe(lambda state, event: told.append(f"{type(event).__name__} {state.phase}"))
    session.load()
    assert told == ["Loaded loaded"]
    assert session.state.assessment is not None
    assert session.state.assessment.verdict.outcome == "ready"


async def test_a_lifecycle_only_plans_unless_it_is_live(tmp_path: Path) -> None:
    home = codex_home(tmp_path, chatgpt_login())
    session = authtui.open_session(home, environ={}, clock=moment)
    session.load()
    before = (home / "auth.json").read_bytes()
    outcome = await authtui.open_lifecycle(session, environ={}, clock=moment).logout()
    assert outcome.is_preview
    assert (home / "auth.json").read_bytes() == before


def test_the_example_of_the_page_does_what_it_says(tmp_path: Path) -> None:
    text = PAGE.read_text(encoding="utf-8")
    marked = text.partition("<!-- front-door -->")[2].partition("<!-- /front-door -->")[0]
    code = marked.strip().removeprefix("```python\n").removesuffix("```")
    answer = run_code(code, user_home=tmp_path)
    assert answer.err == ""
    lines = answer.out.splitlines()
    assert lines[0].startswith("why: ")
    assert "1 Loaded loaded" in lines
    kinds = [line.split()[1] for line in lines if line[:1].isdigit()]
    assert kinds.count("RequestFinished") == 2
    assert kinds[-2:] == ["IdentityRegistered", "TaskRegistered"]
    assert lines[-1] == "Done."
