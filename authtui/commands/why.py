"""`authtui why TEXT`: from a message of the client, or a status, back to what causes it here."""

from __future__ import annotations

import json
import sys
import textwrap
from typing import TYPE_CHECKING, Final

from authtui.assessment.symptom import explain_symptom, read_known, shape_of
from authtui.commands import EXIT_FAILED, EXIT_OK, EXIT_USAGE
from authtui.commands.options import add_common, observe, options_of
from authtui.contracts import parse_version
from authtui.redaction import redact_text, safe_text

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from authtui.assessment.symptom import PossibleCause, Symptom
    from authtui.commands import ProcessContext

_LARGEST: Final = 256 * 1024
"""Bytes of a text that are read: a message of the client has some hundred."""
_WIDTH: Final = 96
_HEADS: Final = {
    "now": "This is what it says here now",
    "if": "It would say so here",
    "hint": "Wrong here as well, and a cause of it",
    "no": "Its other causes, and what is otherwise here",
}
_MARKS: Final = {"now": "✗", "if": "?", "hint": "!", "no": "·"}
_MOST_OTHERS: Final = 8
_MOST_MESSAGES: Final = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `authtui why`."""
    add_common(parser, nested=True)
    parser.add_argument(
        "text",
        nargs="*",
        metavar="TEXT",
        help="what the client printed, or a status such as 401; - or nothing reads it from a pipe",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace, given: ProcessContext) -> int:
    """Print the causes of a text: 0 where it is a message of the client, 1 for the nearest."""
    text = " ".join(args.text)
    if text in ("", "-"):
        if sys.stdin is None or sys.stdin.isatty():
            print("authtui why: give the message, or pipe it in", file=given.err)
            return EXIT_USAGE
        text = sys.stdin.buffer.read(_LARGEST).decode("utf-8", "replace")
    if not shape_of(text):
        print("authtui why: there is no text to explain", file=given.err)
        return EXIT_USAGE
    found = explain_symptom(text, observe(args, given.environ), options_of(args), read_known())
    if args.json:
        json.dump(_document(text, found), given.out, indent=2, ensure_ascii=False)
        given.out.write("\n")
    else:
        given.out.writelines(f"{line}\n" for line in _lines(text, found))
    return (
        EXIT_OK if found.exact or any(c.fit in ("now", "if") for c in found.causes) else EXIT_FAILED
    )


def _document(text: str, found: Symptom) -> dict[str, object]:
    here = [cause for cause in found.causes if cause.fit in ("now", "if")]
    messages = list(found.said) or [shape_of(cause.says or "") for cause in here[:1]]
    return {
        "schema": 1,
        "text": safe_text(redact_text(text), 400),
        "exact": found.exact,
        "matches": [
            _match(said, [*(here if n == 0 else ()), *(c for c in found.causes if c.says == said)])
            for n, said in enumerate(messages)
        ],
    }


def _match(said: str, causes: list[PossibleCause]) -> dict[str, object]:
    versions = [cause.first for cause in causes if cause.first]
    return {
        "message": safe_text(said),
        "since": min(versions, key=_order) if versions else None,
        "surfaces": sorted({surface for cause in causes for surface in cause.surfaces}),
        "causes": [
            {
                "id": safe_text(cause.id),
                "summary": safe_text(cause.headline),
                "fits": {"now": True, "no": False}.get(cause.fit),
                "evidence": [safe_text(cause.because)],
                "fixes": [safe_text(cause.fix)] if cause.fix else [],
                "assume": cause.assume,
            }
            for cause in causes
        ],
    }


def _order(version: str) -> tuple[int, int, int]:
    return parse_version(version) or (0, 0, 0)


def _lines(text: str, found: Symptom) -> Iterator[str]:
    fits = [cause for cause in found.causes if cause.fit == "now"]
    if found.exact and len(found.said) == 1:
        yield from _wrapped("The client says: ", f"“{safe_text(found.said[0])}”")
    elif found.said:
        yield "Messages of the client:" if found.exact else "The nearest messages of the client:"
        for said in found.said[:_MOST_MESSAGES]:
            yield from _wrapped("  ", f"“{safe_text(said)}”")
        if len(found.said) > _MOST_MESSAGES:
            yield f"  and {len(found.said) - _MOST_MESSAGES} more: --json lists them"
    elif fits and fits[0].says:
        yield from _wrapped("The client says: ", f"“{safe_text(fits[0].says)}”")
    else:
        shown = safe_text(redact_text(shape_of(text)), 120)
        yield from _wrapped("", f"No message of the client is known that is like “{shown}”.")
    for fit, head in _HEADS.items():
        rows = [cause for cause in found.causes if cause.fit == fit]
        if not rows:
            continue
        yield ""
        yield head
        for cause in rows[: _MOST_OTHERS if fit == "no" else None]:
            yield from _cause(cause)
        if fit == "no" and len(rows) > _MOST_OTHERS:
            yield f"    and {len(rows) - _MOST_OTHERS} more: --json lists them"
    if found.said and not any(cause.fit in ("now", "if") for cause in found.causes):
        yield ""
        yield "Nothing that was found on this machine makes the client say this: `authtui check`,"
        yield "and `authtui capture -- codex exec hi` shows what is really sent and answered."


def _cause(cause: PossibleCause) -> Iterator[str]:
    where = ", ".join(cause.surfaces)
    yield from _wrapped(
        f"  {_MARKS[cause.fit]} ", f"{safe_text(cause.headline)} ({where}, {cause.clients})"
    )
    yield from _wrapped("      ", safe_text(cause.because))
    if cause.fix and cause.fit in ("now", "if"):
        yield from _wrapped("      to fix: ", safe_text(cause.fix))
    if cause.assume:
        yield from _wrapped("      see: ", f"authtui check --assume {cause.assume}")


def _wrapped(lead: str, text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent=lead, subsequent_indent=" " * len(lead)) or [
        lead
    ]
