"""A trace of 100,000 events: first frame, steps, memory. `python -m tests.benchmarks.traces`.

The first frame is a ratio of the smallest Textual app's, measured in turns; the rest is measured
on a terminal, from the key to the repaint. Exits 1 when a target is missed.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from authtui.model import events as ev
from authtui.trace.writer import TraceWriter
from tests.pty.harness import Terminal
from tests.traces.made import AT, KEY, record
from tests.tui.samples import session

if TYPE_CHECKING:
    from collections.abc import Iterator

MINIMAL = Path(__file__).with_name("minimal.py")
EVENTS = 100_000
LOOKS = 400
READ_SECONDS = 120.0
_COMPILED = {"PYTHONDONTWRITEBYTECODE": ""}


class Row(NamedTuple):
    """One line of the table."""

    name: str
    value: float
    target: float
    unit: str
    detail: str


def many_events(count: int = EVENTS) -> Iterator[ev.Event]:
    """Requests and their answers; now and then a look that finds a little changed."""
    look = next(e for e in session("wrong-workspace").events if isinstance(e, ev.Loaded))
    checks = look.assessment.checks
    number = 0
    for sequence in range(1, count + 1):
        if sequence % (count // LOOKS) == 1:
            changed = checks[0]._replace(summary=f"as of look {sequence}")
            answer = look.assessment._replace(checks=(changed, *checks[1:]))
            yield ev.Loaded(sequence, AT, "a watched file changed", look.observation, answer)
        elif sequence % 2 == 0:
            number += 1
            yield ev.RequestStarted(sequence, AT, "request", record(number))
        else:
            done = record(number, status=401 if number % 900 == 0 else 200, milliseconds=41.0)
            done = done._replace(colour="fail" if done.status == 401 else "ok")
            yield ev.RequestFinished(sequence, AT, "request", done)


def made(path: Path, count: int = EVENTS) -> Path:
    """Write such a trace; it takes half a minute."""
    shown = session("healthy")
    writer = TraceWriter(path, key=KEY, max_size=250 * 1024**2)
    for event in many_events(count):
        while writer.waiting > 20_000:
            time.sleep(0.01)
        writer(shown.state, event)
    writer.close()
    return path


class Measured:
    """The samples, in milliseconds."""

    def __init__(self, folder: Path, path: Path) -> None:
        """Measure openings of `path`."""
        self.folder = folder
        self.path = path
        self.samples: dict[str, list[float]] = {}
        self.memory = 0.0

    def note(self, name: str, value: float) -> None:
        """Keep one sample."""
        self.samples.setdefault(name, []).append(value)

    def median(self, name: str) -> float:
        """The middle one."""
        return statistics.median(self.samples[name])

    def first_frames(self) -> None:
        """One sample of the floor, and one of the trace."""
        open_it = [sys.executable, "-m", "authtui", "open", str(self.path)]
        for name, argv, words in (
            ("floor", [sys.executable, str(MINIMAL)], ("READY",)),
            ("open", open_it, ("1 Sources", "3 Checks", "5 Events", "event 1")),
        ):
            with Terminal(user_home=self.folder, argv=argv, env=_COMPILED) as terminal:
                if not terminal.sees(*words):
                    raise SystemExit(f"{name} never showed {words}")
                self.note(name, (time.perf_counter() - terminal.started) * 1000)
                if name == "floor":
                    terminal.settle(0.4)
                    for _ in range(5):
                        self._press(terminal, "floor key", b"x")
                terminal.type(b"\x11")
                terminal.wait()

    def steps(self) -> None:
        """Step, jump and drag in a trace that was read whole."""
        argv = [sys.executable, "-m", "authtui", "open", str(self.path)]
        with Terminal(user_home=self.folder, argv=argv, env=_COMPILED) as terminal:
            if not terminal.sees(f"of {EVENTS:,} ", seconds=READ_SECONDS):
                raise SystemExit("it was never read to its end")
            self.note("read", (time.perf_counter() - terminal.started) * 1000)
            terminal.settle(1)
            for name, key in (
                ("step", b"."),
                ("back", b","),
                ("failure", b"n"),
                ("end", b"\x1b[F"),
                ("start", b"0"),
            ):
                for _ in range(9):
                    self._press(terminal, name, key)
            for x in range(10, 110, 7):
                self._press(terminal, "drag", b"\x1b[<0;%d;39M" % x)
            self.memory = _resident(terminal.pid)
            terminal.type(b"\x11")
            terminal.wait()

    def _press(self, terminal: Terminal, name: str, key: bytes) -> None:
        sent = time.perf_counter()
        terminal.type(key)
        while not terminal.pump(1):
            pass
        self.note(name, (time.perf_counter() - sent) * 1000)
        terminal.settle(0.08)

    def rows(self) -> list[Row]:
        """The table."""
        floor = self.median("floor")
        first = self.median("open")
        rows = [
            Row("first frame", first / floor, 2.0, "times", f"{first:.0f} ms, floor {floor:.0f} ms")
        ]
        for name, words in (
            ("step", "one event on"),
            ("back", "one event back"),
            ("failure", "to the next failure"),
            ("end", "to the last event"),
            ("start", "to the first event"),
            ("drag", "a place on the timeline"),
        ):
            slowest = max(self.samples[name])
            key = self.median("floor key")
            detail = f"slowest {slowest:.0f} ms; smallest Textual app {key:.1f} ms"
            rows.append(Row(words, self.median(name), 16, "ms", detail))
        size = self.path.stat().st_size / 1024**2
        rows.append(Row("memory", self.memory, 300, "MB", f"a file of {size:.0f} MB"))
        rows.append(Row("read to its end", self.median("read") / 1000, 60, "s", "meanwhile usable"))
        return rows


def _resident(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def main(rounds: int = 7, path: str | None = None) -> int:
    """Measure, print, and tell whether every target is met."""
    with tempfile.TemporaryDirectory() as folder:
        given = Path(path) if path else Path(folder) / "large.trace"
        measured = Measured(Path(folder), given if given.exists() else made(given))
        measured.first_frames()
        measured.samples.clear()
        for _ in range(rounds):
            measured.first_frames()
        measured.steps()
        rows = measured.rows()
    for row in rows:
        verdict = "ok" if row.value <= row.target else "over"
        sys.stdout.write(
            f"{row.name:<26} {row.value:7.2f} {row.unit:<6} target {row.target:<4g} {verdict:<5}"
            f" {row.detail}\n"
        )
    return int(any(row.value > row.target for row in rows))


if __name__ == "__main__":
    raise SystemExit(main(*(int(a) if a.isdigit() else a for a in sys.argv[1:])))  # type: ignore[arg-type]
