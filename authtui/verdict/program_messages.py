"""What a program said at its end, and whether that is what the client was expected to say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from authtui.exchanges.evidence import ObservedProgram

_STAMPED: Final = re.compile(r"\d{4}-\d\d-\d\dT\S+ ")
_FATAL: Final = re.compile(r"(?:ERROR|Error): ?|error: ")
_ADDRESS: Final = re.compile(r"(?:https?|wss?)://[^\s,;)\"']+")
_TOKEN: Final = re.compile(r"<[A-Za-z ]+, \d+ characters, #[0-9a-f]{6}>")
_TAIL: Final = re.compile(r", (?:request id|cf-ray|auth error(?: code)?)\b[^,]*")
_PROGRESS: Final = "Reconnecting... "
_BANNER: Final = "OpenAI Codex v"
_WARNING: Final = "WARNING: proceeding"
_LONGEST: Final = 12
"""Lines of one message; what stands below its first line belongs to it."""
_FEW: Final = 4
"""A program that ends well in so few lines has said a message, not done work."""


def final_message(program: ObservedProgram) -> str | None:
    """The last error of a program in its own words, None while it has reported none.

    The client logs with a time stamp and counts its attempts; neither is its message.
    """
    lines = [said.text for said in program.said if said.stream == "stderr"]
    lines = [line for line in lines if not _STAMPED.match(line)]
    marks = [n for n, line in enumerate(lines) if _FATAL.match(line)]
    marks = [n for n in marks if not _FATAL.sub("", lines[n], count=1).startswith(_PROGRESS)]
    if marks:
        return "\n".join(lines[marks[-1] :][:_LONGEST]).strip()
    if program.running:
        return None
    rest = [line for line in lines if line.strip() and not line.startswith(_WARNING)]
    # `login status` says all it has to say in a line or two, without a mark.
    working = any(line.startswith(_BANNER) for line in rest)
    if working or (program.exit_status == 0 and len(rest) > _FEW):
        return None
    return "\n".join(rest[-_LONGEST:]).strip() or None


def same_message(expected: str | None, observed: str | None, program: ObservedProgram) -> bool:
    """Whether a message says what was expected; addresses and request ids do not count."""
    if expected is None or observed is None:
        return expected is None and observed is None
    wanted = neutral(expected)
    if wanted == neutral(observed):
        return True
    # What is expected may stand in lines that were not taken for the end.
    said = "\n".join(line.text for line in program.said)
    return bool(wanted) and wanted in neutral(said)


def neutral(text: str) -> str:
    """A message without what differs from run to run: addresses, tokens, ids, white space."""
    text = _TAIL.sub("", _TOKEN.sub("<token>", _ADDRESS.sub("<address>", text)))
    return " ".join(text.split())
