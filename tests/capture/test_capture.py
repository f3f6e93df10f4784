"""A captured program in a session: its requests, its output, its end, and who rotated."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from authtui.capture.capture import Capture
from authtui.capture.child import Ending
from authtui.capture.overrides import AUTH, CHATGPT, Override, OverridePlan
from authtui.capture.routes import Route, Routes
from authtui.demo.backend.server import running_backend
from authtui.exchanges.endpoints import CLIENT_ID
from authtui.model import events as ev
from authtui.redaction import Secret
from authtui.wire.serving import LOOPBACK, bind
from tests.capture.servers import server_of, session

if TYPE_CHECKING:
    from pathlib import Path

    from authtui.demo.backend.backend import Backend

# The least a client does: read the stored tokens, ask who it is, refresh, and store the new ones.
CLIENT = """\
import json, os, sys, time, urllib.error, urllib.request
path = os.environ["AUTH"]
tokens = json.load(open(path))["tokens"]
if sys.argv[1:] == ["late"]:
    time.sleep(float(os.environ["PAUSE"]))
fields = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
body = json.dumps({**fields, "client_id": os.environ["CLIENT_ID"]}).encode()
json_type = {"content-type": "application/json"}
asked = urllib.request.Request(os.environ["REFRESH"], body, json_type)
try:
    answer = json.load(urllib.request.urlopen(asked))
    print("rotated")
except urllib.error.HTTPError as error:
    print("refused", error.code)
"""


# Asks once more when it is interrupted.
LAST_WORD = """\
import os, time, urllib.request
print("ready", flush=True)
try:
    time.sleep(60)
except KeyboardInterrupt:
    url = os.environ["REFRESH"].replace("/oauth/token", "/_authtui/state")
    print(urllib.request.urlopen(url).status)
"""


def clock() -> datetime:
    return datetime.now(UTC)


def plan_of(backend: Backend, command: list[str], environment: dict[str, str]) -> OverridePlan:
    routes = Routes(
        [Route(AUTH, server_of(backend.base_url)), Route(CHATGPT, server_of(backend.base_url))]
    )
    override = Override("REFRESH", AUTH, "/oauth/token", option=False)
    return OverridePlan((sys.executable, *command), environment, routes, (override,))


def test_of_two_on_one_home_the_session_tells_who_rotated(tmp_path: Path) -> None:
    events = session()
    with running_backend() as backend:
        login = json.loads(backend.mint.chatgpt_login().auth_json.reveal())
        auth, script = tmp_path / "auth.json", tmp_path / "codex"
        auth.write_text(json.dumps(login))
        script.write_text(CLIENT)
        environment = {"AUTH": str(auth), "CLIENT_ID": CLIENT_ID, "PAUSE": "3"}
        captures = [
            Capture(
                events, plan_of(backend, [str(script), *words], environment), {}, clock, number=n
            )
            for n, words in ((1, []), (2, ["late"]))
        ]
        assert [capture.start() for capture in captures] == [None, None]
        assert all(capture.wait(60) == Ending(0, None, "It ended well.") for capture in captures)
        for capture in captures:
            capture.finish()
    seen = [event for event in events.events if isinstance(event, ev.RotationSeen)]
    old = f"#{Secret(login['tokens']['refresh_token']).fingerprint}"
    assert [(event.cause, event.old, event.accepted) for event in seen] == [
        ("capture 1", old, True),
        ("capture 2", old, False),
    ]
    assert seen[0].new is not None
    assert seen[0].new != old
    assert seen[1].new is None
    assert seen[0].by != seen[1].by
    numbers = [request.number for request in events.state.requests]
    assert sorted(numbers) == [1, 2]
    said = [event.lines for event in events.events if isinstance(event, ev.ChildSaid)]
    assert said == [("rotated",), ("refused 401",)]
    assert login["tokens"]["refresh_token"] not in repr(events.events)


def test_a_5xx_and_a_login_code_are_no_rotation(tmp_path: Path) -> None:
    events = session()
    with running_backend() as backend:
        backend.faults.set("token", "status", 503)
        auth, script = tmp_path / "auth.json", tmp_path / "codex"
        auth.write_text(backend.mint.chatgpt_login().auth_json.reveal())
        script.write_text(CLIENT)
        environment = {"AUTH": str(auth), "CLIENT_ID": CLIENT_ID}
        capture = Capture(events, plan_of(backend, [str(script)], environment), {}, clock)
        assert capture.start() is None
        capture.wait(60)
        capture.finish()
    assert [request.status for request in events.state.requests] == [503]
    assert not any(isinstance(event, ev.RotationSeen) for event in events.events)


def test_a_taken_port_is_a_sentence_and_starts_nothing(tmp_path: Path) -> None:
    events = session()
    with running_backend() as backend, bind(LOOPBACK, 0) as taken:
        marker = tmp_path / "ran"
        command = ["-c", f"open({str(marker)!r}, 'w')"]
        capture = Capture(
            events, plan_of(backend, command, {}), {}, clock, port=taken.getsockname()[1]
        )
        problem = capture.start()
        capture.finish()
    assert problem is not None
    assert problem.usage
    assert "the proxy cannot have port" in problem.statement
    assert not marker.exists()
    assert events.events == ()


def test_a_program_that_cannot_be_started_closes_the_proxy_again() -> None:
    events = session()
    with running_backend() as backend:
        plan = plan_of(backend, [], {})._replace(command=("/nowhere/codex",))
        capture = Capture(events, plan, {}, clock)
        problem = capture.start()
        capture.finish()
    assert problem is not None
    assert "cannot be started" in problem.statement
    assert not capture.running
    assert events.events == ()


def test_one_that_is_stopped_while_it_starts_ends() -> None:
    events = session()
    with running_backend() as backend:
        capture = Capture(events, plan_of(backend, ["-c", LAST_WORD], {}), {}, clock)
        capture.stop()
        assert capture.start() is None
        ending = capture.wait(30)
        capture.finish()
    assert ending is not None
    assert ending.signal == "SIGINT"


def test_stopping_ends_the_program_before_the_proxy() -> None:
    events = session()
    heard: list[ev.Event] = []
    events.subscribe(lambda _state, event: heard.append(event))
    with running_backend() as backend:
        capture = Capture(events, plan_of(backend, ["-c", LAST_WORD], {}), {}, clock)
        assert capture.start() is None
        while not any(isinstance(event, ev.ChildSaid) for event in list(heard)):
            assert capture.wait(0.05) is None
        capture.stop()
        asked = "It was asked to end (SIGINT); its exit code was 0."
        assert capture.wait(60) == Ending(0, "SIGINT", asked)
        capture.finish()
    said = [line for event in heard if isinstance(event, ev.ChildSaid) for line in event.lines]
    assert said == ["ready", "200"]
    assert [request.status for request in events.state.requests] == [200]
    assert isinstance(events.events[-1], ev.ChildEnded)
