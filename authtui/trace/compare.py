"""Two traces side by side: which events of the two belong together, and what differs.

Events belong together when their kind and cause agree; requests, when the method, the host and the
path do. Times, durations, numbers and marks do not count as a difference: they never agree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authtui.answers.findings import LIGHT_MARKS
from authtui.model import events as ev
from authtui.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authtui.answers.findings import Assessment
    from authtui.model.state import AuthState

    Places = tuple[int | None, int | None]

WINDOW: Final = 400
_NO_DIFFERENCE: Final = frozenset(["sequence", "at", "observation", "backup", "backups", "until"])


class Pair(NamedTuple):
    """The places of two events that belong together; None where only one trace has the event."""

    left: int | None
    right: int | None
    same: bool


class First(NamedTuple):
    """The pair that differs first. `after` are the places of the last events that both had then."""

    number: int
    left: int | None
    right: int | None
    after: tuple[int, int]


class Difference(NamedTuple):
    """One fact of two states. `group` is `verdict`, `lamp`, `source`, `check` and so on."""

    group: str
    name: str
    left: str
    right: str


def likeness(event: ev.Event) -> tuple[object, ...]:
    """What makes two events belong together."""
    if isinstance(event, ev.RequestStarted | ev.RequestFinished):
        record = event.request
        path = record.path.partition("?")[0]
        return (event.kind, record.method, record.host, path)
    return (event.kind, event.cause)


def content(event: ev.Event) -> tuple[object, ...]:
    """What must agree for two events that belong together to be the same."""
    if isinstance(event, ev.Loaded):
        return (event.kind, *assessment_content(event.assessment), event.changes)
    if isinstance(event, ev.RequestStarted | ev.RequestFinished):
        r = event.request
        return (*likeness(event), r.status, r.authorization, r.account_header, r.meaning, r.error)
    names = (n for n in type(event).__dataclass_fields__ if n not in _NO_DIFFERENCE)
    return (event.kind, *(getattr(event, name) for name in names))


def assessment_content(found: Assessment) -> tuple[object, ...]:
    """An assessment without its clock."""
    verdict = found.verdict
    return (
        (verdict.outcome, verdict.kind, verdict.headline, verdict.client_message),
        tuple(lamp.light for lamp in found.lamps),
        tuple((s.name, s.status) for s in found.sources),
        tuple((c.id, c.status) for c in found.checks),
        found.request,
    )


def align(left: Sequence[int], right: Sequence[int], window: int = WINDOW) -> list[Places]:
    """Pairs of places, in order; `left` and `right` are the likenesses of two traces, as numbers.

    Where the two part, they go on at the nearest place, within `window` events, where they agree
    again; so the work grows with the length, not with its square.
    """
    pairs: list[Places] = []
    a = b = 0
    while a < len(left) and b < len(right):
        if left[a] == right[b]:
            pairs.append((a, b))
            a, b = a + 1, b + 1
            continue
        skip_a, skip_b = _meeting(left, right, a, b, window)
        pairs += [(a + n, None) for n in range(skip_a)]
        pairs += [(None, b + n) for n in range(skip_b)]
        a, b = a + skip_a, b + skip_b
    pairs += [(n, None) for n in range(a, len(left))]
    pairs += [(None, n) for n in range(b, len(right))]
    return pairs


def _meeting(
    left: Sequence[int], right: Sequence[int], a: int, b: int, window: int
) -> tuple[int, int]:
    # The smallest number of events to pass over on both sides together until two are alike.
    ahead: dict[int, int] = {}
    for n in range(min(window, len(right) - b)):
        ahead.setdefault(right[b + n], n)
    best = None
    for n in range(min(window, len(left) - a)):
        if best is not None and n >= best[0] + best[1]:
            break
        met = ahead.get(left[a + n])
        if met is not None and (best is None or n + met < best[0] + best[1]):
            best = (n, met)
    return best or (min(window, len(left) - a), min(window, len(right) - b))


def compare(left: Sequence[ev.Event], right: Sequence[ev.Event]) -> list[Pair]:
    """Every event of both, paired."""
    numbers: dict[tuple[object, ...], int] = {}

    def prepared(events: Sequence[ev.Event]) -> tuple[list[int], list[int]]:
        kinds, contents = [], []
        for event in events:
            kinds.append(numbers.setdefault(likeness(event), len(numbers)))
            contents.append(hash(content(event)))
        return kinds, contents

    kinds_left, contents_left = prepared(left)
    kinds_right, contents_right = prepared(right)
    pairs = []
    for a, b in align(kinds_left, kinds_right):
        same = a is not None and b is not None and contents_left[a] == contents_right[b]
        pairs.append(Pair(a, b, same))
    return pairs


def places_at(pairs: Sequence[Pair], number: int) -> tuple[int, int]:
    """The places in both traces at a pair; where one has no event, the place of its last one."""
    left = right = -1
    for place in range(number, -1, -1):
        pair = pairs[place]
        left = pair.left if left < 0 and pair.left is not None else left
        right = pair.right if right < 0 and pair.right is not None else right
        if left >= 0 and right >= 0:
            break
    return left, right


def first_difference(pairs: Sequence[Pair]) -> First | None:
    """Where the two part; None where they never do."""
    number = next((n for n, pair in enumerate(pairs) if not pair.same), None)
    if number is None:
        return None
    pair = pairs[number]
    return First(number, pair.left, pair.right, places_at(pairs, number))


def state_differences(left: AuthState, right: AuthState) -> tuple[Difference, ...]:
    """The facts in which two states differ, the verdict first."""
    found: list[Difference] = []

    def add(group: str, name: str, a: object, b: object) -> None:
        if a != b:
            found.append(Difference(group, name, _words(a), _words(b)))

    one, two = left.assessment, right.assessment
    add("phase", "phase", left.phase, right.phase)
    if one is None or two is None:
        add("verdict", "verdict", one and one.verdict.headline, two and two.verdict.headline)
        return tuple(found)
    add("verdict", "verdict", one.verdict.headline, two.verdict.headline)
    add("verdict", "outcome", one.verdict.outcome, two.verdict.outcome)
    add("verdict", "the client says", one.verdict.client_message, two.verdict.client_message)
    add("client", "generation", one.contract.title, two.contract.title)
    add("client", "program start", one.surface, two.surface)
    for name in one.lamps._fields:
        a, b = getattr(one.lamps, name), getattr(two.lamps, name)
        add("lamp", name, LIGHT_MARKS[a.light].word, LIGHT_MARKS[b.light].word)
    _maps(found, "source", _sources(one), _sources(two))
    _maps(found, "claim", _claims(one), _claims(two))
    _maps(found, "check", _checks(one), _checks(two))
    add("request", "would go", _planned(one), _planned(two))
    add("request", "sent so far", len(left.requests), len(right.requests))
    add("request", "the newest", _newest(left), _newest(right))
    add("failure", "failure", left.failure, right.failure)
    return tuple(found)


def _newest(state: AuthState) -> str:
    if not state.requests:
        return "none"
    newest = state.requests[-1]
    return f"{newest.method} {newest.path} {newest.status or newest.error or 'under way'}"


def _words(value: object) -> str:
    return "none" if value is None or value == "" else str(value)


def _maps(found: list[Difference], group: str, one: dict[str, str], two: dict[str, str]) -> None:
    for name in dict.fromkeys((*one, *two)):
        a, b = one.get(name, "not listed"), two.get(name, "not listed")
        if a != b:
            found.append(Difference(group, name, a, b))


def _sources(found: Assessment) -> dict[str, str]:
    return {s.name: s.status + (f": {s.detail}" if s.detail else "") for s in found.sources}


def _claims(found: Assessment) -> dict[str, str]:
    return {f"{t.name} {r.name}": r.value for t in found.tokens for r in t.rows}


def _checks(found: Assessment) -> dict[str, str]:
    return {c.id: c.status + (f": {c.summary}" if c.status != "pass" else "") for c in found.checks}


def _planned(found: Assessment) -> str:
    planned = found.request
    if planned is None:
        return "no request"
    account = f" for {planned.account_id_header}" if planned.account_id_header else ""
    return f"{planned.authorization or 'no credential'} to {planned.base_url}{account}"
