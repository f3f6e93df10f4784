"""How fast, as ratios of floors measured in the same run: `python -m tests.benchmarks [ROUNDS]`.

Times of a machine say little; what the program takes over the smallest Textual app, and a check
over the bare interpreter, says how much of the waiting is ours. Exits 1 when a target is missed.
"""

from __future__ import annotations

import base64
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
import timeit
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from authtui.tokens.jwt import decode
from tests.program import NOW, chatgpt_login, codex_home, environment
from tests.pty.harness import Terminal

if TYPE_CHECKING:
    from collections.abc import Callable

MINIMAL = Path(__file__).with_name("minimal.py")
VERDICT = ("Ready",)
PANES = (
    "1 Sources",
    "2 Claims",
    "3 Checks",
    "4 Requests",
    "5 Events",
    "chatgpt_account_id",
    "loaded",
)
DOWN = b"\x1b[B"


class Row(NamedTuple):
    """One line of the table: `value` against `target`, both in `unit`."""

    name: str
    value: float
    target: float
    unit: str
    detail: str


class Benchmarks:
    """Every measurement, taken in turns so that a busy moment hits them all alike."""

    def __init__(self, folder: Path) -> None:
        """Make a home to look at."""
        self.folder = folder
        self.home = codex_home(folder, chatgpt_login())
        self.samples: dict[str, list[float]] = {}

    def note(self, name: str, milliseconds: float) -> None:
        """Keep one sample."""
        self.samples.setdefault(name, []).append(milliseconds)

    def median(self, name: str) -> float:
        """The middle of the samples, in milliseconds."""
        return statistics.median(self.samples[name])

    def round(self) -> None:
        """One sample of each."""
        self._app("floor", ("READY",), ("READY",), b"x", argv=[sys.executable, str(MINIMAL)])
        self._app(
            "authtui",
            VERDICT,
            PANES,
            DOWN,
            argv=[
                sys.executable,
                "-m",
                "authtui",
                "--home",
                str(self.home),
                "--now",
                NOW,
                "--contract",
                "current",
            ],
        )
        self._process("bare", "-c", "pass")
        options = ("--home", str(self.home), "--now", NOW, "--contract", "current")
        self._process("check", "-m", "authtui", "check", *options)
        self._process("check --json", "-m", "authtui", "check", "--json", *options)
        for name, (program, words) in others().items():
            self._app(name, words, words, b"", argv=program)
        if client := os.environ.get("AUTHTUI_CODEX_BINARY"):
            self._program("client", client, "login", "status")

    def _app(
        self, name: str, first: tuple[str, ...], whole: tuple[str, ...], key: bytes, argv: list[str]
    ) -> None:
        with Terminal(user_home=self.folder, argv=argv, env=_COMPILED) as terminal:
            for what, words in (("verdict", first), ("panes", whole)):
                if not terminal.sees(*words):
                    raise SystemExit(f"{name} never showed {words}")
                self.note(f"{name} {what}", (time.perf_counter() - terminal.started) * 1000)
            terminal.settle(0.4)
            for _ in range(7 if key else 0):
                sent = time.perf_counter()
                terminal.type(key)
                while not terminal.pump(1):
                    pass
                self.note(f"{name} key", (time.perf_counter() - sent) * 1000)
                terminal.settle(0.06)
            if key:
                terminal.type(b"\x11")
                terminal.wait()

    def _process(self, name: str, *arguments: str) -> None:
        self._program(name, sys.executable, *arguments)

    def _program(self, name: str, *words: str) -> None:
        began = time.perf_counter()
        subprocess.run(
            words,
            env=environment(self.folder, **_COMPILED),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
        self.note(name, (time.perf_counter() - began) * 1000)

    def rows(self) -> list[Row]:
        """The table."""
        floor, bare = self.median("floor verdict"), self.median("bare")

        def ratio(name: str, what: str, base: float, target: float, words: str) -> Row:
            found = self.median(what)
            return Row(
                name, found / base, target, "times", f"{found:.0f} ms, {words} {base:.0f} ms"
            )

        smallest, interpreter = "smallest Textual app", "bare interpreter"
        beside = [
            ratio(f"beside: {name}", f"{name} panes", floor, math.inf, smallest)
            for name in others()
        ]
        if "client" in self.samples:
            words = "beside: the client's login status"
            beside.append(ratio(words, "client", bare, math.inf, interpreter))
        return [
            ratio("app: verdict on the screen", "authtui verdict", floor, 1.4, smallest),
            ratio("app: all five panes filled", "authtui panes", floor, 1.7, smallest),
            ratio("authtui check", "check", bare, 5, interpreter),
            ratio("authtui check --json", "check --json", bare, 5, interpreter),
            *beside,
            decoding(),
            Row(
                "key press to repaint",
                self.median("authtui key"),
                16,
                "ms",
                f"smallest Textual app {self.median('floor key'):.1f} ms",
            ),
        ]


def others() -> dict[str, tuple[list[str], tuple[str, ...]]]:
    """Programs of others that are measured beside, where a variable names them, and their words."""
    found = {
        "posting": ("AUTHTUI_POSTING", [], ("Posting",)),
        "mitmproxy": ("AUTHTUI_MITMPROXY", ["--no-server"], ("Flows",)),
    }
    return {
        name: ([os.environ[variable], *options], words)
        for name, (variable, options, words) in found.items()
        if os.environ.get(variable)
    }


def decoding() -> Row:
    """A token taken apart, against nothing but base64 and JSON on the same text."""
    token = chatgpt_login()["tokens"]["id_token"]

    def floor() -> None:
        for part in token.split(".")[:2]:
            json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))

    def each(act: Callable[[], object]) -> float:
        return min(timeit.repeat(act, number=500, repeat=5)) / 500 * 1e6

    bare, ours = each(floor), each(lambda: decode(token))
    return Row(
        "one token decoded",
        ours / bare,
        40,
        "times",
        f"{ours:.0f} µs, base64 and JSON alone {bare:.0f} µs",
    )


# Users run compiled modules; the tests' environment writes none.
_COMPILED = {"PYTHONDONTWRITEBYTECODE": ""}


def main(rounds: int = 9) -> int:
    """Measure, print, and tell whether every target is met."""
    with tempfile.TemporaryDirectory() as folder:
        benchmarks = Benchmarks(Path(folder))
        benchmarks.round()
        benchmarks.samples.clear()  # The first round compiles modules and warms caches.
        for _ in range(rounds):
            benchmarks.round()
        rows = benchmarks.rows()
    for row in rows:
        verdict = "ok" if row.value <= row.target else "over"
        sys.stdout.write(
            f"{row.name:<32} {row.value:6.2f} {row.unit:<6} target {row.target:<4g} {verdict:<5}"
            f" {row.detail}\n"
        )
    return int(any(row.value > row.target for row in rows))


if __name__ == "__main__":
    raise SystemExit(main(*map(int, sys.argv[1:])))
