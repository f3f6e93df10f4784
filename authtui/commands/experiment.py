"""What an experiment of `check` changes, beside the state as it is: as text and as JSON."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final

from authtui.answers.differences import differences
from authtui.assessment.experiment import shown_assignment
from authtui.redaction import redacted_lines, safe_text

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
    from typing import TextIO

    from authtui.answers.findings import Assessment

_LABEL: Final = 26
_WIDTH: Final = 96


def experiment_json(
    args: argparse.Namespace, before: Assessment, after: Assessment
) -> dict[str, object]:
    """What was changed on paper, the verdict without it, and each fact that is another then."""
    verdict = before.verdict
    return {
        "without": [safe_text(name) for name in args.without],
        "with": [safe_text(shown_assignment(text)) for text in args.with_],
        "before": {
            "outcome": verdict.outcome,
            "kind": verdict.kind,
            "mode": verdict.mode,
            "headline": safe_text(verdict.headline),
            "sentence": safe_text(verdict.sentence),
            "client_exit": verdict.client_exit,
            "deletes_stored_login": verdict.deletes_stored_login,
        },
        "differences": [
            {
                "what": safe_text(row.label),
                "before": _client(row.before),
                "after": _client(row.after),
            }
            for row in differences(before, after)
        ],
    }


def write_experiment(
    args: argparse.Namespace, before: Assessment, after: Assessment, out: TextIO
) -> None:
    """The same as lines: `-` is how it is, `+` how it would be."""
    changes = [f"without {name}" for name in args.without]
    changes += [f"with {shown_assignment(text)}" for text in args.with_]
    out.write(f"\nWhat if: {safe_text(', '.join(changes))}\n")
    out.write(
        "  The answer above is that of the experiment; nothing on this machine was touched.\n"
    )
    found = differences(before, after)
    if not found:
        out.write("  Nothing is different: the client would do exactly the same.\n")
    for row in found:
        out.writelines(_rows(safe_text(row.label), "-", row.before))
        out.writelines(_rows("", "+", row.after))


def _rows(label: str, sign: str, value: str) -> Iterator[str]:
    lines = [part for line in redacted_lines(value) for part in _wrapped(line)]
    for number, text in enumerate(lines):
        lead = f"{label:<{_LABEL}}{sign}" if number == 0 else " " * (_LABEL + 1)
        yield f"  {lead} {text}\n"


def _client(text: str) -> str:
    return "\n".join(redacted_lines(text))


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH - _LABEL - 4) or [""]
