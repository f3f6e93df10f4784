"""Which rows differ between two assessments, so that they can be marked for a moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.tui.views.claims import claim_key
from authtui.tui.views.sources import source_key

if TYPE_CHECKING:
    from authtui.answers.findings import Assessment


def changed_keys(before: Assessment | None, after: Assessment) -> frozenset[str]:
    """The keys of sources, claims and checks whose meaning changed; none at the first load."""
    if before is None:
        return frozenset()
    old, new = _facts(before), _facts(after)
    return frozenset(key for key, value in new.items() if old.get(key) != value)


def _facts(found: Assessment) -> dict[str, object]:
    facts: dict[str, object] = {source_key(s): (s.status, s.detail) for s in found.sources}
    facts |= {check.id: (check.status, check.summary) for check in found.checks}
    facts |= {claim_key(token, row): row.value for token in found.tokens for row in token.rows}
    return facts
