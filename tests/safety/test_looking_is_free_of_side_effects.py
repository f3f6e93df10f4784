"""Looking writes nothing, connects to nothing and runs nothing: watched, not believed."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.program import NOW, api_key_login, chatgpt_login, codex_home, environment, jwt, snapshot
from tests.pty.harness import ENTER_SCREEN, Terminal

WATCHER = Path(__file__).with_name("watcher.py")
ROOT = Path(__file__).parents[2]
CONFIG = """
forced_chatgpt_workspace_id = "acct-other"
chatgpt_base_url = "https://chatgpt.com/backend-api/"
[features]
use_agent_identity = true
"""
# Every pane, every screen, a filter, a menu of generations and one of program starts.
KEYS = (
    "1",
    "j",
    "\r",
    "\x1b",
    "2",
    "]",
    "\r",
    "\x1b",
    "3",
    "\r",
    "\x1b",
    "4",
    "5",
    ",",
    ".",
    "v",
    "\x1b",
    "m",
    "?",
    "\x1b",
    "/",
    "a",
    "\x1b",
    "x",
    "x",
    "s",
    "\x1b",
    "g",
    "\x1b",
    "l",
)
IDENTITY = jwt({"workspace_id": "o", "agent_runtime_id": "a", "agent_private_key": "x"})
HOMES: dict[str, tuple[object, str | None, dict[str, str]]] = {
    "nothing": (None, None, {}),
    "api key": (api_key_login(), None, {}),
    "login that would be deleted": (chatgpt_login(), CONFIG, {}),
    "identity": (chatgpt_login(), None, {"CODEX_AGENT_IDENTITY": IDENTITY}),
    "broken": ("{", "model = ", {}),
}
COMMANDS = {
    "check": ("check",),
    "check --json": ("check", "--json"),
    "check for a client": ("check", "--contract", "first", "--explain", "auth.json"),
    "an experiment": ("check", "--without", "auth.json", "--with", "CODEX_API_KEY=sk-x"),
    "paths": ("paths",),
    "decode": ("decode", IDENTITY),
}


def acts(log: Path) -> list[tuple[str, str]]:
    """What the watcher wrote down."""
    if not log.exists():
        return []
    return [tuple(json.loads(line)) for line in log.read_text().splitlines()]


def use_the_app(terminal: Terminal) -> None:
    """Start, look at everything, quit."""
    assert terminal.until(lambda: ENTER_SCREEN in terminal.output)
    terminal.settle()
    for key in KEYS:
        terminal.type(key)
        terminal.settle(0.04, 2)
    terminal.resize(80, 24)
    terminal.settle(0.1)
    terminal.type("\x11")
    assert terminal.wait() == 0


@pytest.mark.parametrize("state", HOMES)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_that_looks_does_nothing_else(tmp_path: Path, command: str, state: str) -> None:
    auth, config, env = HOMES[state]
    (tmp_path / "user").mkdir()
    home = codex_home(tmp_path / "user", auth, config)
    log = tmp_path / "log"
    before = snapshot(tmp_path / "user")
    options = () if command == "decode" else ("--home", str(home), "--now", NOW)
    done = subprocess.run(
        [sys.executable, str(WATCHER), str(log), *COMMANDS[command], *options],
        env=environment(tmp_path / "user", PYTHONPATH=str(ROOT), **env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode in (0, 1, 3, 4)
    assert acts(log) == []
    assert snapshot(tmp_path / "user") == before


@pytest.mark.pty
@pytest.mark.parametrize("state", HOMES)
def test_the_app_through_all_its_screens_does_nothing_but_draw(tmp_path: Path, state: str) -> None:
    auth, config, env = HOMES[state]
    user = tmp_path / "user"
    user.mkdir()
    home = codex_home(user, auth, config)
    log = tmp_path / "log"
    before = snapshot(user)
    argv = (sys.executable, WATCHER, log, "--home", home, "--now", NOW)
    with Terminal(user_home=user, argv=argv, env={"PYTHONPATH": str(ROOT), **env}) as terminal:
        use_the_app(terminal)
    # The event loop talks to itself over a pair of sockets and stops itself by signals: no act.
    assert [act for act in acts(log) if not _own_terminal(act)] == []
    assert snapshot(user) == before


def _own_terminal(act: tuple[str, str]) -> bool:
    event, about = act
    return event == "open" and about.startswith("('/dev/tty'")


def test_the_watcher_notices_what_it_is_there_to_notice(tmp_path: Path) -> None:
    log = tmp_path / "log"
    code = f"""
import sys
sys.path[:0] = [{str(ROOT)!r}, {str(WATCHER.parent)!r}]
import authtui.cli, os, pathlib, socket, subprocess
def naughty():
    pathlib.Path("written").write_text("x")
    os.chmod("written", 0o600)
    os.remove("written")
    try:
        socket.create_connection(("127.0.0.1", 1), 0.1)
    except OSError:
        pass
    subprocess.run(["true"])
