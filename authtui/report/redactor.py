"""The redactor of a report: no secret, and no name of a person or a machine, gets past it.

It redacts by value (every secret that was read), by shape, and by stand-in: the same account is
`acct-A` wherever it occurs, so that a mix-up stays visible. All texts of a report have to go
through one `Redactor`.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Final

from authtui.redaction import Pseudonyms, Secret, mask_email, printable, redact_text

if TYPE_CHECKING:
    from authtui.report.machine import Machine

LONGEST: Final = 2_000
"""Characters that are kept of one text."""

_MARK: Final = re.compile(r"(?<=characters, )#([0-9a-f]{6})\b")
_MASKED: Final = re.compile(r"(?<![\w*])\S{1,2}\*\*\*@[A-Za-z0-9.-]+")
_QUERY: Final = re.compile(r"(?P<start>\b[a-z][a-z0-9+.-]*://[^\s?#\"'`<>]*)[?#][^\s\"'`<>]*")
_OTHERS_HOME: Final = re.compile(
    r"(?P<start>(?<![\w.])/(?:home|Users|export/home)/|\b[A-Za-z]:\\Users\\)[^/\\\s:\"'`]+"
)
_HASHED_HOME: Final = re.compile(r"\b(?P<start>cli|secrets)\|[0-9a-f]{16}\b")
_WORD: Final = r"(?<![A-Za-z0-9])(?:{})(?![A-Za-z0-9])"
_EVERYBODY: Final = frozenset(
    ["root", "codex", "openai", "user", "users", "admin", "nobody", "chatgpt", "home", "auth"]
)
"""User and host names that say nothing about a person, and are words of our own sentences."""


class Redactor:
    """Makes each text of a report fit to leave the machine.

    `key` keys the marks: the same value has the same mark within one report and another one in the
    next. `names` has the stand-ins; `sensitive.learn` fills it before the first text.
    """

    def __init__(self, machine: Machine, key: bytes) -> None:
        """Know the names of the machine itself."""
        self.names = Pseudonyms()
        self._key = key
        self._home = _path_pattern(machine.user_home)
        self._host = _word_pattern(machine.host_name, shortest=3)
        self._user = _word_pattern(machine.user, shortest=2)
        self._masked: dict[str, str] = {}

    def mark(self, value: str | Secret) -> str:
        """The keyed fingerprint of a value: `#1f2e3d`."""
        secret = value if isinstance(value, Secret) else Secret(value)
        return f"#{self._keyed(secret.fingerprint)}"

    def rekeyed(self, mark: str | None) -> str | None:
        """The keyed form of a fingerprint made elsewhere, such as a request's credential mark."""
        return None if mark is None else f"#{self._keyed(mark.removeprefix('#'))}"

    def _keyed(self, fingerprint: str) -> str:
        data = fingerprint.encode("utf-8", "replace")
        return hashlib.blake2b(data, digest_size=3, key=self._key).hexdigest()

    def learn_email(self, address: str) -> None:
        """Learn an e-mail address, in full and in its masked form."""
        self.names.learn("mail", address)
        self._masked.setdefault(mask_email(address), self.names.of("mail", address))

    def email(self, address: str) -> str:
        """The stand-in of an e-mail address, given in full or masked."""
        known = self._masked.get(address)
        return known if known is not None else self.names.of("mail", address)

    def text(self, text: str, limit: int = LONGEST) -> str:
        """One line of text, fit to leave the machine."""
        text = text[: limit * 4]
        text = _QUERY.sub(r"\g<start>?…", text)
        text = self.names.in_text(text)
        text = redact_text(text)  # which leaves e-mail addresses masked
        text = _MASKED.sub(lambda found: self.email(found.group()), text)
        if self._home is not None:
            text = self._home.sub("~", text)
        text = _OTHERS_HOME.sub(r"\g<start><user>", text)
        text = _HASHED_HOME.sub(r"\g<start>|…", text)
        if self._host is not None:
            text = self._host.sub("<host>", text)
        if self._user is not None:
            text = self._user.sub("<user>", text)
        text = _MARK.sub(lambda found: f"#{self._keyed(found[1])}", text)
        return printable(text, limit)

    def lines(self, text: str | None) -> str | None:
        """Text of several lines, such as what the client prints, fit to leave the machine."""
        if text is None:
            return None
        whole = redact_text(self.names.in_text(text[: LONGEST * 4]))
        return "\n".join(self.text(line) for line in whole.split("\n")[:40])


def _path_pattern(path: str | None) -> re.Pattern[str] | None:
    bare = (path or "").rstrip("/\\")
    if len(bare) < 2:
        return None
    return re.compile(rf"(?<![\w.]){re.escape(bare)}(?![\w.-])")


def _word_pattern(word: str, shortest: int) -> re.Pattern[str] | None:
    if len(word) < shortest or word.lower() in _EVERYBODY or word.lower() == "localhost":
        return None
    # A host is named in full and by its first part.
    forms = dict.fromkeys((word, word.split(".", 1)[0]))
    kept = [re.escape(form) for form in forms if len(form) >= shortest]
    return re.compile(_WORD.format("|".join(kept)))
