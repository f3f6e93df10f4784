"""Notices within a second that a file of the login changed, on every file system.

What changed is always decided by `os.stat`; watchfiles only ends a wait early where it works.
"""

from __future__ import annotations

import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator

    from authtui.machine.observation import FileFacts, Observation
    from authtui.model.session import AuthSession

POLL_SECONDS = 0.25
_SETTLE_SECONDS = 0.05

Mark = tuple[int | None, int | None, datetime | None, int | None] | None


def probe_mark(path: str) -> Mark:
    """Inode, size, modification time and mode of a path; None when it is not there."""
    try:
        found = Path(path).stat()
        modified = datetime.fromtimestamp(found.st_mtime, UTC)
    except (OSError, ValueError, OverflowError):
        return None
    return found.st_ino, found.st_size, modified, stat.S_IMODE(found.st_mode)


def watched_files(seen: Observation | None) -> dict[str, FileFacts]:
    """The files that are watched, as they were read, by the name the user knows them by."""
    if seen is None:
        return {}
    files = {"auth.json": seen.auth_file, "config.toml": seen.config.file}
    files[".env"] = seen.environment.dotenv
    return {name: facts for name, facts in files.items() if facts.path}


def home_of(seen: Observation | None) -> str | None:
    """The directory that holds the watched files."""
    return None if seen is None else seen.home.canonical or seen.home.path


def _paths(seen: Observation | None) -> dict[str, str]:
    home = home_of(seen)
    if home is None or "\0" in home:
        return {}
    files = watched_files(seen).items()
    return {name: str(Path(home) / facts.path) for name, facts in files} | {"home": home}


def _seen_mark(facts: FileFacts) -> Mark:
    if facts.inode is None:
        return None
    return facts.inode, facts.size, facts.modified, facts.mode


def watch_session(session: AuthSession[Any], stop: threading.Event) -> None:
    """Reload whenever a watched file changes, until `stop`. Blocks: for a thread of its own."""
    marks: dict[str, Mark] = {}
    paths: dict[str, str] = {}
    there = False
    for _ in _waits(session, stop):
        seen = session.state.observation
        now = _paths(seen)
        if now != paths and seen is not None:
            # The first comparison is with what was read, so a change since then is not missed.
            paths, there = now, seen.home.exists
            marks = {name: _seen_mark(facts) for name, facts in watched_files(seen).items()}
        fresh = {name: probe_mark(path) for name, path in paths.items()}
        changed = [n for n in paths if n != "home" and fresh[n] != marks.get(n)]
        moved = bool(paths) and Path(paths["home"]).is_dir() != there
        if not changed and not moved:
            continue
        # A writer truncates, then writes: wait a moment, then read what is there.
        stop.wait(_SETTLE_SECONDS)
        what = {n: _words(marks.get(n), probe_mark(paths[n])) for n in changed}
        marks = {name: probe_mark(path) for name, path in paths.items()}
        there = Path(paths["home"]).is_dir()
        for name, words in what.items():
            session.note_change(name, (words,))
        if moved and not changed:
            session.note_change("CODEX_HOME", ("appeared" if there else "was removed",))
        session.load("a watched file changed")


def _words(before: Mark, after: Mark) -> str:
    if before is None:
        return "was created"
    if after is None:
        return "was removed"
    if before[0] != after[0]:
        return "was replaced"
    if before[1:3] == after[1:3]:
        return "has another mode"
    return "was rewritten"


def _waits(session: AuthSession[Any], stop: threading.Event) -> Iterator[None]:
    while not stop.is_set():
        yield None
        home = home_of(session.state.observation)
        if home is None or not Path(home).is_dir():
            stop.wait(POLL_SECONDS)
            continue
        yield from _native_waits(home, stop)


def _native_waits(home: str, stop: threading.Event) -> Iterator[None]:
    # Ends when the directory goes, or where native watching does not work: then polling goes on.
    try:
        from watchfiles import watch

        wakes = watch(
            home,
            stop_event=stop,
            recursive=False,
            step=40,
            debounce=80,
            rust_timeout=500,
            yield_on_timeout=True,
            raise_interrupt=False,
        )
        for _ in wakes:
            yield None
            if not Path(home).is_dir():
                return
    except (ImportError, OSError, RuntimeError):
        stop.wait(POLL_SECONDS)
