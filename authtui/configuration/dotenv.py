r"""`$CODEX_HOME/.env` as the client applies it.

The client reads the file with the crate dotenvy, sets what it finds over the process environment,
and skips in silence both the lines that do not parse and the names that begin with CODEX_ in any
letter case (codex-rs/arg0/src/lib.rs). The grammar here is dotenvy's, not a shell's: `$NAME` takes
letters and digits only, `\n` is the one control escape, and a quote may span lines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authtui.errors import AuthtuiError
from authtui.machine.observation import IgnoredVariable
from authtui.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

RESERVED: Final = "the client ignores names that begin with CODEX_ in .env"
MALFORMED: Final = "the line does not parse, so the client skips it without a word"
UNCLOSED: Final = "a quote is not closed, so the client skips the rest of the file"
NOT_UTF8: Final = "the line is not UTF-8, so the client skips it without a word"
GROWN: Final = "its substitutions would make the value too large, so they were not expanded"
MARKED: Final = "a byte order mark stands before the name, so the client skips the line"

_GROWTH: Final = 1024 * 1024
"""Characters that substitutions may add to a file in all: each line can double the one before."""

_KEY_START: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_")
_KEY_REST: Final = _KEY_START | frozenset("0123456789.")
_ESCAPED: Final = {"\\": "\\", "'": "'", '"': '"', "$": "$", " ": " ", "n": "\n"}


class Assignment(NamedTuple):
    """One variable that the file sets; of several with one name, the last counts."""

    name: str
    value: str
    line: int


class Dotenv(NamedTuple):
    """What the file sets, and what of it the client leaves out."""

    assignments: tuple[Assignment, ...] = ()
    ignored: tuple[IgnoredVariable, ...] = ()


class _RefusedLineError(AuthtuiError):
    """A line that dotenvy refuses."""


class _TooLargeError(AuthtuiError):
    """A value that would use up the memory."""


def parse_dotenv(data: bytes, environ: Mapping[str, str]) -> Dotenv:
    """The assignments of a `.env` file; `environ` feeds `$NAME`. Never raises.

    A name in a substitution is looked for in the environment first (with what earlier lines
    set), then among the names the file gave.
    """
    environment = dict(environ)
    given: dict[str, str] = {}
    assignments: list[Assignment] = []
    ignored: list[IgnoredVariable] = []
    room = len(data) + _GROWTH
    for number, raw, state in _logical_lines(data):
        found, reason = None, None
        try:
            if state == "complete":
                found = _parse_line(raw.decode("utf-8"), environment, given, room)
            else:
                reason = MALFORMED if state in ("blank", "escape") else UNCLOSED
        except UnicodeDecodeError:
            reason = NOT_UTF8
        except _TooLargeError:
            reason = GROWN
        except _RefusedLineError:
            reason = MARKED if raw.startswith(b"\xef\xbb\xbf") else MALFORMED
        if reason:
            ignored.append(IgnoredVariable(_name_hint(raw), number, reason))
        if found is None:
            continue
        name, value = found
        room -= len(value)
        given[name] = value
        if name.upper().startswith("CODEX_"):
            ignored.append(IgnoredVariable(name, number, RESERVED))
        elif "\0" not in value:
            environment[name] = value
            assignments.append(Assignment(name, value, number))
    return Dotenv(tuple(assignments), tuple(ignored))


def _logical_lines(data: bytes) -> Iterator[tuple[int, bytes, str]]:
    """Lines as dotenvy joins them: a quote or a trailing backslash continues on the next line."""
    pieces = data.split(b"\n")
    lines = [piece + b"\n" for piece in pieces[:-1]] + [piece for piece in pieces[-1:] if piece]
    # The pieces of a line that goes on are joined at its end: joined at each, they would take the
    # square of their length.
    parts: list[bytes] = []
    length, start, state, blank = 0, 1, "complete", True
    for number, line in enumerate(lines, 1):
        if not parts:
            length, start, blank = 0, number, True
        before = length
        parts.append(line)
        length += len(line)
        if blank and (stripped := line.lstrip()):
            blank = False
            if stripped.startswith(b"#"):
                parts, state = [], "complete"
                continue
        position, state = _end_state(state, line)
        if state == "comment":
            yield start, b"".join(parts)[: before + position], "complete"
        elif state == "complete":
            yield start, b"".join(parts).removesuffix(b"\n").removesuffix(b"\r"), state
        else:
            continue
        parts, state = [], "complete"
    if parts:
        yield start, b"".join(parts), state


_OUTSIDE: Final = {"\\": "escape", '"': "weak", "'": "strong"}


def _end_state(state: str, line: bytes) -> tuple[int, str]:
    position = 0
    for position, code in enumerate(line):
        char = chr(code)
        if state == "blank":
            if char == "#":
                return position, "comment"
            state = _OUTSIDE.get(char, "complete")
        elif state == "complete":
            state = "blank" if char in " \t\x0b\x0c" else _OUTSIDE.get(char, "complete")
        elif state == "escape":
            state = "complete"
        elif state == "weak":
            state = {"\\": "weak-escape", '"': "complete"}.get(char, "weak")
        elif state == "strong":
            state = {"\\": "strong-escape", "'": "complete"}.get(char, "strong")
        else:
            state = state.removesuffix("-escape")
    return position, state


def _name_hint(raw: bytes) -> str:
    text = raw.decode("utf-8", "replace").lstrip("\ufeff \t").removeprefix("export ").lstrip()
    name, found, _ = text.partition("=")
    # Without an equals sign the line may hold anything, a secret too: no name is given then.
    return name.strip()[:64] if found and all(c in _KEY_REST for c in name.strip()) else ""


def _parse_line(
    line: str, environment: Mapping[str, str], given: Mapping[str, str], room: int
) -> tuple[str, str] | None:
    rest = line.strip()
    if not rest or rest.startswith("#"):
        return None
    name, rest = _take_key(rest)
    if name == "export" and not rest.startswith("="):
        name, rest = _take_key(rest)
    if not rest.startswith("="):
        raise _RefusedLineError
    rest = rest[1:].lstrip()
    if not rest or rest.startswith("#"):
        return name, ""
    return name, _parse_value(rest, environment, given, room)


def _take_key(text: str) -> tuple[str, str]:
    if not text or text[0] not in _KEY_START:
        raise _RefusedLineError
    end = 1
    while end < len(text) and text[end] in _KEY_REST:
        end += 1
    return text[:end], text[end:].lstrip()


def _parse_value(
    text: str, environment: Mapping[str, str], given: Mapping[str, str], room: int
) -> str:
    out: list[str] = []
    name = ""
    mode = "plain"  # plain, strong, weak, escape, escape-weak, end
    variable = ""  # "", "open" after `$`, "braced" after `${`
    for char in text:
        if mode == "end":
            if char == "#":
                break
            if char not in " \t":
                raise _RefusedLineError
        elif mode.startswith("escape"):
            if char not in _ESCAPED:
                raise _RefusedLineError
            out.append(_ESCAPED[char])
            mode = "weak" if mode == "escape-weak" else "plain"
        elif mode == "strong":
            if char == "'":
                mode = "plain"
            else:
                out.append(char)
        elif variable and char.isalnum():
            name += char
        elif variable == "open" and char == "{" and not name:
            variable = "braced"
        elif variable == "braced" and char != "}":
            name += char
        elif variable:
            out.append(_substituted(name, environment, given))
            room -= len(out[-1])
            if room < 0:
                raise _TooLargeError
            name = ""
            if variable == "open" and char == "$":
                continue
            # dotenvy keeps the character that ended the name as it is, a quote too.
            if variable == "open":
                out.append(char)
            variable = ""
        elif char == "$":
            variable = "open"
        elif char == "\\":
            mode = "escape-weak" if mode == "weak" else "escape"
        elif mode == "weak":
            if char == '"':
                mode = "plain"
            else:
                out.append(char)
        elif char in "'\"":
            mode = "strong" if char == "'" else "weak"
        elif char in " \t":
            mode = "end"
        else:
            out.append(char)
    if variable == "braced" or mode in ("strong", "weak", "escape-weak"):
        raise _RefusedLineError
    if variable:
        out.append(_substituted(name, environment, given))
        if len(out[-1]) > room:
            raise _TooLargeError
    return "".join(out)


def _substituted(name: str, environment: Mapping[str, str], given: Mapping[str, str]) -> str:
    return environment.get(name, given.get(name, ""))
