"""Which lines of files set a variable, and which program had it first: files and `/proc` alone.

No file is run: of a value that a shell would compute only its place is told. A value is kept as a
digest, to tell that two are the same.
"""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from authtui.digests import sha256
from authtui.directories import user_home
from authtui.machine.files import read_file
from authtui.machine.home import shorten
from authtui.machine.programs import program_environment, program_parent
from authtui.machine.variable_places import VariableHolder, VariableLine

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from authtui.machine.variable_places import LineKind

_LARGEST: Final = 256 * 1024
_MOST_FILES: Final = 120
_LEVELS: Final = 16
_ANCESTORS: Final = 32
_IN_HOME: Final[tuple[tuple[LineKind, tuple[str, ...]], ...]] = (
    (
        "shell",
        (
            ".zshenv", ".zprofile", ".zshrc", ".zlogin", ".bash_profile", ".bash_login", ".profile",
            ".bashrc", ".bash_aliases", ".kshrc", ".cshrc", ".tcshrc", ".config/fish/config.fish",
            ".config/fish/conf.d/*.fish", ".config/zsh/.zshrc", ".config/zsh/.zshenv",
        ),
    ),
    ("session", (".config/environment.d/*.conf", ".pam_environment")),
    ("systemd", (".config/systemd/user/*.service", ".config/systemd/user/*.service.d/*.conf")),
    (
        "editor",
        (
            ".config/Code/User/settings.json",
            ".config/Cursor/User/settings.json",
            ".config/Windsurf/User/settings.json",
            "Library/Application Support/Code/User/settings.json",
            ".vscode-server/data/Machine/settings.json",
        ),
    ),
    ("mise", (".config/mise/config.toml",)),
)  # fmt: skip
_OF_THE_SYSTEM: Final[tuple[tuple[LineKind, tuple[str, ...]], ...]] = (
    ("shell", ("etc/profile", "etc/profile.d/*.sh", "etc/bash.bashrc", "etc/zsh/zshenv")),
    ("session", ("etc/environment",)),
    ("systemd", ("etc/systemd/system/*.service", "etc/systemd/system/*.service.d/*.conf")),
)
_ON_THE_WAY: Final[tuple[tuple[LineKind, tuple[str, ...]], ...]] = (
    ("direnv", (".envrc",)),
    ("dotenv", (".env", ".env.local")),
    ("mise", ("mise.toml", ".mise.toml", "mise.local.toml")),
    ("compose", ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")),
    ("devcontainer", (".devcontainer/devcontainer.json", ".devcontainer.json")),
    ("editor", (".vscode/settings.json",)),
)
_EXPORTS: Final = ("export", "declare", "typeset", "setenv", "set")
_COMPUTED: Final = ("$", "`")


def mark_of(value: str) -> bytes:
    """A digest of a value, by which two are told to be the same."""
    digest: bytes = sha256(_bytes(value)).digest()
    return digest


def find_lines(
    names: Iterable[str],
    environ: Mapping[str, str],
    directory: str | None,
    home: str,
    root: Path = Path("/"),
) -> tuple[VariableLine, ...]:
    """Find the lines that set one of the variables.

    Args:
        names: The variables.
        environ: The variables of this process: `HOME`, and `ZDOTDIR`.
        directory: Where the client would be started; files there and above it are looked at.
        home: The Codex home: its own `.env`, which the client reads itself, is left out.
        root: The directory below which `etc` lies.
    """
    wanted = frozenset(names)
    user = user_home(environ)
    any_name = re.compile(b"|".join(re.escape(_bytes(name)) for name in sorted(wanted)))
    found: list[VariableLine] = []
    seen = {os.path.realpath(os.path.join(home, ".env"))}  # noqa: PTH118 - plain text, as found
    for number, (kind, path) in enumerate(_files(user, environ, directory, root)):
        if number == _MOST_FILES:
            break
        real = os.path.realpath(path)
        if real in seen:
            continue
        seen.add(real)
        data = read_file(path, _LARGEST).data
        if data is None or any_name.search(data) is None:
            continue
        text = data.decode("utf-8", "surrogateescape")
        found += _lines_of(kind, text, shorten(str(path), user), wanted)
    return tuple(found)


def find_holder(
    name: str, value: str, pid: int | None = None, root: Path = Path("/")
) -> VariableHolder | None:
    """Find the oldest of the programs above a program that had the variable at its start.

    Args:
        name: The variable.
        value: Its value here.
        pid: The program that has it; None for this one.
        root: The directory below which `proc` lies.
    """
    oldest: int | None = None
    at = os.getpid() if pid is None else pid
    if (program_environment(at, root) or {}).get(name) != value:
        return None
    above = program_parent(at, root)
    first = above
    for _ in range(_ANCESTORS):
        if above is None or (program_environment(above[0], root) or {}).get(name) != value:
            break
        oldest = above[0]
        program = above[1]
        above = program_parent(above[0], root)
    if oldest is not None:
        return VariableHolder(name, program, oldest)
    return VariableHolder(name, first[1]) if first is not None else None


def _files(
    user: str | None, environ: Mapping[str, str], directory: str | None, root: Path
) -> Iterator[tuple[LineKind, Path]]:
    if directory is not None and "\0" not in directory:
        way = [Path(directory), *Path(directory).parents][:_LEVELS]
        stop = Path(user) if user else None
        for folder in way:
            yield from _matching(folder, _ON_THE_WAY)
            if folder == stop:
                break
    if user and "\0" not in user and Path(user).is_absolute():
        if environ.get("ZDOTDIR"):
            yield from _matching(
                Path(environ["ZDOTDIR"]), (("shell", (".zshenv", ".zprofile", ".zshrc")),)
            )
        yield from _matching(Path(user), (*_IN_HOME, ("dotenv", (".env",))))
    yield from _matching(root, _OF_THE_SYSTEM)


def _matching(
    folder: Path, kinds: Iterable[tuple[LineKind, tuple[str, ...]]]
) -> Iterator[tuple[LineKind, Path]]:
    for kind, patterns in kinds:
        for pattern in patterns:
            try:
                paths = sorted(folder.glob(pattern)) if "*" in pattern else [folder / pattern]
            except (OSError, ValueError):
                continue
            yield from ((kind, path) for path in paths)


def _lines_of(
    kind: LineKind, text: str, file: str, wanted: frozenset[str]
) -> Iterator[VariableLine]:
    everything = False  # `set -a`: what is assigned from here on is exported
    held: list[VariableLine] = []
    exported: set[str] = set()
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.strip()
        if not bare or bare[0] in "#;" or bare.startswith("//"):
            continue
        if kind in ("compose", "devcontainer", "editor", "mise"):
            found = _named_value(bare, wanted)
            if found is not None:
                held.append(VariableLine(found[0], file, number, kind, _mark(found[1], bare)))
            continue
        if kind == "systemd":
            if not bare.startswith("Environment="):
                continue
            bare = bare.partition("=")[2]
        words = _words(bare)
        if words[:2] in (["set", "-a"], ["set", "-o"]):
            everything = True
        for name, value, how in _assigned(words, wanted):
            if value is None:
                exported.add(name)
                continue
            given: LineKind = kind
            if kind in ("shell", "direnv") and how != "export" and not everything:
                given = "alias" if how == "alias" else "unexported"
            held.append(VariableLine(name, file, number, given, _mark(value, bare)))
    for row in held:
        late = row.kind == "unexported" and row.name in exported
        yield row._replace(kind=kind) if late else row


def _assigned(
    words: list[str], wanted: frozenset[str]
) -> Iterator[tuple[str, str | None, Literal["export", "alone", "alias"]]]:
    """What a line of a shell assigns; without a value it exports what was assigned before."""
    if words[:1] == ["alias"]:
        for word in words[1:]:
            for name, value, _ in _assigned(_words(word.partition("=")[2])[:1], wanted):
                yield name, value, "alias"
        return
    at = next((number for number, word in enumerate(words) if word in _EXPORTS), None)
    if at is None:
        pairs = [word.partition("=") for word in words]
        if all(sign and name.isidentifier() for name, sign, _ in pairs):  # no prefix of a command
            yield from ((name, value, "alone") for name, _, value in pairs if name in wanted)
        return
    rest = [word for word in words[at + 1 :] if not word.startswith("-")]
    if words[at] in ("set", "setenv"):
        short = words[at] == "setenv" or any("x" in w for w in words[at + 1 :] if w[:1] == "-")
        if len(rest) >= 2 and rest[0] in wanted:
            yield rest[0], rest[1], "export" if short else "alone"
        return
    for word in rest:
        name, sign, value = word.partition("=")
        if name in wanted:
            yield name, value if sign else None, "export"


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line, comments=True)
    except ValueError:
        return []


def _named_value(line: str, wanted: frozenset[str]) -> tuple[str, str] | None:
    """A variable and its value in a line of YAML, JSON or TOML."""
    found = re.match(r"""(?:-\s*)?["']?([A-Za-z_]\w*)["']?\s*[:=]\s*(.+?),?\s*$""", line)
    if found is None or found[1] not in wanted or found[2][0] in "{[":
        return None
    value = found[2]
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        return found[1], value[1:-1]
    return found[1], value.removesuffix('"') if line.startswith(("- ", '"')) else value


def _mark(value: str, line: str) -> bytes | None:
    return None if any(sign in line for sign in _COMPUTED) else mark_of(value)


def _bytes(text: str) -> bytes:
    """A text as bytes; what is no Unicode, such as half a pair of surrogates, is kept apart."""
    return text.encode("utf-8", "surrogatepass")
