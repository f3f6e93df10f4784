"""The verdict beside the checks: it never says ready while one of them says that it fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from authtui.answers.findings import CheckResult, Verdict


def beside_checks(verdict: Verdict, checks: Iterable[CheckResult]) -> Verdict:
    """Take back a ready verdict that a failing check contradicts.

    The first failing check then is the headline. Everything that stops the client, or makes the
    server refuse, is a rule of the simulation; this holds where a rule was forgotten.
    """
    if verdict.outcome != "ready":
        return verdict
    failing = next((check for check in checks if check.status == "fail"), None)
    if failing is None:
        return verdict
    if verdict.kind != "ready":
        return verdict._replace(outcome="degraded")  # it names what is wrong already
    return verdict._replace(
        outcome="degraded",
        kind="record-not-what-it-seems",
        headline=failing.summary[:1].upper() + failing.summary[1:],
        sentence=f"{failing.summary[:1].upper()}{failing.summary[1:]}. {failing.why}".rstrip(),
        culprit=failing.where or verdict.culprit,
        fix=(failing.fix,) if failing.fix is not None else (),
    )
