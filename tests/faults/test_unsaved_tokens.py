"""Tokens that a server gave and a store did not take are a state that everything tells."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from authtui.credentials.store_writer import Reservation, WriteFailure
from authtui.demo.backend.server import running_backend
from authtui.directories import rescue_dir
from tests.lifecycle.world import World
from tests.program import environment, run

if TYPE_CHECKING:
    from collections.abc import Iterator

SPENT = "because your refresh token was already used"


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A home whose refreshed tokens were not stored, and lie in a rescue file."""
    with running_backend() as backend:
        made = World(tmp_path, backend, "current", backend.mint.chatgpt_login().auth_json)
        failure = WriteFailure("read-only", "the disk is gone.", str(made.auth))
        with monkeypatch.context() as broken:
            broken.setattr(Reservation, "_install", lambda *_: failure)
            assert not asyncio.run(made.life.refresh()).done
        yield made


def check(world: World, **later: float) -> tuple[int, dict[str, Any]]:
    now = (datetime.now(UTC) + timedelta(**later)).isoformat(timespec="seconds")
    common = ("--home", world.home, "--contract", "current", "--now", now.replace("+00:00", "Z"))
    found = run("check", "--json", *common, user_home=world.home.parent)
    return found.code, json.loads(found.out)


def test_the_app_says_where_the_newest_tokens_are_and_how_they_come_back(world: World) -> None:
    shown = world.session.state.assessment
    assert shown is not None
    (unsaved,) = shown.unsaved
    assert json.loads(Path(unsaved.rescue).read_bytes())["tokens"]["refresh_token"]
    assert shown.lamps.stored.light == "amber"
    assert "rescue file" in shown.lamps.stored.reason
    assert "not in auth.json but in a rescue file" in shown.verdict.headline
    assert unsaved.rescue in shown.verdict.sentence
    assert shown.verdict.fix[0].command == "authtui run restore --live"
    assert shown.verdict.outcome == "ready", "the access token is good for a while"


def test_check_tells_it_and_predicts_the_end_of_the_access_token(world: World) -> None:
    code, told = check(world)
    assert code == 0
    assert [row["place"] for row in told["unsaved"]] == ["auth.json"]
    assert told["lamps"]["stored"] == "amber"
    code, told = check(world, hours=2)
    assert code == 1
    assert told["verdict"]["outcome"] == "degraded"
    assert SPENT in told["verdict"]["client_message"]
    assert "rescue file" in told["verdict"]["headline"]


def test_once_they_are_put_in_place_nothing_is_told(world: World) -> None:
    assert asyncio.run(world.new_process().restore()).done
    code, told = check(world)
    assert (code, told["unsaved"], told["lamps"]["stored"]) == (0, [], "green")
    assert told["verdict"]["headline"].startswith("Ready")
    assert world.calls == ["token"]


def test_a_login_made_since_then_is_the_newest(world: World) -> None:
    world.clock.ahead = timedelta(minutes=5)
    fresh = world.backend.mint.chatgpt_login(last_refresh=world.clock())
    world.auth.write_text(fresh.auth_json.reveal())
    code, told = check(world)
    assert (code, told["unsaved"], told["lamps"]["stored"]) == (0, [], "green")


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b'{"tokens": 1}', b'{"last_refresh": 5}'])
def test_a_rescue_file_that_holds_no_tokens_is_not_told(world: World, data: bytes) -> None:
    (unsaved,) = world.session.state.assessment.unsaved  # type: ignore[union-attr] # it was loaded
    Path(unsaved.rescue).write_bytes(data)
    assert check(world)[1]["unsaved"] == []


def test_what_the_home_did_not_take_is_found_in_the_state_directory(world: World) -> None:
    (unsaved,) = world.session.state.assessment.unsaved  # type: ignore[union-attr] # it was loaded
    seen = world.session.state.observation
    assert seen is not None
    folder = rescue_dir(environment(world.home.parent))
    folder.mkdir(parents=True)
    name = Path(unsaved.rescue).name.removeprefix("auth.json")
    place = folder / f"auth.json-{seen.keyring.account.rpartition('|')[2]}{name}"
    Path(unsaved.rescue).rename(place)
    assert [row["rescue"] for row in check(world)[1]["unsaved"]] == [str(place)]
