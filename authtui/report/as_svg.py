"""The report as one picture: verdict, lamps, sources, accounts, checks and times.

It consists of rectangles and text alone: no script, style sheet, font or address is in it, and all
text is escaped.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from authtui.answers.findings import CHECK_MARKS, LIGHT_MARKS, OUTCOME_GLYPHS, marked_as
from authtui.colours import DARK
from authtui.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authtui.report.schema import Report, SourcePart

WIDTH: Final = 1040
_LEFT: Final = 32
_LINE: Final = 21
_SIZE: Final = 14
_CELL: Final = 8.4
"""Width of a character at size 14; each text states its length, so that any font fits."""
_FONTS: Final = "ui-monospace, 'SF Mono', 'Cascadia Mono', 'DejaVu Sans Mono', Menlo, monospace"

_TEXT, _MUTED = DARK.text, DARK.muted
_GOOD, _WARN, _BAD = DARK.good, DARK.warn, DARK.bad
_FAINT: Final = "#7d87a5"
"""Lighter than on the screen: a picture is often shown smaller than it is."""
_TINTS: Final = {
    _GOOD: DARK.tint_good, _WARN: DARK.tint_warn, _BAD: DARK.tint_bad, _FAINT: DARK.tint_grey,
}  # fmt: skip
_LIGHTS: Final = {"green": _GOOD, "amber": _WARN, "red": _BAD, "grey": _FAINT}
_OUTCOMES: Final = {"ready": _GOOD, "degraded": _WARN, "not-logged-in": _FAINT}
_SOURCES: Final = {
    "selected": ("●", _GOOD),
    "shadowed": ("◐", _WARN),
    "invalid": ("✗", _BAD),
    "unreadable": ("✗", _BAD),
    "absent": ("○", _FAINT),
}
_CHECKS: Final = {"fail": _BAD, "warn": _WARN, "unknown": _MUTED}
_MOST_CHECKS: Final = 9
_MOST_MOMENTS: Final = 10


class _Piece(NamedTuple):
    """A run of text at a column, in characters from the left edge of the picture's content."""

    column: int
    text: str
    colour: str = _TEXT
    width: int = 200
    bold: bool = False


