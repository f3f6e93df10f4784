"""What kind of machine this is (container, WSL, CI …), by variables and a few marker files."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from authtui.machine.files import owner_name, read_file
from authtui.machine.observation import HostFacts

if TYPE_CHECKING:
    from collections.abc import Mapping

_BY_VARIABLE: Final = (
    ("WSL", ("WSL_DISTRO_NAME", "WSL_INTEROP")),
    ("SSH", ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT")),
    ("container", ("container", "KUBERNETES_SERVICE_HOST", "DEVCONTAINER", "REMOTE_CONTAINERS")),
    ("cloud IDE", ("CODESPACES", "GITPOD_WORKSPACE_ID", "CLOUD_SHELL")),
    ("sandbox", ("CODEX_SANDBOX", "CODEX_SANDBOX_NETWORK_DISABLED")),
    ("sudo", ("SUDO_USER", "SUDO_UID")),
    ("multiplexer", ("TMUX", "STY")),
)
_CI: Final = ("GITHUB_ACTIONS", "GITLAB_CI", "BUILDKITE", "JENKINS_URL", "TF_BUILD", "CIRCLECI")
_CONTAINER_FILES: Final = (".dockerenv", "run/.containerenv")
_KERNEL: Final = "proc/sys/kernel/osrelease"
_FALSE: Final = ("", "0", "false", "no")


def read_host(environ: Mapping[str, str], root: Path = Path("/")) -> HostFacts:
    """The marks of this machine, in a fixed order; marker files are looked for below `root`."""
    marks = {name for name, variables in _BY_VARIABLE if any(environ.get(v) for v in variables)}
    if environ.get("CI", "").lower() not in _FALSE or any(environ.get(name) for name in _CI):
        marks.add("CI")
    kernel = read_file(root / _KERNEL, 4096).data or b""
    if b"microsoft" in kernel.lower():
        marks.add("WSL")
    if any(os.path.lexists(root / name) for name in _CONTAINER_FILES):
        marks.add("container")
    order = [*(name for name, _ in _BY_VARIABLE), "CI"]
    return HostFacts(
        marks=tuple(name for name in order if name in marks),
        platform="windows" if sys.platform == "win32" else sys.platform,
        user=running_user(environ),
    )


def running_user(environ: Mapping[str, str]) -> str:
    """The name of the user this process runs as."""
    if hasattr(os, "geteuid"):
        return owner_name(os.geteuid()) or str(os.geteuid())
    return environ.get("USERNAME", "")
