"""Apply the first fix of drawn states that can be applied here, and run a real client after it.

Usage: `AUTHTUI_CODEX_BINARY=/path/to/codex python -m tests.oracle.drive_fixes [STATES [SEED]]`.
Each state is a throw-away home; the client is rehearsed: it runs on a copy of that home without
its secrets, in a network of its own that leads nowhere.
"""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.checks.build import NOW, State
from tests.verdict.generated import KINDS, draw

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.verdict.generated import Drawn

VARIABLE = "AUTHTUI_CODEX_BINARY"
_JWT = re.compile(r"(ey[\w-]+)\.(ey[\w-]+)\.([\w-]+)")
_SECONDS = 120


class _RefusedError(Exception):
    """A command that gave no answer, in its own words."""


class Fixed(NamedTuple):
    """A state whose fix was applied: what it was said to lead to, and what the client then did."""

    kind: str
    fix: str
    leads_to: str
    led_to: str
    predicted: int
    observed: int | None
    agrees: bool

    @property
    def holds(self) -> bool:
        """Whether the fix led to what was said, and the client agrees."""
        return self.agrees and self.leads_to == self.led_to


def drive(binary: Path, count: int, seed: int = 4711) -> Iterator[Fixed]:
    """Every drawn state whose first fix edits a file or unsets variables, one after another."""
    for row in draw(seed, count):
        # What a drawn state changes in an observation cannot be laid out on a disk; that nobody
        # listens at the port of a proxy is so without it.
        as_laid_out = row.state.change is None or (row.kind == "dead proxy" and not row.mixed)
        if as_laid_out and row.state.surface == "exec":
            fixed = _fixed(binary, row)
            if fixed is not None:
                yield fixed


def _fixed(binary: Path, row: Drawn) -> Fixed | None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder, ".codex")
        state = row.state._replace(prepare=None)
        _lay_out(home, state)
        env = {"HOME": folder, "CODEX_HOME": str(home), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
        env |= state.env or {}
        before = _answer(env, "check", "--json")
        fixes = before["verdict"]["fixes"]
        if not fixes or fixes[0]["leads_to"] is None:
            return None
        first = fixes[0]
        if first["edit"] is not None:
            _answer(env, "fix", "1", "--yes", "--json")
        else:
            for name in (first["command"] or "").split()[1:]:
                env.pop(name, None)
        after = _answer(env, "check", "--json")
        try:
            ran = _answer(env, "rehearse", "--client", str(binary), "--only", "exec", "--json")
        except _RefusedError:
            return None  # a secret that cannot be replaced in a copy is not rehearsed
        found = ran["surfaces"][0]
        observed = found["observed"] or {}
        return Fixed(
            row.kind,
            first["text"],
            first["then"] or "ready",
            _headline(after["verdict"]),
            found["predicted"]["exit"],
            observed.get("exit"),
            bool(found["agrees"]),
        )


def _headline(verdict: dict[str, Any]) -> str:
    return "ready" if verdict["kind"] == "ready" else str(verdict["headline"])


def _lay_out(home: Path, state: State) -> None:
    home.mkdir(mode=0o700)
    if state.auth is not None:
        text = state.auth if isinstance(state.auth, str) else json.dumps(state.auth, indent=2)
        (home / "auth.json").write_text(_of_today(text))
        (home / "auth.json").chmod(0o600)
    for name, given in (("config.toml", state.config), (".env", state.dotenv)):
        if given is not None:
            (home / name).write_text(given)


def _of_today(text: str) -> str:
    """The tokens of the samples, moved to the present: a client has a clock of its own."""
    later = int((datetime.now(UTC) - NOW).total_seconds())

    def moved(found: re.Match[str]) -> str:
        payload = found[2] + "=" * (-len(found[2]) % 4)
        claims = json.loads(base64.urlsafe_b64decode(payload))
        claims |= {name: claims[name] + later for name in ("exp", "iat") if name in claims}
        made = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
        return f"{found[1]}.{made}.{found[3]}"

    return _JWT.sub(moved, text)


def _answer(env: dict[str, str], *arguments: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "authtui", *arguments],
        env=env,
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    if not done.stdout:
        raise _RefusedError(f"{arguments}: {done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main(arguments: list[str]) -> int:
    """Print what came of each fix; 1 where one did not hold."""
    count = int(arguments[0]) if arguments else len(KINDS)
    seed = int(arguments[1]) if len(arguments) > 1 else 4711
    found = list(drive(Path(os.environ[VARIABLE]), count, seed))
    for row in found:
        sys.stdout.write(f"{'holds' if row.holds else 'MISSED'} {row}\n")
    sys.stdout.write(f"{sum(row.holds for row in found)} of {len(found)} fixes hold\n")
    return 0 if all(row.holds for row in found) else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
