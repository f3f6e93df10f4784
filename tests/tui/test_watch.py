from __future__ import annotations

import asyncio
import threading
import time
from typing import TYPE_CHECKING

from authtui.machine.observation import KeyringFacts
from authtui.model.file_watch import watch_session
from authtui.redaction import Secret
from authtui.settings import Settings
from authtui.tui.app import AuthtuiApp
from authtui.tui.keyring_look import KEYRING_SECONDS
from tests.model.test_session import session_on
from tests.tui.samples import answer, session_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from authtui.assessment.options import Options
    from authtui.machine.observation import Observation
    from authtui.model.session import AuthSession


def wait_for(condition: Callable[[], object]) -> float:
    start = time.monotonic()
    while not condition():
        assert time.monotonic() - start < 3, "nothing was noticed"
        time.sleep(0.01)
    return time.monotonic() - start


class Watching:
    def __init__(self, home: Path) -> None:
        self.session: AuthSession[Options] = session_on(home)
        self.session.load("start")
        self.stop = threading.Event()
        self.thread = threading.Thread(target=watch_session, args=(self.session, self.stop))

    def __enter__(self) -> AuthSession[Options]:
        self.thread.start()
        time.sleep(0.4)
        return self.session

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self.thread.join(3)
        assert not self.thread.is_alive()


def kinds(session: AuthSession[Options]) -> list[str]:
    return [event.kind for event in session.events]


def test_a_written_file_is_loaded_within_a_second(tmp_path: Path) -> None:
    with Watching(tmp_path) as session:
        (tmp_path / "auth.json").write_text("{}")
        took = wait_for(lambda: kinds(session)[-2:] == ["SourceChanged", "Loaded"])
        assert took < 1
        change = session.events[-2]
        assert getattr(change, "place", "") == "auth.json"
        assert getattr(change, "what", ()) == ("was created",)


def test_a_changed_mode_and_a_removal_are_noticed(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("a = 1")
    with Watching(tmp_path) as session:
        file.chmod(0o640)
        wait_for(lambda: len(session.events) == 3)
        file.unlink()
        wait_for(lambda: len(session.events) == 5)
    whats = [getattr(event, "what", ("",))[0] for event in session.events]
    assert "has another mode" in whats
    assert "was removed" in whats


def test_a_home_that_is_missing_at_first_is_noticed_when_it_appears(tmp_path: Path) -> None:
    home = tmp_path / "later"
    with Watching(home) as session:
        home.mkdir()
        (home / "auth.json").write_text("{}")
        assert wait_for(lambda: "Loaded" in kinds(session)[1:]) < 1.5


def test_a_home_that_is_deleted_is_noticed_and_breaks_nothing(tmp_path: Path) -> None:
    home = tmp_path / "gone"
    home.mkdir()
    (home / "auth.json").write_text("{}")
    with Watching(home) as session:
        (home / "auth.json").unlink()
        home.rmdir()
        wait_for(lambda: "Loaded" in kinds(session)[1:])


async def test_a_changed_keyring_entry_shows_within_a_second(tmp_path: Path) -> None:
    entry = KeyringFacts(status="absent", account="cli|0", mark="none")
    session = session_on(tmp_path)
    read = session._observe
    session._observe = lambda: read()._replace(keyring=entry)
    session.load("start")

    def look() -> None:
        seen = session.state.observation
        assert seen is not None
        if seen.keyring != entry:
            session.adopt(seen._replace(keyring=entry), "keyring")

    app = AuthtuiApp(session, Settings(theme="dark"), fill_in=look)
    async with app.run_test() as pilot:
        await pilot.pause(0.3)
        entry = entry._replace(status="present", document=Secret("{}"))
        start = time.monotonic()
        while getattr(session.events[-1], "changes", ()) != ("keyring entry: absent → present",):
            assert time.monotonic() - start < 3, "nothing was noticed"
            await asyncio.sleep(0.01)
        assert time.monotonic() - start < 1


async def test_a_keyring_that_hangs_is_left_alone_for_a_while() -> None:
    session = session_of(answer("healthy"))
    looks = 0

    def look() -> None:
        nonlocal looks
        looks += 1
        seen = session.state.observation
        assert seen is not None
        hanging = KeyringFacts(status="hanging", account="cli|0")
        session.adopt(seen._replace(keyring=hanging), "keyring")

    app = AuthtuiApp(session, Settings(theme="dark"), fill_in=look)
    async with app.run_test():
        await asyncio.sleep(2 * KEYRING_SECONDS + 0.4)
    assert looks == 1


def test_files_that_stay_as_they_are_cause_no_event(tmp_path: Path) -> None:
    (tmp_path / "auth.json").write_text("{}")
    with Watching(tmp_path) as session:
        (tmp_path / "history.jsonl").write_text("noise")
        time.sleep(0.5)
    assert kinds(session) == ["Loaded"]


def test_what_changed_before_watching_began_is_noticed_too(tmp_path: Path) -> None:
    session = session_on(tmp_path)
    session.load("start")
    (tmp_path / "auth.json").write_text("{}")
    stop = threading.Event()
    watcher = threading.Thread(target=watch_session, args=(session, stop), daemon=True)
    watcher.start()
    wait_for(lambda: kinds(session) == ["Loaded", "SourceChanged", "Loaded"])
    stop.set()
    watcher.join(3)


def test_a_login_written_while_the_new_home_is_read_is_not_missed(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "auth.json").write_text("{}")
    session = session_on(home)
    session.load("start")
    read = session._observe
    moments = 0

    def observe() -> Observation:
        nonlocal moments
        seen = read()
        moments += 1
        if moments == 2:  # the home is there again and empty, and the login comes a moment later
            (home / "auth.json").write_text('{"auth_mode": "late"}')
        return seen

    stop = threading.Event()
    watcher = threading.Thread(target=watch_session, args=(session, stop), daemon=True)
    watcher.start()
    time.sleep(0.4)
    session._observe = observe
    (home / "auth.json").unlink()
    home.rmdir()
    wait_for(lambda: moments == 1)
    home.mkdir()

    def late_is_seen() -> bool:
        seen = session.state.observation
        return seen is not None and b"late" in (seen.auth_file.data or b"")

    wait_for(late_is_seen)
    stop.set()
    watcher.join(3)
