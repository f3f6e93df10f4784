"""The stories play through the real core, on a home that is gone afterwards."""

from __future__ import annotations

import asyncio
import io
import json
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from authtui.commands.event_lines import event_json, event_text
from authtui.commands.run import write_outcome
from authtui.demo.backend.faults import Fault
from authtui.demo.play import Player
from authtui.demo.stage import PLAYING, stage_for
from authtui.demo.story import Story
from authtui.demo.story_file import parse_story, read_names, read_story
from authtui.demo.unprivileged import bound_by_modes
from authtui.demo.walk import StoryEnding

if TYPE_CHECKING:
    from pathlib import Path

    from authtui.demo.stage import Stage
    from authtui.lifecycle.preview import Outcome
    from authtui.model.events import Event


def now() -> datetime:
    return datetime.now(UTC)


class Played:
    """A story that was played, and everything that was told."""

    def __init__(self, story: Story) -> None:
        self.events: list[tuple[Event, str]] = []
        self.outcomes: list[Outcome] = []
        bound_by_modes(lambda: self._play(story))

    async def _play(self, story: Story) -> None:
        with stage_for(story, clock=now) as stage:
            stage.session.subscribe(lambda _, event: self._hear(stage, event))
            stored = stage.home / "auth.json"
            self.auth = stored.read_text() if stored.exists() else ""
            self.folder = stage.home.parent
            player = Player(stage, self.outcomes.append)
            self.ending = await self._through(player)
            self.moments = tuple(player.moments)
            self.session = stage.session
            self.left = sorted(path.name for path in self.folder.rglob("*") if path.is_file())
            self.seen = stage.backend.state.requests
            self.environ = dict(stage.environ)
            self.errors = tuple(stage.session.subscriber_errors)

    @staticmethod
    async def _through(player: Player) -> StoryEnding:
        while player.ending is None:
            await player.advance()
        return player.ending

    def _hear(self, stage: Stage, event: Event) -> None:
        found = stage.session.state.assessment
        self.events.append((event, found.lamps.accepted.light if found else "grey"))

    def lights(self, kind: str) -> list[str]:
        """The accepted lamp after each event of a kind."""
        return [light for event, light in self.events if event.kind == kind]

    @property
    def text(self) -> str:
        """Everything a reader could see."""
        lines = [event_text(event) + json.dumps(event_json(event)) for event, _ in self.events]
        out = io.StringIO()
        for outcome in self.outcomes:
            write_outcome(outcome, out, as_json=False)
            write_outcome(outcome, out, as_json=True)
        return "\n".join([*lines, out.getvalue()])


def story(name: str) -> Story:
    found = read_story(name)
    assert isinstance(found, Story), found
    return found


@pytest.fixture(scope="module")
def identity() -> Played:
    return Played(story("identity"))


@pytest.fixture(scope="module")
def ghost() -> Played:
    return Played(story("ghost"))


@pytest.mark.parametrize("name", read_names())
def test_every_story_ends_green_and_its_home_is_removed(name: str) -> None:
    played = Played(story(name))
    assert played.ending == StoryEnding(True, "The server accepted the request.")
    assert played.errors == ()
    assert not played.folder.exists()


def test_the_lamp_turns_green_on_the_answer_to_the_assertion_and_not_before(
    identity: Played,
) -> None:
    assert identity.lights("TaskRegistered") == ["grey"]
    assert identity.lights("Asserted") == ["green"]
    assert identity.lights("LoggedOut") == ["grey"]


def test_the_backend_saw_registration_a_signed_request_and_the_revocation(
    identity: Played,
) -> None:
    assert [(seen.endpoint, seen.auth, seen.status) for seen in identity.seen] == [
        ("agent-register", "ChatGPT access token", 200),
        ("task-register", "none", 200),
        ("responses", "AgentAssertion", 200),
        ("revoke", "none", 200),
    ]


def test_each_request_of_the_story_stands_in_the_log_twice_started_and_answered(
    identity: Played,
) -> None:
    paths = [event.request.path for event, _ in identity.events if event.kind == "RequestStarted"]  # type: ignore[attr-defined] # by its kind
    assert paths == [seen.path for seen in identity.seen]
    assert len(identity.lights("RequestFinished")) == len(paths)


def test_each_step_that_sends_is_shown_before_it_is_done(identity: Played) -> None:
    shown = [(o.action, o.live, o.is_preview) for o in identity.outcomes]
    assert shown == [
        ("load", True, False),
        ("register", False, True),
        ("register", True, False),
        ("assert", False, True),
        ("assert", True, False),
        ("logout", False, True),
        ("logout", True, False),
    ]
    assert all(outcome.done for outcome in identity.outcomes if outcome.live)


def test_the_logout_leaves_a_backup_and_no_login(identity: Played) -> None:
    assert "auth.json" not in identity.left
    assert any(name.startswith("auth.json.authtui-") for name in identity.left)


def test_the_ghost_is_refused_first_and_accepted_once_the_variable_is_gone(ghost: Played) -> None:
    assert [(seen.auth, seen.status) for seen in ghost.seen] == [
        ("API key", 401),
        ("ChatGPT access token", 200),
    ]
    assert ghost.lights("Asserted") == ["red", "green"]
    changes = [event.changes for event, _ in ghost.events if event.kind == "Loaded"]  # type: ignore[attr-defined] # by its kind
    assert changes[-1] == ("CODEX_API_KEY is no longer set",)


