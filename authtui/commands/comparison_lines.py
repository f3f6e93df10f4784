"""Predicted and observed as a JSON object or as lines of text; never a secret."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from authtui.redaction import printable, redact_text

if TYPE_CHECKING:
    from authtui.capture.comparison import Comparison

_MARKS: Final = {"differs": "≠", "open": "…", "same": "="}


def comparison_json(found: Comparison, number: int) -> dict[str, Any]:
    """The rows, differences first. `kind` tells it from the events it follows."""
    return {
        "kind": "Comparison",
        "number": number,
        "surface": found.surface,
        "differs": len(found.differences),
        "rows": [
            {
                "id": row.id,
                "label": row.label,
                "status": row.status,
                "predicted": _safe(row.expected),
                "observed": _safe(row.observed),
                "meaning": _safe(row.meaning) or None,
                "request": row.request,
            }
            for row in found.rows
        ],
    }


def comparison_text(found: Comparison) -> str:
    """A table to read, each difference with what it means below it."""
    if not found.rows:
        return "predicted / observed: nothing was predicted for this command"
    count = len(found.differences)
    said = f"{count} differ{'s' if count == 1 else ''}" if count else "no difference"
    lines = [f"predicted / observed: {said}"]
    for row in found.rows:
        mark, label = _MARKS[row.status], row.label
        expected, observed = _one_line(row.expected), _one_line(row.observed)
        lines.append(f"  {mark} {label:<14} {expected:<34} {observed}")
        if row.status == "differs":
            lines.append(f"    {_safe(row.meaning)}")
    return "\n".join(lines)


def _one_line(text: str) -> str:
    return _safe(" ".join(text.split()))


def _safe(text: str) -> str:
    return printable(redact_text(text), 2_000)
