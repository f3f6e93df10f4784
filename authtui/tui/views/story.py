"""The guide of a story: what it says to a page, what to look at, and the proof of it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authtui.answers.findings import CheckResult
from authtui.exchanges.records import RequestRecord
from authtui.tui.lines import BLANK, Doc, Item, Line, Span, clip, pad, rows_of, safe, wrap
from authtui.tui.views.context import KINDS
from authtui.tui.views.request_detail import STAGES, step_words
from authtui.tui.views.requests import tone_of

if TYPE_CHECKING:
    from authtui.demo.story import Story
    from authtui.demo.walk import Walk

SENTENCES: Final = (
    "another-source-won",
    "record-not-what-it-seems",
    "request-went-elsewhere",
    "answer-not-from-auth-server",
)
PANES: Final = {
    "sources": "Sources",
    "claims": "Claims",
    "checks": "Checks",
    "matrix": "Checks: who says which account",
    "requests": "Requests",
    "events": "Events",
    "verdict": "the verdict",
}


class StoryProgress:
    """What the guide draws from: the walk, the row it points at, and what there is to copy."""

    def __init__(
        self, walk: Walk, subject: object = None, command: str = "", kind: str | None = None
    ) -> None:
        """`subject` is the thing of the marked row, `kind` that of the verdict on show."""
        self.walk = walk
        self.subject = subject
        self.command = command
        self.kind = kind or walk.story.teaches


def guide_doc(shown: StoryProgress, width: int, *, small: bool) -> Doc:
    """The guide beside the evidence."""
    walk, step = shown.walk, shown.walk.step
    lines: list[Line] = []
    if not small:
        lines += [_progress(walk, width), BLANK]
    title = step.title or step.do
    if walk.page.kind == "offer":
        title = "The fix"
    left = Span(safe(title), "accent" if walk.page.kind != "proof" else "good-strong")
    right = (Span(f"{walk.here + 1} of {len(walk.pages)}", "faint"),) if small else ()
    lines.append(Line((left,), right))
    if walk.waiting:
        return _doc(shown, [*lines, Line((Span("◌ playing…", "muted"),))])
    if walk.ending_early and walk.ending is not None:
        lines += _paragraph(walk.ending.reason, width, "bad")
        return _doc(shown, lines)
    if not small:
        lines.append(BLANK)
    if walk.page.kind == "offer":
        lines += _offer(shown, width, small=small)
        return _doc(shown, lines + ([] if small else _pages_so_far(walk, width)))
    lines += _paragraph(step.says, width)
    if walk.message and walk.page.kind != "symptom":
        lines += _gap(small)
        said = rows_of(f"“{walk.message}”", width - 6, 2 if small else 6)
        for number, row in enumerate(said):
            lines.append(
                Line((Span("says  " if not number else "      ", "faint"), Span(row, "quote")))
            )
    if step.pane == "verdict":
        lines += _gap(small) + _sentence(shown.kind, width, small=small)
    else:
        lines += _gap(small) + _facts(shown, width, small=small)
    if walk.at_end:
        lines += _gap(small)
        if story_kind := KINDS.get(walk.story.teaches):
            lines.append(Line((Span("✓ solved: ", "good-strong"), Span(story_kind, "strong"))))
        more = "esc all stories · 0 again · or act yourself: l r a o"
        lines += _paragraph(more, width, "muted")
    return _doc(shown, lines + ([] if small else _pages_so_far(walk, width)))


def _pages_so_far(walk: Walk, width: int) -> list[Line]:
    """The pages so far by their names, and how many are still to come."""
    lines = [BLANK, Line((Span("─" * width, "border"),))]
    for number, page in enumerate(walk.pages[: walk.furthest + 1]):
        name = "The fix" if page.kind == "offer" else page.step.title
        here = number == walk.here
        mark = ("▸ ", "accent") if here else ("  ", "faint")
        lines.append(Line((Span(*mark), Span(safe(name), "strong" if here else "muted"))))
    left = len(walk.pages) - 1 - walk.furthest
    if left > 0:
        lines.append(Line((Span(f"  … {left} more", "faint"),)))
    return lines


def _paragraph(text: str, width: int, tone: str = "text") -> list[Line]:
    return [Line((Span(row, tone),)) for row in rows_of(text, width)]


def _gap(small: bool) -> list[Line]:
    return [] if small else [BLANK]


def _doc(shown: StoryProgress, lines: list[Line]) -> Doc:
    story = shown.walk.story
    number = f"{story.order} · " if story.order else ""
    return Doc(f"{number}{safe(story.title)}", lines)


def _progress(walk: Walk, width: int) -> Line:
    total, done = len(walk.pages), walk.here + 1
    label = f" {done} of {total}"
    room = max(4, width - len(label))
    filled = room * done // total
    return Line(
        (Span("━" * filled, "accent"), Span("─" * (room - filled), "border"), Span(label, "faint"))
    )


def _offer(shown: StoryProgress, width: int, *, small: bool) -> list[Line]:
    walk = shown.walk
    lines = [*_paragraph("What a person would do here:", width), *_gap(small)]
    rows = wrap(safe(shown.command), width - 2, 3)
    lines += [Line((Span("  "), Span(row, "code", "copy_fix"))) for row in rows]
    lines += _gap(small)
    if walk.played:
        return [*lines, Line((Span("done already; n shows what came of it", "muted"),))]
    lines.append(
        Line(
            (
                Span(" y ", "tab", "story_fix"),
                Span(" does it, on the throw-away home", "strong", "story_fix"),
            )
        )
    )
    lines.append(Line((Span(" f ", "key", "copy_fix"), Span(" copies it", "muted", "copy_fix"))))
    return lines


def _sentence(mine: str, width: int, *, small: bool) -> list[Line]:
    """Which of the four sentences it is."""
    if small:
        words = KINDS.get(mine, "")
        left = (Span("one of four sentences: ", "faint"), Span(f"● {words}", "accent"))
        return [Line(left)]
    lines = [Line((Span("It is always one of four sentences:", "faint"),))]
    for kind in SENTENCES:
        here = kind == mine
        for number, row in enumerate(wrap(KINDS[kind], width - 4)):
            mark = ("● " if here else "○ ") if not number else "  "
            tone = "strong" if here else "faint"
            lines.append(
                Line((Span("  "), Span(mark, "accent" if mine else "faint"), Span(row, tone)))
            )
    return lines


def _facts(shown: StoryProgress, width: int, *, small: bool) -> list[Line]:
    """Where to look, and the marked row in full: of the real thing, not of the story."""
    step, subject = shown.walk.step, shown.subject
    if step.pane not in PANES:
        return []
    lines = [
        Line((Span("▸ look at ", "faint"), Span(PANES[step.pane], "key", f"pane('{step.pane}')")))
    ]
    facts: list[tuple[str, str, str]] = []
    if isinstance(subject, RequestRecord):
        facts = _request_facts(subject)
    elif isinstance(subject, CheckResult):
        facts = [("it says", safe(subject.summary), "text")]
    most = 4 if not small else 2 if len(facts) == 1 else 1
    for label, value, tone in facts[: 4 if small else 8]:
        for number, row in enumerate(rows_of(value, width - 13, most)):
            name = pad(label if not number else "", 11)
            lines.append(Line((Span("  " + name, "faint"), Span(row, tone))))
    return lines


_IN_THE_BODY: Final = {
    "refresh": "the refresh token, in its body",
    "task-register": "a signature of the time, in its body",
}


def _request_facts(record: RequestRecord) -> list[tuple[str, str, str]]:
    status, tone = tone_of(record)
    sent = record.authorization or "nothing attached"
    sent = _IN_THE_BODY.get(record.purpose, sent)
    mark = f" {record.credential_mark}" if record.credential_mark else ""
    facts = [("to", record.host, "strong"), ("with", f"{sent}{mark}", "text")]
    if record.sender:
        facts[0] = ("from", f"{record.sender} to {record.host}", "strong")
    if any(step.ok is False for step in record.connection):
        return [facts[0], *((STAGES[s.stage], *step_words(s)) for s in record.connection)]
    facts.append(("answer", f"{status} {safe(record.reason, 40)}", tone))
    if record.meaning:
        facts.append(("meaning", record.meaning, "muted"))
    return facts


# ── the first page ──────────────────────────────────────────────────────────────────────────────


def symptom_doc(shown: StoryProgress, width: int, *, small: bool) -> Doc:
    """What was typed, what the client printed, and the question: no evidence yet."""
    walk = shown.walk
    story, guess = walk.story, walk.story.guess
    lines: list[Line] = [] if small else [BLANK]
    lines += [Line((Span(f"“{safe(story.about)}”", "strong"),)), BLANK]
    lines += [
        Line((Span("  " if number else "$ ", "faint"), Span(row, "code")))
        for number, row in enumerate(wrap(story.typed, width - 2, 2))
    ]
    if walk.waiting:
        return _doc(shown, [*lines, BLANK, Line((Span("◌ the client runs…", "muted"),))])
    if walk.ending_early and walk.ending is not None:
        return _doc(shown, [*lines, BLANK, *_paragraph(walk.ending.reason, width, "bad")])
    lines += [Line((Span(row, "bad"),)) for row in rows_of(walk.message or "", width, 5)]
    lines.append(BLANK)
    lines += _paragraph(walk.step.says, width, "muted")
    if guess is None:
        return _doc(shown, lines)
    lines += [
        *_gap(small),
        *(Line((Span(row, "strong"),)) for row in rows_of(guess.question, width)),
    ]
    lines += _gap(small)
    items: list[Item] = []
    for number, cause in enumerate(guess.causes):
        tried = number in walk.tried
        mark, tone = ("   ", "text")
        if tried:
            mark, tone = (" ✓ ", "good-strong") if cause.right else (" ✗ ", "muted")
        lines.append(
            Line(
                (Span(f"{number + 1}", "key"), Span(mark, tone), Span(safe(cause.text), tone)),
                item=number,
            )
        )
        items.append(Item(f"guess.{number}"))
    lines.append(BLANK)
    said = walk.guessed
    if said is None:
        hint = f"Take a guess: 1 to {len(items)}, or ↑ ↓ and ⏎. n skips the guess."
        lines += _paragraph(hint, width, "faint")
    else:
        lines += _paragraph(said.answer, width, "good" if said.right else "text")
        shows = Span("shows the evidence", "muted", "story_next")
        lines.append(Line((Span("n ", "key", "story_next"), shows)))
    place = (Span(f"1 of {len(walk.pages)}", "faint"),)
    return _doc(shown, lines)._replace(items=items, info=place)


# ── the menu ────────────────────────────────────────────────────────────────────────────────────


def menu_doc(stories: tuple[Story, ...], seen: frozenset[str], width: int, height: int) -> Doc:
    """Every story, in the order for somebody who sees this for the first time."""
    small = height < 30
    lines: list[Line] = []
    items: list[Item] = []
    intro = (
        "Each is a login that fails, played for real: a made-up home that is removed afterwards, "
        "and a server on this machine. Your own login is not read."
    )
    if not small:
        lines += [
            BLANK,
            *(Line((Span("  " + row, "muted"),)) for row in wrap(intro, width - 4)),
            BLANK,
        ]
    first = next((story.name for story in stories if story.name not in seen), None)
    for number, story in enumerate(stories):
        if not story.order and not any(s.order == 0 for s in stories[:number]):
            lines.append(Line((Span("  and one without a fault", "faint"),)))
        done = story.name in seen
        mark = Span(" ✓ " if done else "   ", "good")
        name = Span(safe(story.title), "muted" if done else "strong")
        head = Span(f"{story.order or '·':>3} ", "key")
        start_here = story.name == first and not seen
        tail = (Span("← start here ", "accent"),) if start_here else ()
        lines.append(Line((head, mark, name), tail, item=number))
        said = Span(clip(safe(story.about), width - 7), "muted")
        lines.append(Line((Span(" " * 7), said), item=number))
        items.append(Item(story.name, story, story.name, "the name of the story"))
        if not small:
            lines.append(BLANK)
    start = next((n for n, story in enumerate(stories) if story.name == first), 0)
    count = sum(story.name in seen for story in stories)
    info = (Span(f"{count} of {len(stories)} seen", "faint"),)
    return Doc("Eight ways a login fails", lines, items, info=info, start=start)