authtui.cli.run = naughty
import watcher
watcher.main({str(log)!r})
"""
    subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        check=True,
        timeout=30,
        env=environment(tmp_path),
    )
    names = {event for event, _ in acts(log)}
    assert {"open", "os.chmod", "os.remove", "socket.connect", "subprocess.Popen"} <= names


# ── the same, seen by the kernel ───────────────────────────────────────────────────────────────

CALLS = (
    "openat,open,creat,connect,bind,sendto,execve,execveat,unlink,unlinkat,rename,renameat,renameat2,"
    "mkdir,mkdirat,rmdir,chmod,fchmodat,fchmod,chown,fchown,fchownat,truncate,ftruncate,link,linkat,"
    "symlink,symlinkat,utimensat,mknod,mknodat,setxattr,fsetxattr,kill"
)
_WRITES = re.compile(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND")


def _can_trace() -> bool:
    strace = shutil.which("strace")
    if strace is None:
        return False
    probe = subprocess.run([strace, "-f", "true"], capture_output=True, check=False, timeout=20)
    return probe.returncode == 0


def effects(trace: str) -> list[str]:
    """The system calls that changed or reached something outside the process."""
    found = []
    for line in trace.splitlines():
        call = re.search(r"\b([a-z0-9]+)\(", line)
        if call is None or "= -1" in line or "+++" in line or "---" in line:
            continue
        name = call.group(1)
        if name in ("openat", "open"):
            if not _WRITES.search(line) or re.search(r'"/dev/(tty|null|pts/\d+)"', line):
                continue
        elif name in ("connect", "bind", "sendto") and "AF_" not in line:
            continue
        found.append(line)
    return found


strace_only = pytest.mark.skipif(not _can_trace(), reason="strace is not here, or may not trace")


@strace_only
@pytest.mark.parametrize("command", ["check", "check --json", "paths"])
def test_the_kernel_sees_no_effect_of_a_command_that_looks(tmp_path: Path, command: str) -> None:
    user = tmp_path / "user"
    user.mkdir()
    home = codex_home(user, chatgpt_login(), CONFIG)
    trace = tmp_path / "trace"
    before = snapshot(user)
    subprocess.run(
        [
            "strace",
            "-f",
            "-qq",
            "-o",
            str(trace),
            "-e",
            f"trace={CALLS}",
            sys.executable,
            "-m",
            "authtui",
            *command.split(),
            "--home",
            str(home),
        ],
        env=environment(user),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=120,
        check=False,
    )
    found = effects(trace.read_text())
    assert [line for line in found if "execve(" in line][1:] == []
    assert [line for line in found if "execve(" not in line] == []
    assert snapshot(user) == before


@strace_only
@pytest.mark.pty
def test_the_kernel_sees_no_effect_of_the_app_but_on_its_own_terminal(tmp_path: Path) -> None:
    user = tmp_path / "user"
    user.mkdir()
    home = codex_home(user, chatgpt_login(), CONFIG)
    trace = tmp_path / "trace"
    before = snapshot(user)
    strace = shutil.which("strace") or "strace"
    argv = (
        strace,
        "-f",
        "-qq",
        "-o",
        trace,
        "-e",
        f"trace={CALLS}",
        sys.executable,
        "-m",
        "authtui",
        "--home",
        home,
        "--now",
        NOW,
    )
    with Terminal(user_home=user, argv=argv) as terminal:
        use_the_app(terminal)
    found = effects(trace.read_text())
    assert [line for line in found if "execve(" in line][1:] == []
    assert [line for line in found if "execve(" not in line] == []
    assert snapshot(user) == before


def test_the_reading_of_traces_tells_effects_from_looking() -> None:
    trace = "\n".join(
        [
            '7 execve("/usr/bin/python", ["python"], 0x1 /* 9 vars */) = 0',
            '7 openat(AT_FDCWD, "/x", O_RDONLY|O_CLOEXEC) = 3',
            '7 openat(AT_FDCWD, "/dev/tty", O_RDWR) = 3',
            '7 openat(AT_FDCWD, "/missing", O_WRONLY) = -1 ENOENT (No such file or directory)',
            '7 openat(AT_FDCWD, "/x", O_WRONLY|O_CREAT, 0600) = 3',
            "7 connect(3, {sa_family=AF_INET, sin_port=htons(443)}, 16) = 0",
            '7 unlink("/x") = 0',
        ]
    )
    names = [line.split()[1].partition("(")[0] for line in effects(trace)]
    assert names == ["execve", "openat", "connect", "unlink"]
