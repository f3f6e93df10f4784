"""The experiments of a report: each source taken away, each workspace forced, one at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authtui.answers.differences import differences, outcome_words
from authtui.assessment.changed import add, without
from authtui.assessment.experiment import FORCED, assess_other, candidates
from authtui.report import schema
from authtui.report.observed_values import matters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from authtui.answers.findings import Assessment
    from authtui.assessment.options import Options
    from authtui.machine.observation import Observation
    from authtui.report.redactor import Redactor

MOST: Final = 24
_MOST_WORKSPACES: Final = 3


def run_experiments(
    redactor: Redactor, seen: Observation, before: Assessment, options: Options
) -> list[schema.ExperimentPart]:
    """What each change would make different; those that change the outcome come first."""
    found = []
    for change, other in list(_changes(seen, before))[:MOST]:
        after = assess_other(other, options, before)
        rows = tuple(
            schema.DifferencePart(
                redactor.text(row.label), _one(redactor, row.before), _one(redactor, row.after)
            )
            for row in differences(before, after)
        )
        decides = before.verdict.outcome != after.verdict.outcome
        turns = before.verdict.headline != after.verdict.headline
        part = schema.ExperimentPart(
            redactor.text(change, 200), redactor.text(outcome_words(after)), rows
        )
        found.append((not decides, not turns, not rows, part))
    return [part for *_, part in sorted(found, key=lambda row: row[:3])]


def _one(redactor: Redactor, text: str) -> str:
    return (redactor.lines(text) or "").replace("\n", " / ")


def _changes(seen: Observation, before: Assessment) -> Iterator[tuple[str, Observation]]:
    for candidate in candidates(seen):
        if candidate.name.startswith("config:") and not matters(candidate.name[7:]):
            continue
        other = without(seen, candidate.name)
        if other is not None:
            yield f"{candidate.title} ({candidate.where})", other
    forced = seen.config.get(FORCED.removeprefix("config:"))
    named = [row.account_id for row in before.matrix if row.account_id]
    accounts = [name for name in dict.fromkeys(named) if name != forced]
    for account in accounts[:_MOST_WORKSPACES]:
        yield f"force workspace {account}", add(seen, FORCED, account)
