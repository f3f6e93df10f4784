"""What a report can rule out, what it cannot tell, and what only a server would show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.checks.all_checks import REGISTER
from authtui.checks.failure_modes import failure_modes
from authtui.report import model as m

if TYPE_CHECKING:
    from authtui.checks.findings import Assessment
    from authtui.report.veil import Veil


def excluded_by(veil: Veil, found: Assessment) -> m.Excluded:
    """The checks that passed and that could not tell, and the failure modes behind them.

    A failure mode counts as excluded where at least one of the checks that recognise it applies
    and every one that applies has passed.
    """
    titles = {entry.id: entry.title for entry in REGISTER}
    status = {check.id: check.status for check in found.checks}
    told = {"pass": [], "unknown": []}  # type: dict[str, list[tuple[str, str]]]
    for check in found.checks:
        if check.status in told:
            words = titles.get(check.id, check.id) if check.status == "pass" else check.summary
            told[check.status].append((check.id, veil.text(words)))
    no_sign, unseen = [], []
    for _, title, ids in failure_modes():
        applied = [status[name] for name in ids if name in status]
        if not ids:
            unseen.append(title)
        elif applied and all(answer == "pass" for answer in applied):
            no_sign.append(title)
    return m.Excluded(tuple(told["pass"]), tuple(told["unknown"]), tuple(no_sign), tuple(unseen))
