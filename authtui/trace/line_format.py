r"""The format of a trace: JSON Lines, one object a line, UTF-8, each line ended by `\n`.

    {"authtui_trace": 1, "made_by": "authtui 0.1.0", "at": "…"}    the first line, and only there
    {"name": "acct-A", "mark": "…"}                                ahead of its first use
    {"n": 1, "at": "…", "kind": "Loaded", "cause": "start", …}     an event; n increases
    {"part": 2, "at": "…"}                                         a recording was continued
    {"skipped": 3, "why": "…"}                                     events that could not be written
    {"end": "stopped", "at": "…"}                                  a recording ended as it should

An assessment that differs little from an earlier one of the file is written as `{"like": n, …}`:
the assessment of event n and the fields that differ; null stands for a field's default.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, Final, NoReturn

from authtui.trace.declarations import EVENTS
from authtui.trace.fields import DamageError, Record, moment_text, read_moment, read_text

if TYPE_CHECKING:
    from datetime import datetime

    from authtui.answers.findings import Assessment
    from authtui.model.events import Event
    from authtui.trace.stand_ins import StandIns

VERSION: Final = 1
LONGEST_LINE: Final = 4 * 1024 * 1024
LARGEST_FILE: Final = 256 * 1024 * 1024
MOST_EVENTS: Final = 1_000_000
ENDS: Final = ("stopped", "size limit")
_HEADS: Final = ("authtui_trace", "n", "name", "part", "skipped", "end")
_DEEPEST: Final = 12
_MOST_DIGITS: Final = 30


def as_line(tree: dict[str, object]) -> bytes:
    """One line of a trace."""
    text = json.dumps(tree, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8") + b"\n"


def header(made_by: str, at: datetime) -> dict[str, object]:
    """Give the first line of a trace, which names its format."""
    return {"authtui_trace": VERSION, "made_by": made_by, "at": moment_text(at)}


def event_tree(event: Event, names: StandIns) -> dict[str, Any]:
    """An event as the object of its line.

    Raises:
        DamageError: A field holds what its declaration does not allow; the event cannot be written.
    """
    record = EVENTS.get(event.kind)
    if record is None:
        raise DamageError("a kind of event that is not declared", event.kind)
    written = record.write(event, names)
    head = {"n": written.pop("sequence"), "at": written.pop("at"), "kind": event.kind}
    return head | written


def parse(line: bytes) -> dict[str, Any]:
    """The object of a line.

    Raises:
        DamageError: It is none, or of a shape that no trace has.
    """
    if len(line) > LONGEST_LINE:
        raise DamageError(f"longer than {LONGEST_LINE // 1024 // 1024} MB")
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DamageError(f"not UTF-8 at byte {error.start + 1}") from None
    try:
        tree = _DECODER.decode(text)
    except RecursionError:
        raise DamageError("nested too deeply") from None
    except json.JSONDecodeError as error:
        what = "a control character" if "control character" in error.msg else "not JSON"
        raise DamageError(f"{what} at column {error.colno}") from None
    except ValueError:
        # The interpreter's own limit on the digits of a whole number.
        raise DamageError("a number out of range") from None
    if not isinstance(tree, dict):
        raise DamageError("not an object")
    if _depth(tree) > _DEEPEST:
        raise DamageError("nested too deeply")
    return tree


def head_of(tree: dict[str, object]) -> str:
    """What kind of line it is: the name that only such lines have.

    Raises:
        DamageError: It is none that a trace of this version has.
    """
    found = [name for name in _HEADS if name in tree]
    if len(found) != 1:
        raise DamageError("not a line that a trace has")
    return found[0]


def check_header(tree: dict[str, object]) -> None:
    """Check that this is the first line of a trace, of a version that can be read.

    Raises:
        DamageError: It is not a trace, or of a version that this program does not know.
    """
    version = tree.get("authtui_trace")
    if version is None:
        raise DamageError("not a trace of authtui: it does not begin with a header")
    if type(version) is not int or version < 1:
        raise DamageError("a version that is not a number")
    if version != VERSION:
        raise DamageError(f"version {min(version, 10**9)}; this program reads version {VERSION}")
    read_moment(tree.get("at"))
    read_text(tree.get("made_by"))


def sequence_of(tree: dict[str, object]) -> int:
    """The number of an event.

    Raises:
        DamageError: It is not a number.
    """
    number = tree.get("n")
    if type(number) is not int or not 0 < number <= 10**12:
        raise DamageError("not a number of an event", "n")
    return number


def read_event(tree: dict[str, object], assessment: Assessment | None = None) -> Event:
    """The event of a line; `assessment` is given where the line holds only what changed in it.

    Raises:
        DamageError: Something in it is not what its kind has.
    """
    kind = tree.get("kind")
    record = EVENTS.get(kind) if isinstance(kind, str) else None
    if record is None:
        raise DamageError("an unknown kind of event", "kind")
    given = dict(tree)
    given["sequence"] = given.pop("n")
    if assessment is None:
        return record.read(given)
    del given["assessment"]
    return record.make({**record.read_fields(given), "assessment": assessment})


def changes_since(base: dict[str, object], tree: dict[str, object]) -> dict[str, object]:
    """The fields in which a written record differs from `base`; None for those it does not have."""
    changed = {name: value for name, value in tree.items() if base.get(name) != value}
    return changed | dict.fromkeys(base.keys() - tree.keys())


def with_changes(record: Record[Any], base: Any, changes: dict[str, Any]) -> Any:  # noqa: ANN401 - of the declared type
    """A record with some of its fields read again.

    Raises:
        DamageError: A change is not what the field has.
    """
    gone = [name for name, value in changes.items() if value is None and name in record.fields]
    for name in gone:
        if name not in record.defaults:
            raise DamageError("missing", name)
    values = record.read_fields({n: v for n, v in changes.items() if n not in gone})
    return base._replace(**values, **{name: record.defaults[name] for name in gone})


def _depth(tree: object) -> int:
    # Breadth first and without recursion: what the decoder accepted may still be nested deeply.
    level: list[Any] = [tree]
    depth = 0
    while level and depth <= _DEEPEST:
        depth += 1
        following: list[Any] = []
        for item in level:
            inner = item.values() if isinstance(item, dict) else item
            following += [i for i in inner if isinstance(i, dict | list)]
        level = following
    return depth


def _pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise DamageError("a name used twice in an object")
    return found


def _constant(text: str) -> NoReturn:
    raise DamageError(f"{text.lstrip('-')}, which is not a JSON number")


def _real(text: str) -> float:
    number = float(text) if len(text) <= _MOST_DIGITS else math.inf
    if not math.isfinite(number):
        raise DamageError("a number out of range")
    return number


def _whole(text: str) -> int:
    if len(text) > _MOST_DIGITS:
        raise DamageError("a number out of range")
    return int(text)


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_pairs, parse_constant=_constant, parse_float=_real, parse_int=_whole
)
