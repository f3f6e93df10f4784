"""Programs of the client that run now, as `/proc` tells of them: none is asked, none is opened.

Source: codex-rs/app-server-daemon (`daemon.pid`, `app-server --managed-daemon`), as started by
clients 0.169 and 0.171.
"""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from authtui.machine.observation import RunningProgram

if TYPE_CHECKING:
    from collections.abc import Iterator

    from authtui.machine.observation import ProgramKind

_LARGEST: Final = 256 * 1024
_VERSION: Final = re.compile(r"(?:^|/)(?:releases/|v|codex-)?(\d+\.\d+\.\d+)(?:-[a-z0-9_.-]+)?/")
_HOSTS: Final = (
    ("/.vscode", "VS Code"),
    ("/.cursor", "Cursor"),
    ("/.windsurf", "Windsurf"),
    ("/JetBrains/", "JetBrains"),
    ("/Codex.app/", "the desktop app"),
)
"""Parts of the path of a program by which one sees who brought it."""
_UPDATER: Final = "pid-update-loop"


def find_programs(root: Path = Path("/")) -> tuple[RunningProgram, ...]:
    """Find the programs of the client that this user runs, the oldest first.

    Args:
        root: The directory below which `proc` lies. Without one nothing is found.
    """
    ticks = _ticks_per_second()
    boot = _boot_moment(root)
    found = [_program(entry, boot, ticks) for entry in _processes(root)]
    return tuple(sorted((one for one in found if one is not None), key=_age))


def program_environment(pid: int, root: Path = Path("/")) -> dict[str, str] | None:
    """The variables that a program was started with, or None where that may not be read."""
    data = _bytes(root / "proc" / str(pid) / "environ")
    if data is None:
        return None
    pairs = (pair.partition(b"=") for pair in data.split(b"\0") if b"=" in pair)
    return {os.fsdecode(name): os.fsdecode(value) for name, _, value in pairs}


def program_directory(pid: int, root: Path = Path("/")) -> str | None:
    """Where a program works, or None where that may not be read."""
    try:
        return str((root / "proc" / str(pid) / "cwd").readlink())
    except OSError:
        return None


def program_parent(pid: int, root: Path = Path("/")) -> tuple[int, str] | None:
    """The id and the name of the program that started a program; None where there is none."""
    above = _stat_fields(pid, root)[1]
    number = int(above[1]) if len(above) > 1 and above[1].isdigit() else 0
    return (number, _stat_fields(number, root)[0]) if number else None


def _stat_fields(pid: int, root: Path) -> tuple[str, list[str]]:
    # The name of a program stands in brackets and may hold blanks and brackets itself.
    data = _bytes(root / "proc" / str(pid) / "stat") or b""
    before, _, after = data.rpartition(b")")
    return os.fsdecode(before.partition(b"(")[2]), os.fsdecode(after).split()


def _processes(root: Path) -> Iterator[Path]:
    mine = os.getuid() if hasattr(os, "getuid") else None
    try:
        with os.scandir(root / "proc") as entries:
            for entry in entries:
                if entry.name.isdigit() and mine in (None, _owner(entry)):
                    yield Path(entry.path)
    except OSError:
        return


def _owner(entry: os.DirEntry[str]) -> int | None:
    try:
        return entry.stat().st_uid
    except OSError:
        return None


def _program(entry: Path, boot: float | None, ticks: int) -> RunningProgram | None:
    words = [os.fsdecode(word) for word in (_bytes(entry / "cmdline") or b"").split(b"\0")]
    name = words[0].rsplit("/", 1)[-1]
    if (name != "codex" and not name.startswith("codex-")) or _UPDATER in words:
        return None
    pid = int(entry.name)
    environ = program_environment(pid, entry.parent.parent) or {}
    home = environ.get("CODEX_HOME") or (environ.get("HOME") and f"{environ['HOME']}/.codex")
    if not home:
        return None
    # A relative one is relative to where the program works.
    home = os.path.join(program_directory(pid, entry.parent.parent) or "/", home)  # noqa: PTH118
    version = _VERSION.search(words[0])
    return RunningProgram(
        pid=pid,
        kind=_kind(words),
        path=words[0],
        home=os.path.realpath(home) if "\0" not in home else home,
        started=_started(entry, boot, ticks),
        version=version[1] if version else None,
        host=next((host for part, host in _HOSTS if part in words[0]), None),
    )


def _kind(words: list[str]) -> ProgramKind:
    if "app-server" in words:
        return "background-server" if "--managed-daemon" in words else "app-server"
    if "exec" in words or "e" in words[1:2]:
        return "exec"
    return "mcp-server" if "mcp-server" in words else "interactive"


def _started(entry: Path, boot: float | None, ticks: int) -> datetime | None:
    fields = _stat_fields(int(entry.name), entry.parent.parent)[1]
    if boot is None or len(fields) < 20 or not fields[19].isdigit():
        return None
    try:
        return datetime.fromtimestamp(boot, UTC) + timedelta(seconds=int(fields[19]) / ticks)
    except (OverflowError, OSError, ValueError):
        return None


def _boot_moment(root: Path) -> float | None:
    for line in (_bytes(root / "proc" / "stat") or b"").splitlines():
        if line.startswith(b"btime ") and line[6:].strip().isdigit():
            return float(line[6:])
    return None


def _ticks_per_second() -> int:
    return os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


def _age(program: RunningProgram) -> tuple[bool, float, int]:
    moment = program.started
    return (moment is None, moment.timestamp() if moment else 0.0, program.pid)


def _bytes(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST)
    except OSError:
        return None


def is_older(program: RunningProgram, changed: datetime | None) -> bool:
    """Whether a program was started before a file was changed, for certain.

    The kernel tells the moment of its own start in whole seconds.
    """
    if program.started is None or changed is None:
        return False
    return program.started + timedelta(seconds=2) < changed
