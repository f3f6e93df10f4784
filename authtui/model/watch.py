"""Noticing that the watched files changed, within a second, whatever the file system.

What changed is always decided by `os.stat`; watchfiles only ends a wait early where it works.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator

    from authtui.model.session import AuthSession

POLL_SECONDS = 0.25
_SETTLE_SECONDS = 0.05

Mark = tuple[int, int, int, int] | None


def probe_mark(path: str) -> Mark:
    """What stat says of a path: inode, size, modification time, mode; None when it is not there."""
    try:
        found = Path(path).stat()
    except (OSError, ValueError):
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_mode


def watched_paths(session: AuthSession[Any]) -> dict[str, str]:
    """The files worth watching, by the name the user knows them by."""
    seen = session.state.observation
    if seen is None:
        return {}
    home = seen.home.canonical or seen.home.path
    paths = {"auth.json": seen.auth_file.path, "config.toml": seen.config.file.path}
    paths[".env"] = seen.environment.dotenv.path
    return {name: str(Path(home) / path) for name, path in paths.items() if path} | {"home": home}


def watch_session(session: AuthSession[Any], stop: threading.Event) -> None:
    """Reload whenever a watched file changes, until `stop`. Blocks: for a thread of its own."""
    marks: dict[str, Mark] = {}
    paths: dict[str, str] = {}
    for _ in _waits(session, stop):
        now = watched_paths(session)
        if now != paths:
            paths = now
            marks = {name: probe_mark(path) for name, path in paths.items()}
            continue
        fresh = {name: probe_mark(path) for name, path in paths.items()}
        changed = [n for n in paths if n != "home" and fresh[n] != marks[n]]
        gone = (fresh.get("home") is None) != (marks.get("home") is None)
        if not changed and not gone:
            continue
        # A writer truncates, then writes: give it a moment, then take what stands there.
        stop.wait(_SETTLE_SECONDS)
        what = {n: _words(marks[n], probe_mark(paths[n])) for n in changed}
        marks = {name: probe_mark(path) for name, path in paths.items()}
        for name, words in what.items():
            session.note_change(name, (words,))
        if gone and not changed:
            words = "was removed" if fresh["home"] is None else "appeared"
            session.note_change("CODEX_HOME", (words,))
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
        home = watched_paths(session).get("home")
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
