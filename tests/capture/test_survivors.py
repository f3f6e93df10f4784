"""A captured program never outlives its proxy, and nobody gets the port it was given."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from authtui.capture import guard
from authtui.capture.child import Child, Ending
from authtui.wire.serving import LOOPBACK, bind
from tests.capture.outsider import gone, is_running, outsider
from tests.program import environment

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

# Leaves a daemon behind, in a session of its own and without a parent; writes down both numbers.
PROGRAM = """\
import os, sys, time
place, stays, keeps, seconds = sys.argv[1:]
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.closerange(0, 3 if keeps == "keeps" else 100)
        with open(place + "/daemon", "w") as file: file.write(str(os.getpid()))
        time.sleep(float(seconds))
    os._exit(0)
os.wait()
with open(place + "/program", "w") as file: file.write(str(os.getpid()))
while not os.path.exists(place + "/daemon") or not open(place + "/daemon").read(): time.sleep(0.01)
print("now " + "it waits", flush=True)
time.sleep(600 if stays == "stays" else 0)
"""

# Authtui, as far as it starts a program; whether the system adopts is its first argument.
STARTER = """\
import asyncio, sys
from authtui.capture import guard
from authtui.capture.child import Child
from authtui.wire.serving import LOOPBACK, bind

guard.ADOPTS = sys.argv[1] == "adopts"

async def main():
    listener = bind(LOOPBACK, int(sys.argv[2]))
    said = lambda stream, lines: print(*lines, flush=True)
    child = Child(sys.argv[3:], {}, said, held=listener.fileno())
    print(await child.start() or "", flush=True)
    print((await child.wait()).reason, flush=True)