class _Canvas:
    """Collects what is drawn; `y` is the next free line's base."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.y = 40
        self.columns = int((WIDTH - 2 * _LEFT) / _CELL)

    def box(self, x: float, y: float, width: float, height: float, fill: str, edge: str) -> None:
        self.parts.append(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="6" '
            f'fill="{fill}" stroke="{edge}"/>'
        )

    def bar(self, x: float, y: float, height: float, fill: str) -> None:
        self.parts.append(
            f'<rect x="{x:g}" y="{y:g}" width="4" height="{height:g}" fill="{fill}"/>'
        )

    def row(self, *pieces: _Piece, size: int = _SIZE) -> None:
        cell = _CELL * size / _SIZE
        for piece in pieces:
            text = clipped(piece.text, min(piece.width, self.columns - piece.column))
            if not text:
                continue
            weight = ' font-weight="bold"' if piece.bold else ""
            self.parts.append(
                f'<text x="{_LEFT + piece.column * _CELL:g}" y="{self.y:g}" font-size="{size}" '
                f'fill="{piece.colour}" textLength="{columns(text) * cell:.1f}" '
                f'lengthAdjust="spacingAndGlyphs"{weight} xml:space="preserve">'
                f"{escape(text, {chr(34): '&quot;'})}</text>"
            )
        self.y += _LINE

    def heading(self, text: str) -> None:
        self.y += 14
        self.row(_Piece(0, text, _MUTED, bold=True))
        line = self.y - _LINE + 8
        self.parts.append(
            f'<rect x="{_LEFT}" y="{line:g}" width="{WIDTH - 2 * _LEFT}" height="1" '
            f'fill="{DARK.border}"/>'
        )
        self.y += 8


def as_svg(report: Report) -> str:
    """The picture, with a line end at its end."""
    canvas = _Canvas()
    _verdict(canvas, report)
    _lamps(canvas, report)
    _sources(canvas, report)
    _matrix(canvas, report)
    _checks(canvas, report)
    _timeline(canvas, report)
    canvas.y += 14
    canvas.row(_Piece(0, "no secret in this picture · accounts and users are stand-ins", _FAINT))
    height = canvas.y + 8
    title = escape(f"authtui report: {report.verdict.headline}")
    return "\n".join(
        [
            (
                f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height:g}" '
                f'viewBox="0 0 {WIDTH} {height:g}" role="img" font-family="{_FONTS}">'
            ),
            f"<title>{title}</title>",
            f'<rect width="{WIDTH}" height="{height:g}" fill="{DARK.background}"/>',
            *canvas.parts,
            "</svg>",
            "",
        ]
    )


def _verdict(canvas: _Canvas, report: Report) -> None:
    verdict = report.verdict
    outcome = marked_as(verdict.outcome, verdict.kind)
    glyph, colour = OUTCOME_GLYPHS[outcome], _OUTCOMES.get(outcome, _BAD)
    where = f"{report.home} · {report.client.title} · {report.client.surface}"
    canvas.row(_Piece(0, f"authtui {report.authtui}", _MUTED, bold=True), _Piece(16, where, _MUTED))
    canvas.y -= _LINE
    stamp = report.made_at
    canvas.row(_Piece(canvas.columns - len(stamp), stamp, _FAINT))
    top = canvas.y - 8
    place = len(canvas.parts)
    canvas.y += 20
    big = 18
    room = int((canvas.columns - 4) * _SIZE / big)
    for number, line in enumerate(wrapped(verdict.headline, room - 2, 2)):
        mark = f"{glyph} " if number == 0 else "  "
        canvas.row(_Piece(2, mark + line, colour, room, bold=True), size=big)
        canvas.y += 4
    for line in wrapped(verdict.sentence, canvas.columns - 6, 5):
        canvas.row(_Piece(2, line))
    if verdict.deletes_stored_login:
        canvas.row(_Piece(2, "Starting Codex now would delete the stored login.", _BAD, bold=True))
    canvas.y += 6
    said = (verdict.client_message or "(nothing)").split("\n")
    _labelled(canvas, "client says", " / ".join(said), _MUTED, 3)
    for fix in verdict.fix[:2]:
        _labelled(canvas, "to fix", fix, DARK.code, 2)
    height = canvas.y - top - 6
    drawn = canvas.parts[place:]
    del canvas.parts[place:]
    canvas.box(_LEFT - 12, top, WIDTH - 2 * _LEFT + 24, height, _TINTS[colour], DARK.border)
    canvas.bar(_LEFT - 12, top, height, colour)
    canvas.parts += drawn
    canvas.y = int(top + height + 26)


def _labelled(canvas: _Canvas, label: str, text: str, colour: str, most: int) -> None:
    for number, line in enumerate(wrapped(text, canvas.columns - 20, most)):
        canvas.row(_Piece(2, label if number == 0 else "", _FAINT), _Piece(15, line, colour))


def _lamps(canvas: _Canvas, report: Report) -> None:
    step = canvas.columns // 4
    pieces = []
    for number, lamp in enumerate(report.lamps):
        mark, colour = LIGHT_MARKS[lamp.light], _LIGHTS[lamp.light]
        pieces += [
            _Piece(number * step, mark.glyph, colour),
            _Piece(number * step + 2, lamp.name, _TEXT, bold=True),
            _Piece(number * step + 3 + len(lamp.name), mark.word, colour),
        ]
    canvas.row(*pieces)
    notes = [wrapped(lamp.reason, step - 4, 3) for lamp in report.lamps]
    for line in range(max(map(len, notes), default=0)):
        canvas.row(
            *(
                _Piece(number * step + 2, note[line] if line < len(note) else "", _MUTED, step - 3)
                for number, note in enumerate(notes)
            )
        )


def _sources(canvas: _Canvas, report: Report) -> None:
    canvas.heading("Sources, in the client's order")
    names = [min(28, columns(source.name)) for source in report.sources]
    status_at = 3 + max(names, default=0) + 3
    words = [_status(source) for source in report.sources]
    reason_at = status_at + min(36, max(map(columns, words), default=0)) + 5
    for source, status in zip(report.sources, words, strict=True):
        glyph, colour = _SOURCES.get(source.status, ("·", _FAINT))
        quiet = source.status not in ("selected", "shadowed", "invalid", "unreadable")
        reason = wrapped(source.reason, canvas.columns - reason_at, 1 if quiet else 3)
        canvas.row(
            _Piece(0, str(source.rank or "·"), _FAINT),
            _Piece(3, source.name, _MUTED if quiet else _TEXT, 28, bold=not quiet),
            _Piece(status_at, f"{glyph} {status}", colour, 38),
            _Piece(reason_at, reason[0], _MUTED),
        )
        for line in reason[1:]:
            canvas.row(_Piece(reason_at, line, _MUTED))


def _status(source: SourcePart) -> str:
    if source.shadowed_by:
        return f"shadowed by {source.shadowed_by}"
    return source.status.replace("-", " ")


def _matrix(canvas: _Canvas, report: Report) -> None:
    if not report.matrix:
        return
    canvas.heading("Who names which account")
    for row in report.matrix:
        wrong = bool(row.disagrees)
        account = f"{'✗ ' if 'account' in row.disagrees else ''}{row.account or '—'}"
        user = f"{'✗ ' if 'user' in row.disagrees else ''}{row.user or '—'}"
        canvas.row(
            _Piece(0, "✗" if wrong else "", _BAD),
            _Piece(3, row.who, _TEXT if wrong else _MUTED, 40, bold=wrong),
            _Piece(44, account, _BAD if "account" in row.disagrees else _TEXT, 20),
            _Piece(65, user, _BAD if "user" in row.disagrees else _TEXT, 18),
            _Piece(84, row.where, _FAINT),
        )


def _checks(canvas: _Canvas, report: Report) -> None:
    passed = len(report.excluded.passed)
    canvas.heading(f"Checks: {len(report.checks)} to look at, {passed} passed")
    for check in report.checks[:_MOST_CHECKS]:
        tone = _TEXT if check.status == "fail" else _MUTED
        lines = wrapped(check.summary, canvas.columns - 28, 2)
        canvas.row(
            _Piece(0, CHECK_MARKS[check.status].glyph, _CHECKS[check.status]),
            _Piece(3, check.id, _TEXT, 24, bold=True),
            _Piece(28, lines[0], tone),
        )
        for line in lines[1:]:
            canvas.row(_Piece(28, line, tone))
    if len(report.checks) > _MOST_CHECKS:
        rest = len(report.checks) - _MOST_CHECKS
        canvas.row(_Piece(3, f"{rest} more in the Markdown and the JSON report", _FAINT))


def _timeline(canvas: _Canvas, report: Report) -> None:
    canvas.heading("Timeline")
    moments = report.timeline
    here = next((n for n, m in enumerate(moments) if m.what == "this report looked"), 0)
    first = max(0, min(here - _MOST_MOMENTS + 3, len(moments) - _MOST_MOMENTS))
    for moment in moments[first : first + _MOST_MOMENTS]:
        now = moment.what == "this report looked"
        canvas.row(
            _Piece(0, moment.at, _TEXT if now else _FAINT),
            _Piece(22, moment.relative, _MUTED, 16),
            _Piece(39, moment.what, _TEXT if now else _MUTED, 58),
            _Piece(98, moment.where, _FAINT),
        )


def columns(text: str) -> int:
    """Columns of a text: wide characters count twice."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def clipped(text: str, width: int) -> str:
    """At most `width` columns, a cut shown by …."""
    if columns(text) <= width:
        return text
    kept = ""
    for char in text:
        if columns(kept) + columns(char) > width - 1:
            break
        kept += char
    return f"{kept.rstrip()}…" if width > 0 else ""


def wrapped(text: str, width: int, most: int) -> Sequence[str]:
    """Word-wrapped lines, the last of `most` cut with …."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        candidate = f"{line} {word}" if line else word
        if columns(candidate) <= width:
            line = candidate
            continue
        if line:
            lines.append(line)
        line = word
    lines.append(line)
    if len(lines) > most:
        lines = [*lines[: most - 1], f"{lines[most - 1]} …"]
    return [clipped(part, width) for part in lines]
