"""Two processes on one login: the wire tells who renewed it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from authtui.capture.rotations import rotation_elsewhere, tell_of_rotations
from authtui.credentials.marks import mark_of
from authtui.exchanges.evidence import ANOTHER_PROCESS
from authtui.model import events as ev
from authtui.model.session import AuthSession
from tests.tui.homes import NOW, answer, read

if TYPE_CHECKING:
    from authtui.machine.observation import Observation


def renewed(token: str) -> Observation:
    seen = read("healthy")
    data = (seen.auth_file.data or b"").replace(b"rt-made-up-refresh-token-0001", token.encode())
    return seen._replace(auth_file=seen.auth_file._replace(data=data))


def mark(seen: Observation) -> str | None:
    return mark_of(seen, "auth.json", "tokens.refresh_token")


def session() -> tuple[AuthSession[Any], list[ev.RotationSeen]]:
    made: AuthSession[Any] = AuthSession(
        lambda: read("healthy"), lambda *_: answer("healthy"), None, lambda: NOW
    )
    made.load("start")
    tell_of_rotations(made)
    told: list[ev.RotationSeen] = []
    made.subscribe(lambda _, e: told.append(e) if isinstance(e, ev.RotationSeen) else None)
    return made, told


def test_a_token_that_the_wire_never_showed_was_renewed_elsewhere() -> None:
    made, told = session()
    made.adopt(renewed("rt-made-up-by-another-0002"), "watch")
    assert [(e.by, e.old, e.new) for e in told] == [
        (ANOTHER_PROCESS, mark(read("healthy")), mark(renewed("rt-made-up-by-another-0002")))
    ]


def test_a_token_that_the_wire_showed_is_the_programs_own() -> None:
    made, told = session()
    new = mark(renewed("rt-made-up-0002"))
    made.publish(lambda n, at: ev.RotationSeen(n, at, "capture 1", "codex exec", "#1", new))
    made.adopt(renewed("rt-made-up-0002"), "watch")
    assert [e.by for e in told] == ["codex exec"]


def test_a_look_that_finds_the_same_or_no_login_tells_nothing() -> None:
    made, told = session()
    made.adopt(renewed("rt-made-up-refresh-token-0001"), "watch")
    made.adopt(read("nothing-stored"), "watch")
    made.adopt(read("healthy"), "watch")
    assert told == []


def test_the_way_out_ends_the_telling() -> None:
    made: AuthSession[Any] = AuthSession(
        lambda: read("healthy"), lambda *_: answer("healthy"), None, lambda: NOW
    )
    made.load("start")
    tell_of_rotations(made)()
    made.adopt(renewed("rt-x-0003"), "watch")
    assert not any(isinstance(e, ev.RotationSeen) for e in made.events)


def test_marks_of_two_looks_are_compared_place_by_place() -> None:
    before, after = read("healthy"), renewed("rt-made-up-0004")
    assert rotation_elsewhere(before, before, ()) is None
    assert rotation_elsewhere(before, after, ()) is not None
    assert rotation_elsewhere(before, after, (mark(after),)) is None
