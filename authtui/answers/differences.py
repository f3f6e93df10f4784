"""What differs between two answers to the same question."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authtui.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authtui.answers.findings import Assessment, PlannedRequest, Source, Surface

OUTCOME_WORDS: Final[Mapping[str, str]] = {
    "ready": "would start",
    "degraded": "would start, with the wrong credential or none",
    "refused": "would refuse",
    "unreadable": "could not read its credential",
    "not-logged-in": "not logged in",
}
PROGRAMS: Final[Mapping[Surface, str]] = {
    "exec": "codex exec",
    "login-status": "codex login status",
    "tui": "codex",
}


class FactChange(NamedTuple):
    """One fact before and after."""

    label: str
    before: str
    after: str


def differences(before: Assessment, after: Assessment) -> tuple[FactChange, ...]:
    """Whatever differs in the verdict, the request, the sources and the program starts."""
    rows = [
        FactChange("verdict", before.verdict.headline, after.verdict.headline),
        FactChange(PROGRAMS[after.surface], outcome_words(before), outcome_words(after)),
        FactChange("request", _request_words(before.request), _request_words(after.request)),
    ]
    old = {s.name: status_words(s, before) for s in before.sources}
    new = {s.name: status_words(s, after) for s in after.sources}
    rows += [
        FactChange(name, old.get(name, "not listed"), new.get(name, "not listed"))
        for name in dict.fromkeys((*old, *new))
    ]
    starts = {p.surface: p for p in before.predictions}
    for start in after.predictions:
        was = starts.get(start.surface)
        said = (was.says if was else None) or "nothing"
        rows.append(FactChange(f"{PROGRAMS[start.surface]} says", said, start.says or "nothing"))
    return tuple(row for row in rows if row.before != row.after)


def status_words(source: Source, found: Assessment) -> str:
    """`shadowed by 1` where the winner is a rung of the ladder, else by its name."""
    words = source.status.replace("-", " ")
    if source.status != "shadowed" or not source.shadowed_by:
        return words
    for other in found.sources:
        if other.name == source.shadowed_by and other.rank is not None:
            return f"{words} by {other.rank}"
    return f"{words} by {source.shadowed_by}"


def outcome_words(found: Assessment) -> str:
    """What the program start comes to, and whether it would delete the login."""
    words = OUTCOME_WORDS.get(found.verdict.outcome, found.verdict.outcome)
    return words + (", and delete the stored login" if found.verdict.deletes_stored_login else "")


def _request_words(planned: PlannedRequest | None) -> str:
    """`Bearer to chatgpt.com/backend-api/codex for acct-1`."""
    if planned is None:
        return "none"
    account = f" for {planned.account_id_header}" if planned.account_id_header else ""
    where = planned.base_url.removeprefix("https://")
    return f"{planned.authorization or 'no credential'} to {where}{account}"
