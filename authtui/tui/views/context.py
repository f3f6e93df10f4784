"""What a view is given, and the words and marks that all views share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from authtui.answers.findings import CHECK_MARKS, LIGHT_MARKS, OUTCOME_GLYPHS, marked_as
from authtui.tui.lines import Line, Span, clear, pad, wrap

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime, timedelta

    from authtui.answers.findings import Assessment, CheckStatus, Light, SourceStatus
    from authtui.model.events import Event
    from authtui.model.state import AuthState
    from authtui.redaction import Secret
    from authtui.tui.traffic import Traffic


class ViewContext(NamedTuple):
    """Everything a pane may draw from.

    `revealed` is the one secret shown in clear; `token` is the number of the token on show;
    `matrix` shows who says which account instead of the checks; `marks` are the keys of items that
    just changed; `at` is the sequence number of the event looked back at, or None in the present;
    `busy` says what is being read while nothing has been. `traffic` is the live list of requests,
    which the past does not have; `now` is the time, where a watched program runs. `words` gives
    those of an event by its index, where they are cheaper to have than the event.
    """

    state: AuthState
    events: Sequence[Event] = ()
    revealed: Secret | None = None
    token: int = 0
    matrix: bool = False
    marks: frozenset[str] = frozenset()
    at: int | None = None
    busy: str = ""
    traffic: Traffic | None = None
    now: datetime | None = None
    words: Callable[[int], str] | None = None

    @property
    def assessment(self) -> Assessment | None:
        """The assessment on show."""
        return self.state.assessment

    def in_clear(self, secret: Secret | None) -> str | None:
        """The text of a secret while this very one is revealed, else None."""
        return clear(secret) if secret is not None and secret is self.revealed else None


_LIGHT_TONES: Final[Mapping[Light, str]] = {
    "green": "good", "amber": "warn", "red": "bad", "grey": "faint",
}  # fmt: skip
_CHECK_TONES: Final[Mapping[CheckStatus, str]] = {
    "fail": "bad", "warn": "warn", "unknown": "muted", "pass": "good",
}  # fmt: skip
LIGHTS: Final[Mapping[Light, tuple[str, str, str]]] = {
    light: (LIGHT_MARKS[light].glyph, tone, LIGHT_MARKS[light].word)
    for light, tone in _LIGHT_TONES.items()
}
CHECKS: Final[Mapping[CheckStatus, tuple[str, str, str]]] = {
    status: (CHECK_MARKS[status].glyph, tone, CHECK_MARKS[status].word)
    for status, tone in _CHECK_TONES.items()
}
SOURCES: Final[Mapping[SourceStatus, tuple[str, str, str]]] = {
    "selected": ("●", "good", "selected"),
    "shadowed": ("◐", "warn", "shadowed"),
    "invalid": ("✗", "bad", "invalid"),
    "unreadable": ("✗", "bad", "unreadable"),
    "absent": ("○", "faint", "absent"),
    "ignored": ("·", "faint", "ignored"),
    "not-consulted": ("·", "faint", "not consulted"),
    "not-visible": ("·", "faint", "not visible"),
}
KINDS: Final[Mapping[str, str]] = {
    "ready": "ready",
    "another-source-won": "another source won",
    "record-not-what-it-seems": "the record is not what it seems",
    "request-went-elsewhere": "the request went elsewhere",
    "answer-not-from-auth-server": "the answer did not come from the auth server",
    "nothing-stored": "nothing is stored",
}
_OUTCOME_TONES: Final = {
    "ready": "good",
    "degraded": "warn",
    "refused": "bad",
    "unreadable": "bad",
    "not-logged-in": "muted",
}


def outcome_mark(outcome: str) -> tuple[str, str]:
    """Glyph and tone of how a start of the client comes out."""
    return OUTCOME_GLYPHS.get(outcome, "?"), _OUTCOME_TONES.get(outcome, "muted")


def verdict_mark(found: Assessment | None) -> tuple[str, str]:
    """The same for the verdict."""
    verdict = found.verdict if found is not None else None
    return outcome_mark(marked_as(verdict.outcome, verdict.kind) if verdict is not None else "")


def loud(tone: str) -> str:
    """The bold form of the tone of an outcome."""
    return "strong" if tone == "muted" else f"{tone}-strong"


def clock(moment: datetime) -> str:
    """Give a time of day, such as `12:01:07Z`."""
    return f"{moment:%H:%M:%S}Z"


def stamp(moment: datetime) -> str:
    """Give a date and a time, such as `2026-04-13 12:00:00Z`."""
    return f"{moment:%Y-%m-%d %H:%M:%S}Z"


def span_words(span: timedelta) -> str:
    """`8 days`, `3 h`, `12 min`, `5 s`: one unit, rounded down."""
    seconds = abs(int(span.total_seconds()))
    for size, one, many in (
        (31_557_600, "year", "years"),
        (2_629_800, "month", "months"),
        (86_400, "day", "days"),
        (3_600, "h", "h"),
        (60, "min", "min"),
    ):
        if seconds >= size:
            count = seconds // size
            return f"{count} {one if count == 1 else many}"
    return f"{seconds} s"


def relative(moment: datetime, now: datetime) -> str:
    """`2 days ago` or `in 8 days`."""
    span = moment - now
    if abs(span.total_seconds()) < 1:
        return "now"
    return f"in {span_words(span)}" if span.total_seconds() > 0 else f"{span_words(span)} ago"


def note(text: str, width: int, tone: str = "muted", indent: int = 1) -> list[Line]:
    """A paragraph that cannot be selected."""
    lead = " " * indent
    return [Line((Span(lead + row, tone),)) for row in wrap(text, width - indent)]


def labelled(
    label: str,
    value: str,
    width: int,
    *,
    tone: str = "text",
    label_tone: str = "faint",
    column: int = 14,
    item: int | None = None,
) -> list[Line]:
    """A label and its wrapped value, as rows."""
    rows = wrap(value, width - column - 2)
    heads = [label, *[""] * (len(rows) - 1)]
    return [
        Line((Span("  " + pad(head, column), label_tone), Span(row, tone)), item=item)
        for head, row in zip(heads, rows, strict=True)
    ]
