"""The copy of a home for a rehearsal: the same files with stand-ins in the place of secrets.

Nothing of the real home is opened for writing. What the client would start for its user (MCP
servers, hooks, `notify`, a provider's commands) is left out of the copy or does nothing there.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from authtui.configuration.config import split_key
from authtui.credentials.environment import OPEN_VARIABLES, TOKEN_FILE
from authtui.credentials.known import secrets_of_address
from authtui.errors import AuthtuiError
from authtui.machine.observation import AUTH_FILE
from authtui.record import NamedTuple
from authtui.redaction import Secret

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from authtui.machine.observation import Observation
    from authtui.rehearsal.stand_in import SecretStandIns

_SYSTEM_FILES: Final = ("config.toml", "requirements.toml", "managed_config.toml")
_STARTS_PROGRAMS: Final = ("mcp_servers", "hooks", "plugins", "marketplaces", "notify")
_HEADER: Final = re.compile(r"\s*\[\[?\s*\"?([A-Za-z0-9_-]+)")
_KEY: Final = re.compile(r"\s*\"?([A-Za-z0-9_-]+)\"?\s*[.=]")
_COMMAND: Final = re.compile(r"\bcommand\s*=\s*(\"(?:[^\"\\]|\\.)*\"|'[^']*')")
_ADDRESS: Final = re.compile(r"(https?)://([A-Za-z0-9.-]+)(?::(\d{1,5}))?")
_NOT_IN_A_COPY: Final = ("CODEX_CA_CERTIFICATE", "SSL_CERT_FILE", "SSL_CERT_DIR")
_PRINTS: Final = "#!/bin/sh\necho stand-in-token\n"


class Copy(NamedTuple):
    """Where the copy is, the variables of its programs, and what could not be copied.

    `hosts` and the ports are those that its configuration names beside the client's own.
    """

    root: Path
    home: Path
    etc: Path
    environ: dict[str, str]
    hosts: tuple[str, ...]
    plain_ports: tuple[int, ...]
    secure_ports: tuple[int, ...]
    left_out: tuple[str, ...]


class LeakError(AuthtuiError):
    """A secret was still in the copy: it is not used."""


def make_copy(
    seen: Observation, stand_ins: SecretStandIns, root: Path, path: str, system_dir: Path
) -> Copy:
    """Write the copy below an empty directory; `path` is the PATH of the client's programs.

    Raises:
        LeakError: A secret of the real home is in what was written.
    """
    home, etc = root / ".codex", root / "etc"
    left_out: list[str] = []
    etc.mkdir()
    program = root / "prints-a-token"
    program.write_text(_PRINTS, "utf-8")
    program.chmod(0o700)
    environ = _environment(seen, stand_ins, root, home, path, left_out)
    written = list(environ.values())
    if seen.home.error is None:
        home.mkdir(mode=0o700)
        written += _home(seen, stand_ins, home, program, left_out)
    elif Path(seen.home.path).is_file():
        home.write_text("", "utf-8")
    for name in _SYSTEM_FILES:
        text = _text(system_dir / name)
        if text is not None:
            made = _configuration(text, seen, stand_ins, program, left_out)
            (etc / name).write_text(made, "utf-8")
            written.append(made)
    if any(stand_ins.leaks(text) for text in written):
        raise LeakError
    if seen.directory is not None and (Path(seen.directory) / ".codex").is_dir():
        left_out.append(f"the project's own configuration in {seen.directory}")
    addresses = {found.groups() for text in written for found in _ADDRESS.finditer(text)}
    plain = {int(port or 80) for scheme, _, port in addresses if scheme == "http"}
    secure = {int(port or 443) for scheme, _, port in addresses if scheme == "https"}
    return Copy(
        root,
        home,
        etc,
        environ,
        tuple(sorted({host for _, host, _ in addresses})),
        tuple(sorted(port for port in plain if 0 < port < 65_536)),
        tuple(sorted(port for port in secure if 0 < port < 65_536)),
        tuple(dict.fromkeys(left_out)),
    )


def _environment(
    seen: Observation,
    stand_ins: SecretStandIns,
    root: Path,
    home: Path,
    path: str,
    left_out: list[str],
) -> dict[str, str]:
    environ = {"HOME": str(root), "PATH": path, "LANG": "C.UTF-8", "CODEX_HOME": str(home)}
    # The client is shy of a home below the directory for temporary files.
    (root / "tmp").mkdir()
    environ["TMPDIR"] = str(root / "tmp")
    for name, given in seen.environment.variables.items():
        variable = given if given.origin != "dotenv" else given.replaces
        if variable is None or name == "CODEX_HOME":
            continue
        value = variable.value.reveal()
        if name in _NOT_IN_A_COPY and Path(value).is_file():
            left_out.append(f"{name}: the hosts of a rehearsal have certificates of their own")
            continue
        if "proxy" in name.lower() and name.lower() != "no_proxy":
            left_out.append(f"{name}: no proxy is in the network of a rehearsal")
            continue
        if name == TOKEN_FILE and seen.token_file is not None and seen.token_file.data is not None:
            file = root / "identity-token"
            token = seen.token_file.data.decode("latin-1")
            file.write_text(stand_ins.of(token), "latin-1")
            value = str(file)
        elif name in OPEN_VARIABLES:
            value = value.replace(seen.home.path, str(home))
        else:
            value = stand_ins.of(value)
        environ[name] = value
    return environ


def _home(
    seen: Observation, stand_ins: SecretStandIns, home: Path, program: Path, left_out: list[str]
) -> Iterator[str]:
    facts = seen.auth_file
    path = home / AUTH_FILE
    if facts.data is not None:
        data = stand_ins.document(facts.data)
        target = path
        if facts.link_target is not None:
            target = home / "behind-a-link.json"
            path.symlink_to(target)
        target.write_bytes(data)
        target.chmod(facts.mode if facts.mode is not None else 0o600)
        yield data.decode("latin-1")
    elif facts.kind == "directory":
        path.mkdir()
    elif facts.kind == "dangling-link":
        path.symlink_to(home / "nowhere.json")
    elif facts.exists:
        left_out.append(f"{AUTH_FILE}: it is there and cannot be read ({facts.kind})")
    if seen.config.get("cli_auth_credentials_store") in ("keyring", "auto"):
        left_out.append("the keyring: a rehearsal has none")
    text = _text(home_file(seen, "config.toml"))
    if text is not None:
        made = _configuration(text, seen, stand_ins, program, left_out)
        (home / "config.toml").write_text(made, "utf-8")
        yield made
    text = _text(home_file(seen, ".env"))
    if text is not None:
        made = stand_ins.text(text, list(_of_dotenv(seen)))
        (home / ".env").write_text(made, "utf-8")
        yield made


def home_file(seen: Observation, name: str) -> Path:
    """A file of the observed home."""
    return Path(seen.home.path) / name


def _of_dotenv(seen: Observation) -> Iterator[str]:
    for name, variable in seen.environment.variables.items():
        if variable.origin == "dotenv" and name not in OPEN_VARIABLES:
            yield variable.value.reveal()
    for name, value in seen.environment.dotenv_others:
        if name not in OPEN_VARIABLES:
            yield value.reveal()


def _configuration(
    text: str, seen: Observation, stand_ins: SecretStandIns, program: Path, left_out: list[str]
) -> str:
    made = stand_ins.text(text, list(_of_configuration(seen)))
    return _without_programs(made, program, left_out)


def _of_configuration(seen: Observation) -> Iterator[str]:
    config = seen.config
    for key, given in (*config.values.items(), *config.overridden, *config.requirements.items()):
        for value in given.value if isinstance(given.value, list) else (given.value,):
            text = value.reveal() if isinstance(value, Secret) else value
            if not isinstance(text, str):
                continue
            yield from secrets_of_address(text) if "://" in text else ()
            plain = "://" in text or split_key(key)[-1] in ("command", "cwd")
            if isinstance(value, Secret) and not plain:
                yield text


def _without_programs(text: str, program: Path, left_out: list[str]) -> str:
    """The same lines; those that would start a program of the user's say nothing."""
    made: list[str] = []
    table, depth = "", 0
    for line in text.split("\n"):
        header = _HEADER.match(line) if depth == 0 else None
        if header is not None:
            table = header[1]
        named = _KEY.match(line) if header is None and depth == 0 and not table else None
        starts = table or (named[1] if named else "")
        if depth > 0 or starts in _STARTS_PROGRAMS:
            if depth == 0:
                left_out.append(f"{starts} of config.toml: nothing of the user's is started")
            if not table:
                depth = max(0, depth + line.count("[") + line.count("{"))
                depth = max(0, depth - line.count("]") - line.count("}"))
            made.append("")
            continue
        if table == "model_providers" and _COMMAND.search(line):
            left_out.append("the command of a provider: one that prints a stand-in is started")
            made.append(_COMMAND.sub(f'command = "{program}"', line))
            continue
        made.append(line)
    return "\n".join(made)


def _text(path: Path) -> str | None:
    try:
        return path.read_text("utf-8", "surrogateescape") if path.is_file() else None
    except OSError:
        return None


def environ_path(environ: Mapping[str, str]) -> str:
    """The PATH under which the client is started: the user's own, for a client that is a script."""
    return environ.get("PATH") or os.defpath
