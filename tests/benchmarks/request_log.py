"""The live request log at 100,000 rows: `python -m tests.benchmarks.request_log`.

Frames are counted in processor time of the main thread, since a busy machine says nothing about
the program; keys in the time from the terminal to their handler while requests pour in.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from statistics import quantiles
from typing import Any

from tests.benchmarks.log_probe import RATE, SECONDS, memory
from tests.pty.harness import Terminal

FRAME_MS = 16.0
FIRST_PAINT_MS = 50.0
KEY_P95_MS = 50.0
MIB_FOR_10_000 = 10.0


def measure() -> dict[str, Any]:
    """The figures of one run of the probe, with the delays of the keys that were pressed."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "figures.json"
        argv: list[str | Path] = [sys.executable, "-m", "tests.benchmarks.log_probe", output]
        root = str(Path(__file__).parents[2])
        with Terminal(user_home=Path(folder), argv=argv, env={"PYTHONPATH": root}) as terminal:
            go = output.with_suffix(".go")
            if not terminal.until(go.exists, 120):
                raise SystemExit(f"the probe did not start: {terminal.text()[-400:]}")
            sent: list[float] = []
            start = time.perf_counter()
            while (now := time.perf_counter() - start) < SECONDS - 0.5:
                if now >= 0.1 * len(sent):
                    sent.append(time.perf_counter())
                    terminal.type("j")
                terminal.pump(0.005)
            terminal.wait(120)
        found: dict[str, Any] = json.loads(output.read_text(encoding="utf-8"))
    seen = found.pop("keys")
    if len(seen) != len(sent):
        raise SystemExit(f"{len(sent)} keys were pressed, {len(seen)} seen")
    found["key delays"] = [(b - a) * 1000 for a, b in zip(sent, seen, strict=True)]
    return found


def main() -> int:
    """Measure, print, and tell whether every target is met."""
    found = measure()
    rows: list[tuple[str, float, float, str]] = []
    for name, value in found.items():
        if isinstance(value, list) and len(value) == 2:
            wall, used = value
            limit = FIRST_PAINT_MS if name in ("filling in", "first paint") else FRAME_MS
            rows.append((name, used, limit, f"ms of processor, {wall:.1f} ms of time"))
    p95 = quantiles(found["key delays"], n=20)[-1]
    rows.append((f"key p95 at {2 * RATE:,} events/s", p95, KEY_P95_MS, "ms"))
    rows.append(("left when they end", found["drained ms"], 250.0, "ms to drain"))
    rows.append(("10,000 rows", memory() * 10_000 / 2**20, MIB_FOR_10_000, "MiB"))
    write = sys.stdout.write
    write(f"{found['rows']:,} rows; {found['kept']:,} kept; {found['made']:,} exchanges streamed, ")
    write(f"{found['processor share']:.0%} of a processor\n")
    for name, measured, target, unit in rows:
        verdict = "ok" if measured <= target else "over"
        write(f"{name:<32} {measured:7.1f} target {target:<5g} {verdict:<5} {unit}\n")
    return int(any(measured > target for _, measured, target, _ in rows))


if __name__ == "__main__":
    raise SystemExit(main())
