"""`authtui compare A B`: two homes, or a home and an answer, a report or a trace, side by side.

What differs is told, first what matters. Exit code 0 where nothing does, 1 where something does,
3 where one of the two cannot be read.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from authtui.assessment.assess import assess
from authtui.commands import EXIT_CANNOT_TELL, EXIT_FAILED, EXIT_OK
from authtui.commands.options import add_common, observe, options_of
from authtui.machine.files import read_file
from authtui.record import NamedTuple
from authtui.redaction import safe_text

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping

    from authtui.answers.findings import Assessment
    from authtui.commands import ProcessContext
    from authtui.machine.observation import Observation

_LONGEST: Final = 300
_PLAIN: Final = (
    ("verdict", "verdict headline"),
    ("outcome", "verdict outcome"),
    ("the client says", "verdict client_message"),
    ("e-mail", "who email"),
    ("organisation", "who workspace"),
    ("account", "who account_id"),
    ("user", "who user_id"),
    ("plan", "who plan"),
    ("access token until", "who expires_at"),
    ("login lies in", "who place"),
    ("requests go to", "request base_url"),
    ("authorization", "request authorization"),
    ("client", "contract name"),
    ("surface", "surface"),
    ("would delete the login", "verdict deletes_stored_login"),
)
"""What is compared first, and where it stands in an answer of `check --json`."""


class _Side(NamedTuple):
    answer: Mapping[str, Any]
    seen: Observation | None = None


class ComparedRow(NamedTuple):
    """One thing that is not the same; None where that side has none."""

    label: str
    a: str | None
    b: str | None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `authtui compare`."""
    add_common(parser, nested=True)
    words = "a Codex home, or a trace, an answer of `check --json`, or a report as JSON"
    parser.add_argument("a", metavar="HOME", help=words)
    parser.add_argument("b", metavar="HOME", help=words)
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace, given: ProcessContext) -> int:
    """Compare the two and tell what differs."""
    sides = []
    for path in (args.a, args.b):
        side = _side(path, args, given)
        if side is None:
            print(
                f"authtui compare: {safe_text(path)} is no home, no trace, no answer of "
                "`check --json` and no report",
                file=given.err,
            )
            return EXIT_CANNOT_TELL
        sides.append(side)
    rows = list(compared(*sides))
    if args.json:
        told = [row._asdict() for row in rows]
        json.dump({"schema": 1, "differences": told}, given.out, indent=2, ensure_ascii=False)
        given.out.write("\n")
    elif not rows:
        given.out.write("Nothing that matters to a login differs.\n")
    else:
        for row in rows:
            given.out.write(f"{row.label}\n  A  {row.a or '-'}\n  B  {row.b or '-'}\n")
    return EXIT_FAILED if rows else EXIT_OK


def compared(a: _Side, b: _Side) -> Iterator[ComparedRow]:
    """Tell what differs, first what matters."""
    for label, path in _PLAIN:
        yield from _row(label, _at(a.answer, path), _at(b.answer, path))
    yield from _row("selected source", _selected(a.answer), _selected(b.answer))
    if a.seen is not None and b.seen is not None:
        yield from _settings(a.seen, b.seen)
    one, two = _checks(a.answer), _checks(b.answer)
    for name in sorted({*one, *two}):
        yield from _row(f"check {name}", one.get(name), two.get(name))


def _row(label: str, a: object, b: object) -> Iterator[ComparedRow]:
    if a != b:
        left, right = (None if v is None else safe_text(str(v), _LONGEST) for v in (a, b))
        yield ComparedRow(safe_text(label, _LONGEST), left, right)


def _settings(a: Observation, b: Observation) -> Iterator[ComparedRow]:
    one, two = a.config.values, b.config.values
    for key in sorted({*one, *two}):
        left, right = one.get(key), two.get(key)
        if left is None or right is None or left.value != right.value:
            # A value may be a key or name people: the place is told.
            yield from _row(
                f"config {key}",
                f"set at {left.where}" if left else None,
                f"set at {right.where} to another value"
                if right and left
                else f"set at {right.where}"
                if right
                else None,
            )
    first, second = ({*s.environment.variables} for s in (a, b))
    for name in sorted(first ^ second):
        yield from _row(
            f"variable {name}",
            "set" if name in first else None,
            "set" if name in second else None,
        )


def _side(path: str, args: argparse.Namespace, given: ProcessContext) -> _Side | None:
    if Path(path).is_dir():
        args.home = path
        seen = observe(args, given.environ)
        return _Side(_document(assess(seen, options_of(args))), seen)
    data = read_file(path).data
    try:
        tree = json.loads(data) if data is not None else None
    except (ValueError, RecursionError):
        tree = None
    if isinstance(tree, dict) and isinstance(tree.get("verdict"), dict):
        return _Side(tree)
    return _trace(path)


def _trace(path: str) -> _Side | None:
    from authtui.trace.reader import Refusal, open_trace
    from authtui.trace.replay import Replay

    found = open_trace(path)
    if isinstance(found, Refusal):
        return None
    replay = Replay(found)
    while replay.read_on(1_000):
        pass
    assessment = replay.state_after(len(replay.events)).assessment
    return _Side(_document(assessment)) if assessment is not None else None


def _document(assessment: Assessment) -> dict[str, object]:
    from authtui.commands.check_json import as_json

    return as_json(assessment, ())


def _at(tree: Mapping[str, Any], path: str) -> object:
    found: object = tree
    for name in path.split():
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, str | int | bool) else None


def _selected(tree: Mapping[str, Any]) -> str | None:
    sources = tree.get("sources")
    for row in sources if isinstance(sources, list) else ():
        if isinstance(row, dict) and row.get("status") == "selected":
            return f"{row.get('name')} ({row.get('kind')})"
    return None


def _checks(tree: Mapping[str, Any]) -> dict[str, str]:
    rows = tree.get("checks")
    return {
        str(row.get("id")): f"{row.get('status')}: {row.get('summary')}"
        for row in (rows if isinstance(rows, list) else ())
        if isinstance(row, dict) and row.get("status") != "pass"
    }