def test_the_variables_of_the_developer_are_not_those_of_the_story(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CODEX_API_KEY", "sk-of-the-developer")
    played = Played(story("identity"))
    assert played.ending.green
    assert "CODEX_API_KEY" not in played.environ


def test_no_secret_is_told(identity: Played, ghost: Played) -> None:
    for played in (identity, ghost):
        tokens = json.loads(played.auth)["tokens"]
        for name in ("id_token", "access_token", "refresh_token"):
            assert tokens[name] not in played.text
            assert tokens[name].rpartition(".")[2][:24] not in played.text
    assert "sk-old" not in ghost.text
    assert "agent_private_key" not in identity.text


@pytest.mark.parametrize(
    ("fault", "step", "said"),
    [
        (Fault("task-register", "status", 403), "Step 2 of 4 (register)", "403 to task-register"),
        (Fault("task-register", "garbage"), "Step 2 of 4 (register)", "task id"),
        (Fault("responses", "status", 500), "Step 3 of 4 (assert)", "500 to responses"),
        (Fault("responses", "html"), "Step 3 of 4 (assert)", "amber, not green"),
        (Fault("revoke", "status", 503), "Step 4 of 4 (logout)", "503 to revoke"),
    ],
)
def test_a_fault_at_the_backend_ends_the_story_with_a_plain_statement(
    fault: Fault, step: str, said: str
) -> None:
    played = Played(story("identity")._replace(faults=(fault,)))
    assert not played.ending.green
    assert played.ending.reason.startswith(f"{step} did not go as the story says: ")
    assert said in played.ending.reason
    assert played.ending.reason.endswith(".")
    assert not played.folder.exists()


def test_a_viewer_acts_when_the_story_is_over_and_not_before() -> None:
    over = threading.Event()
    with stage_for(story("identity"), clock=now) as stage:
        stage.session.load("start")
        life = stage.lifecycle_after(over, lambda _: None)
        early = asyncio.run(life.perform("register"))
        assert (early.done, early.reason) == (False, PLAYING)
        over.set()
        assert asyncio.run(life.perform("register")).is_preview


def test_no_configuration_leads_a_story_to_another_host() -> None:
    with stage_for(story("identity"), clock=now) as stage:
        config = stage.home / "config.toml"
        config.write_text('chatgpt_base_url = "http://203.0.113.9:9/backend-api"\n')
        stage.environ["CODEX_REFRESH_TOKEN_URL_OVERRIDE"] = "http://203.0.113.9:9/oauth/token"
        life = stage.program().life
        assert asyncio.run(life.perform("load")).done
        refused = asyncio.run(life.perform("refresh"))
        assert stage.backend.state.requests == ()
    assert not refused.done
    assert "203.0.113.9 is not among the hosts" in refused.reason


RIGHT = {"text": "t", "answer": "a", "right": True}
GOOD: dict[str, Any] = {
    "title": "t",
    "about": "a",
    "login": "chatgpt",
    "steps": [{"do": "load"}, {"do": "assert"}],
}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"login": "nobody"}, "login 'nobody' is not one of chatgpt,"),
        ({"contract": "never"}, "contract 'never' is unknown"),
        ({"surface": "web"}, "surface 'web' is not one of"),
        ({"title": 1}, "title is not a string"),
        ({"colour": "red"}, "colour is unknown"),
        ({"steps": [{"do": "load"}]}, "it cannot end green"),
        ({"steps": [{"do": "dance"}]}, "step 1: do = 'dance'"),
        ({"steps": [{"do": "unset"}]}, "step 1: unset wants the name"),
        ({"steps": [{"do": "assert", "status": True}]}, "step 1: status is not a number"),
        ({"steps": [{"do": "assert", "accepted": "blue"}]}, "step 1: accepted = 'blue'"),
        ({"steps": [{"do": "assert", "answered": ["moon"]}]}, "step 1: answered is not a list"),
        ({"steps": ["load"]}, "step 1: is not a table"),
        ({"faults": [{"endpoint": "moon", "kind": "drop"}]}, "faults: no such endpoint"),
        ({"environment": {"A": 1}}, "a variable of environment is not a string"),
        ({"record": {"A": 1}}, "a field of record is not a string"),
        ({"mode": "644"}, "mode '644' is not like 0600"),
        ({"teaches": "ready"}, "teaches 'ready' is not one of another-source-won,"),
        ({"gateway": {"issuer": "A"}}, "gateway: stale is missing"),
        ({"guess": {"question": "?"}}, "guess: causes is missing"),
        ({"guess": {"question": "?", "causes": [RIGHT]}}, "2 to 4 causes"),
        ({"guess": {"question": "?", "causes": [RIGHT, RIGHT]}}, "exactly one cause is right"),
        ({"steps": [{"do": "clock", "value": "noon"}]}, "step 1: clock wants a value of whole"),
        ({"steps": [{"do": "config"}]}, "step 1: config wants a value"),
        ({"steps": [{"do": "look", "pane": "moon"}]}, "step 1: pane = 'moon' is not one of"),
        ({"steps": [{"do": "look", "as_of": "then"}]}, "step 1: as_of names 'then'"),
        ({"steps": [{"do": "look", "verdict": "bad"}]}, "step 1: verdict = 'bad'"),
    ],
)
def test_a_mistake_in_a_story_is_named(change: dict[str, Any], said: str) -> None:
    found = parse_story("s", {**GOOD, **change})
    assert isinstance(found, str)
    assert said in found


def test_a_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.toml").write_text("title = ")
    found = read_story("broken", tmp_path)
    assert isinstance(found, str)
    assert found.startswith("the story broken cannot be read: ")
    assert read_story("../x", tmp_path) == "there is no story '../x'"
