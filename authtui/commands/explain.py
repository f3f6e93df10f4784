"""`authtui check --explain ID`: the rule that decided, in words, with its source."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from authtui.redaction import safe_text

if TYPE_CHECKING:
    from typing import TextIO

    from authtui.answers.findings import Assessment


def explain(wanted: str, assessment: Assessment, out: TextIO, err: TextIO) -> int:
    """Print the rule behind a check's id or a rung's name or rank; 2 when there is none."""
    for source in assessment.sources:
        if wanted in (source.name, str(source.rank)):
            _write(out, f"{source.name}: {source.status}")
            _write(out, source.reason or "nothing is there")
            if source.shadowed_by:
                _write(out, f"shadowed by {source.shadowed_by}")
            for fact in source.facts:
                _write(out, f"  {fact.label}: {fact.value}")
            from authtui.checks.ladder_rules import rule_of

            rule = rule_of(source.name)
            _write(out, f"rule: {rule.words}")
            _write(out, f"source: {rule.source}; seen in {assessment.contract.title}")
            return 0
    for result in assessment.checks:
        if result.id == wanted:
            _write(out, f"{result.id}: {result.status} — {result.summary}")
            _write(out, result.why)
            for line in result.evidence:
                _write(out, f"  {line}")
            if result.fix:
                _write(out, f"to fix: {result.fix.command or result.fix.text}")
            _write(out, f"source: {result.source}")
            return 0
    from authtui.checks.all_checks import REGISTER

    for entry in REGISTER:
        if entry.id == wanted:
            _write(out, f"{entry.id}: {entry.title}. It does not apply to this state.")
            _write(out, f"source: {entry.source}")
            return 0
    ids = ", ".join(sorted(entry.id for entry in REGISTER))
    shown = safe_text(wanted, 200)
    print(f"authtui check: no check or source is called {shown}; checks are {ids}", file=err)
    return 2


def _write(out: TextIO, text: str) -> None:
    if text:
        lines = textwrap.wrap(safe_text(text), 96, subsequent_indent="  ")
        out.writelines(f"{line}\n" for line in lines)