asyncio.run(main())
"""


@pytest.fixture(autouse=True)
def nobody_stays(tmp_path: Path) -> Iterator[None]:
    yield
    for name in ("program", "daemon"):
        if (tmp_path / name).exists() and is_running(number := number_of(tmp_path, name)):
            os.kill(number, signal.SIGKILL)


def number_of(place: Path, name: str) -> int:
    return int((place / name).read_text())


def program(place: Path, stays: str, keeps: str = "closes", seconds: float = 600) -> list[str]:
    return [sys.executable, "-c", PROGRAM, str(place), stays, keeps, str(seconds)]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def until_ready(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if "now it waits" in line:
            return
    raise AssertionError(process.stderr.read() if process.stderr else "")


def ended_within(process: subprocess.Popen[str], seconds: float = 30) -> str:
    """The rest of what it said."""
    try:
        return process.communicate(timeout=seconds)[0]
    except subprocess.TimeoutExpired:
        process.kill()
        raise


def free_again(port: int, seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while outsider("take", port) == "taken":
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


@pytest.mark.parametrize(
    "number", [signal.SIGKILL, signal.SIGABRT, signal.SIGTERM, signal.SIGHUP, signal.SIGINT]
)
def test_however_authtui_ends_the_program_and_what_it_started_end(
    number: signal.Signals, tmp_path: Path
) -> None:
    port = free_port()
    options = ["--json", "--upstream", "demo", "--login", "chatgpt", "--port", str(port)]
    authtui = subprocess.Popen(
        [sys.executable, "-m", "authtui", "capture", *options, "--", *program(tmp_path, "stays")],
        env=environment(tmp_path),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with authtui:
        until_ready(authtui)
        authtui.send_signal(number)
        ended_within(authtui)
    assert gone(number_of(tmp_path, "program"))
    if number in (signal.SIGKILL, signal.SIGABRT):
        assert gone(number_of(tmp_path, "daemon"))
        assert free_again(port)
    else:
        # Ended in order, so what goes on is left alone, and can do no harm.
        assert is_running(number_of(tmp_path, "daemon"))
        assert outsider("take", port) == "taken"


@pytest.mark.parametrize("keeps", ["keeps", "closes"])
@pytest.mark.parametrize("way", ["adopts", "leash"])
def test_a_kill_takes_the_program_along_on_any_system(way: str, keeps: str, tmp_path: Path) -> None:
    port = free_port()
    authtui = subprocess.Popen(
        [sys.executable, "-c", STARTER, way, str(port), *program(tmp_path, "stays", keeps, 3)],
        stdout=subprocess.PIPE,
        text=True,
    )
    with authtui:
        until_ready(authtui)
        authtui.kill()
    assert gone(number_of(tmp_path, "program"))
    if way == "adopts":
        assert gone(number_of(tmp_path, "daemon"), seconds=1)
    elif keeps == "keeps":
        # It cannot be found there, but it is known to be left.
        assert is_running(number_of(tmp_path, "daemon"))
        assert outsider("take", port) == "taken"
    assert free_again(port)


async def test_what_a_program_leaves_behind_reaches_nobody(tmp_path: Path) -> None:
    listener = bind(LOOPBACK, 0)
    port = listener.getsockname()[1]
    child = Child(program(tmp_path, "ends", seconds=3), {}, lambda *_: None, held=listener.fileno())
    assert await child.start() is None
    ending = await child.wait()
    listener.close()
    assert ending.exit_status == 0
    assert ending.reason.startswith("It ended well. A process that it started goes on. The proxy's")
    assert is_running(number_of(tmp_path, "daemon"))
    assert await asyncio.to_thread(outsider, "take", port) == "taken"
    assert await asyncio.to_thread(outsider, "ask", port) == "HTTP/1.1 503 Service Unavailable"
    assert await asyncio.to_thread(gone, number_of(tmp_path, "daemon"))
    assert await asyncio.to_thread(free_again, port)


async def test_without_anybody_left_the_port_is_free_at_once() -> None:
    listener = bind(LOOPBACK, 0)
    port = listener.getsockname()[1]
    child = Child(["/bin/true"], {}, lambda *_: None, held=listener.fileno())
    assert await child.start() is None
    assert await child.wait() == Ending(0, None, "It ended well.")
    listener.close()
    assert await asyncio.to_thread(free_again, port, 2)


async def test_a_program_does_not_outlive_its_warden_either(tmp_path: Path) -> None:
    child = Child(program(tmp_path, "stays", seconds=1), {}, lambda *_: None)
    assert await child.start() is None
    while not (tmp_path / "daemon").exists():
        await asyncio.sleep(0.01)
    watching = child._program
    assert isinstance(watching, guard.Guarded)
    os.kill(watching._warden, signal.SIGKILL)
    ending = await asyncio.wait_for(child.wait(), 10)
    assert (ending.exit_status, ending.signal) == (None, "SIGKILL")
    assert await asyncio.to_thread(gone, number_of(tmp_path, "program"))


def _ignored_here() -> int:
    """The signals that this process ignores, as a mask."""
    status = Path("/proc/self/status").read_text("ascii", "replace")
    return next(int(line[7:], 16) for line in status.splitlines() if line.startswith("SigIgn:"))


async def test_the_program_is_started_as_if_nothing_stood_between() -> None:
    look = (
        "import json, os\n"
        "status = dict(line.split(':', 1) for line in open('/proc/self/status'))\n"
        "masks = [int(status[name], 16) for name in ('SigIgn', 'SigBlk')]\n"
        "files = len(os.listdir('/proc/self/fd'))\n"
        "print(json.dumps([dict(os.environ), os.getpgid(0) == os.getpid(), files, masks]))\n"
    )
    given = {"ODD": "\udcff=\n", "LC_ALL": "POSIX", "PATH": "/bin"}
    lines: list[str] = []
    child = Child([sys.executable, "-c", look], given, lambda _, said: lines.extend(said))
    assert await child.start() is None
    assert (await child.wait()).exit_status == 0
    environ, leads_its_group, files, (ignored, blocked) = json.loads("".join(lines))
    assert {name: environ[name] for name in given} == given
    assert set(environ) - set(given) <= {"LC_CTYPE"}, "which Python sets itself there"
    assert leads_its_group
    assert files == 4, "its streams, and the folder it looked into"
    # Python ignores these two itself; what a shell ignores for its jobs is passed on.
    own = 1 << signal.SIGPIPE - 1 | 1 << signal.SIGXFSZ - 1
    assert ignored & ~(own | _ignored_here()) == 0
    assert blocked == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else too")
def test_another_user_who_reads_the_address_is_not_served(tmp_path: Path) -> None:
    port = free_port()
    # Asks by itself, then as another user that it became, as with sudo; then waits.
    asks = (
        "import os, time, urllib.request as u; base = os.environ['OPENAI_BASE_URL']\n"
        "def ask():\n"
        "  try: return u.urlopen(base + '/nowhere').status\n"
        "  except u.HTTPError as error: return error.headers['content-type']\n"
        f"open({str(tmp_path / 'base')!r}, 'w').write(base); print('told', ask(), flush=True)\n"
        "if os.fork() == 0: os.setuid(1234); print('told', ask(), flush=True); os._exit(0)\n"
        "os.wait(); print('told', 'd' + 'one', flush=True); time.sleep(600)"
    )
    options = ["--json", "--upstream", "demo", "--login", "api-key", "--port", str(port)]
    authtui = subprocess.Popen(
        [sys.executable, "-m", "authtui", "capture", *options, "--", sys.executable, "-c", asks],
        env=environment(tmp_path),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    with authtui:
        assert authtui.stdout is not None
        events: list[dict[str, Any]] = []
        while "done" not in str(events[-1:]):
            events.append(json.loads(authtui.stdout.readline()))
        path = (tmp_path / "base").read_text().partition(str(port))[2]
        assert outsider("ask", port, f"{path}/nowhere") == "HTTP/1.1 404 Not Found"
        authtui.send_signal(signal.SIGINT)
        events += map(json.loads, ended_within(authtui).splitlines())
    asked = [event for event in events if event["kind"] == "RequestFinished"]
    assert len(asked) == 2, "the program itself, twice"
