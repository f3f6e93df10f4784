"""Stand-ins for what names a person, an account or a machine: the same one for the same value.

Ids of accounts, users, workspaces and agents and e-mail addresses become names such as `acct-A`;
the home directory becomes `~`, the host `<host>`, the user `<user>`; everything with the shape of a
secret is replaced by `redaction.redact_text`.
"""

from __future__ import annotations

import hashlib
import os
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from authtui.record import NamedTuple
from authtui.redaction import Pseudonyms, mask_email, printable, redact_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LONGEST: Final = 2_000
_SHORTEST_IN_TEXT: Final = 4
_REMEMBERED: Final = 4_096
_EMAIL: Final = r"[A-Za-z0-9._%+*-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
# An id that was in no field is known by its form: a word, a dash, and a digit not far from it.
_BY_LOOKS: Final = (
    ("acct", r"(?:org|acct|account|ws|workspace)[-_](?=[A-Za-z_-]{0,40}\d)[A-Za-z0-9_-]+"),
    ("user", r"user[-_](?=[A-Za-z_-]{0,40}\d)[A-Za-z0-9_-]+"),
    ("agent", r"agent[-_](?=[A-Za-z_-]{0,40}\d)[A-Za-z0-9_-]+"),
    ("entry", r"(?:cli|secrets)\|[0-9a-f]{8,}"),
    ("mail", _EMAIL),
)
# User names that say nothing about a person, and are words of our own sentences.
_NOBODY: Final = frozenset(
    [
        "admin", "administrator", "app", "build", "ci", "codex", "default", "dev", "docker",
        "guest", "home", "me", "node", "nobody", "root", "runner", "service", "test", "ubuntu",
        "user", "users", "vscode", "www-data",
    ]
)  # fmt: skip


class MachineNames(NamedTuple):
    """What tells whose machine it is: home directories, user names, host names."""

    homes: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()


def read_machine_names(environ: Mapping[str, str]) -> MachineNames:
    """The names of this machine, from its environment and the system."""
    from authtui.directories import user_home

    home = user_home(environ) or ""
    homes = [home, os.path.realpath(home)] if home not in ("", "/") else []
    names = [environ.get(n, "") for n in ("USER", "LOGNAME", "USERNAME", "SUDO_USER")]
    names += [os.path.basename(path) for path in homes]  # noqa: PTH119 - of text, no file is meant
    node = os.uname().nodename if hasattr(os, "uname") else environ.get("COMPUTERNAME", "")
    hosts = [node, node.partition(".")[0], environ.get("HOSTNAME", "")]
    return MachineNames(_distinct(homes), _distinct(names), _distinct(hosts))


def _distinct(values: list[str]) -> tuple[str, ...]:
    return tuple(sorted({v.rstrip("/") for v in values if v.rstrip("/")}, key=len, reverse=True))


class StandIn(str):
    """A stand-in as text: it is not searched for ids again."""

    __slots__ = ()


class StandIns:
    """The stand-ins of one file.

    Args:
        machine: Names to hide.
        key: Makes the marks by which a recording that is continued finds its stand-ins again. It
            stays on the machine: without it a mark confirms no guess.
    """

    def __init__(self, machine: MachineNames | None = None, key: bytes | None = None) -> None:
        """Start with none given."""
        self._machine = machine or MachineNames()
        self._key = key or os.urandom(32)
        self._names = Pseudonyms()
        self._given: dict[str, str] = {}
        self._marks: dict[str, str] = {}
        self._new: list[tuple[str, str]] = []
        self._in_text: dict[str, str] = {}
        self._pattern: re.Pattern[str] | None = None
        self._places = tuple(self._of_place())
        self._texts: dict[str, str] = {}

    def resume(self, name: str, mark: str) -> None:
        """Take over a stand-in that the file holds already; in the file's order."""
        self._names.of(name.partition("-")[0], mark)
        self._marks[mark] = name

    def fresh(self) -> list[tuple[str, str]]:
        """The stand-ins given since the last call, with their marks."""
        given, self._new = self._new, []
        return given

    def of(self, kind: str, value: str) -> StandIn:
        """The stand-in of an id: `acct`, `user`, `agent`, `mail` or `entry`, and a mark."""
        if not value:
            return StandIn("")
        name = self._given.get(value)
        if name is None:
            mark = self._mark(value)
            name = self._marks.get(mark)
            if name is None:
                name = self._names.of(kind, mark)
                self._marks[mark] = name
                self._new.append((name, mark))
            self._given[value] = name
            self._learn(value, name)
        return StandIn(name)

    def alias(self, value: str, name: str) -> None:
        """Let another form of a value have its stand-in, too."""
        if value and value not in self._given:
            self._given[value] = name
            self._learn(value, name)

    def mail(self, address: str) -> StandIn:
        """The stand-in of an e-mail address; its masked form then has the same one."""
        name = self.of("mail", address)
        self.alias(mask_email(address), name)
        return name

    def text(self, text: str, limit: int = LONGEST) -> str:
        """Text without secrets, ids and names, safe to show, cut to `limit` characters."""
        if isinstance(text, StandIn):
            return str(text)
        found = self._texts.get(text)
        if found is None:
            found = "\n".join(printable(row) for row in self._replaced(text).split("\n"))
            if len(self._texts) >= _REMEMBERED:
                self._texts.clear()
            if len(text) <= LONGEST:
                self._texts[text] = found
        return found if len(found) <= limit else f"{found[: limit - 1]}…"

    def _replaced(self, text: str) -> str:
        # Much more than is kept, so that no half of a secret is left at the edge.
        text = redact_text(text[: 8 * LONGEST])
        for pattern, name in self._places:
            text = pattern.sub(name, text)
        if self._pattern is None:
            self._pattern = self._compiled()
        return self._pattern.sub(self._name_of, text)

    def _name_of(self, found: re.Match[str]) -> str:
        value = found.group()
        if found.lastgroup is None:
            return self._in_text[value]
        return self.of(found.lastgroup, value)

    def _compiled(self) -> re.Pattern[str]:
        known = sorted(self._in_text, key=len, reverse=True)
        either = [re.escape(value) for value in known]
        either += [f"(?P<{kind}>{looks})" for kind, looks in _BY_LOOKS]
        return re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(either)})(?![A-Za-z0-9])")

    def _learn(self, value: str, name: str) -> None:
        for written in {value, quote(value, safe="")}:
            if len(written) >= _SHORTEST_IN_TEXT and written not in self._in_text:
                self._in_text[written] = name
                self._pattern = None
                self._texts.clear()

    def _mark(self, value: str) -> str:
        data = value.encode("utf-8", "surrogatepass")
        return hashlib.blake2b(data, key=self._key, digest_size=8).hexdigest()

    def _of_place(self) -> Iterator[tuple[re.Pattern[str], str]]:
        for home in self._machine.homes:
            yield re.compile(rf"(?<![\w/]){re.escape(home)}(?![\w.-])"), "~"
        yield re.compile(r"(?<=/home/)[^/\s\"':]+|(?<=/Users/)[^/\s\"':]+"), "<user>"
        for user in self._machine.users:
            if len(user) > 1 and user.lower() not in _NOBODY:
                yield re.compile(rf"(?<![\w.@-]){re.escape(user)}(?![\w@-])"), "<user>"
        for host in self._machine.hosts:
            if len(host) > 2 and host.lower() not in ("localhost", *_NOBODY):
                yield re.compile(rf"(?<![\w.-]){re.escape(host)}(?![\w-])"), "<host>"
