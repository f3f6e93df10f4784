"""What the capture costs a program: `python -m tests.benchmarks.capture`.

The load runs as the captured program, and asks the same server directly and through the proxy in
turns. Where `AUTHTUI_MITMDUMP` names a mitmdump, its reverse mode is measured beside it.
Exits 1 when a target is missed.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.program import environment

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
LOAD = Path(__file__).with_name("capture_load.py")
MITMDUMP = os.environ.get("AUTHTUI_MITMDUMP", "")
SECONDS = 600


@contextmanager
def upstream() -> Iterator[str]:
    """The base URL of the server."""
    program = [sys.executable, "-m", "tests.benchmarks.capture_upstream"]
    with subprocess.Popen(program, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        process.terminate()


def captured(base: str, folder: Path) -> dict[str, Any]:
    """The figures of `authtui capture`, its events written to nowhere."""
    out = folder / "captured.json"
    load = [sys.executable, str(LOAD), str(out), f"{base}/v1"]
    subprocess.run(
        [sys.executable, "-m", "authtui", "capture", "--json", "--upstream", base, "--", *load],
        env=environment(folder, PYTHONPATH=str(ROOT)),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        timeout=SECONDS,
        check=True,
    )
    found: dict[str, Any] = json.loads(out.read_text())
    return found


def mitmproxy(base: str, folder: Path) -> dict[str, Any]:
    """The same figures of mitmproxy's reverse mode."""
    out, port = folder / "mitm.json", free_port()
    options = ["--mode", f"reverse:{base}", "--listen-host", "127.0.0.1", "-p", str(port)]
    quiet = ["--set", f"confdir={folder}", "--set", "stream_large_bodies=1", "-q"]
    with subprocess.Popen(
        [MITMDUMP, *options, *quiet], env=environment(folder), stdout=subprocess.DEVNULL
    ) as process:
        wait_for(port)
        load = [sys.executable, str(LOAD), str(out), f"{base}/v1", f"http://127.0.0.1:{port}/v1"]
        try:
            subprocess.run(
                load,
                env=environment(folder, AUTHTUI_BENCH_PID=str(process.pid)),
                timeout=SECONDS,
                check=True,
            )
        finally:
            process.terminate()
    found: dict[str, Any] = json.loads(out.read_text())
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(port: int) -> None:
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("mitmproxy did not start")


def rows(found: dict[str, Any]) -> list[tuple[str, float, float, str, str]]:
    """Name, value, target, unit, detail."""
    direct, first = found["direct_ms"], found["first_direct_ms"]
    before, after = found["memory_before_kb"] / 1024, found["memory_after_kb"] / 1024
    return [
        (
            "added to a request, median",
            found["proxied_ms"] - direct,
            5,
            "ms",
            f"{found['proxied_ms']:.2f} ms, direct {direct:.2f} ms",
        ),
        (
            "added to the first event of a stream",
            found["first_proxied_ms"] - first,
            10,
            "ms",
            f"{found['first_proxied_ms']:.2f} ms, direct {first:.2f} ms",
        ),
        (
            f"failures in {found['parallel']} parallel streams",
            found["parallel"] - found["parallel_whole"],
            0,
            "",
            f"{found['parallel_whole']} came whole",
        ),
        (
            f"memory after {found['many']:,} more requests",
            after / before,
            1.1,
            "times",
            f"{after:.0f} MB, before {before:.0f} MB; {found['many_per_second']:.0f} a second",
        ),
    ]


def main() -> int:
    """Measure, print, and tell whether every target is met."""
    with tempfile.TemporaryDirectory() as name, upstream() as base:
        ours = rows(captured(base, Path(name)))
        theirs = rows(mitmproxy(base, Path(name))) if MITMDUMP else None
    for index, (what, value, target, unit, detail) in enumerate(ours):
        verdict = "ok" if value <= target else "over"
        sys.stdout.write(
            f"{what:<38} {value:6.2f} {unit:<6} target {target:<4g} {verdict:<5} {detail}\n"
        )
        if theirs is not None:
            sys.stdout.write(f"{'  mitmproxy':<38} {theirs[index][1]:6.2f} {theirs[index][4]}\n")
    if theirs is None:
        sys.stdout.write("mitmproxy: not measured, AUTHTUI_MITMDUMP names none\n")
    return int(any(value > target for _, value, target, _, _ in ours))


if __name__ == "__main__":
    raise SystemExit(main())
