"""The main screen while a story is told: the guide, and the panes that it points at."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from authtui.model.events import Told
from authtui.tui.desk import PARTS, Desk
from authtui.tui.geometry import PANES, is_small
from authtui.tui.keys import KEYS, bindings
from authtui.tui.lines import BLANK, Line, Span, safe, words_of_items
from authtui.tui.pane import Pane
from authtui.tui.story.story_geometry import (
    GUIDE_WIDTH,
    first_page_width,
    plan_first_page,
    plan_story,
)
from authtui.tui.story.story_keys import STORY_KEYS
from authtui.tui.views.story import StoryProgress, guide_doc, symptom_doc
from authtui.tui.views.verdict import tint, verdict_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual import events
    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.geometry import Size

    from authtui.demo.story import Step
    from authtui.demo.walk import Walk
    from authtui.tui.geometry import Box
    from authtui.tui.keys import Key
    from authtui.tui.lines import Doc
    from authtui.tui.story.story_owner import StoryOwner
    from authtui.tui.views.context import ViewContext

_LATEST = ("requests", "events")
"""Panes in which a page means the latest row of several that fit."""
_POINTING = ("evidence", "proof")
"""The kinds of page that point at a pane."""


class GuidePane(Pane):
    """A pane in which one click chooses."""

    def on_click(self, event: events.Click) -> None:
        """A click on a choice takes it; the pane itself handles every other."""
        index = self.top + event.y - 1
        inside = 0 < event.y < self.size.height - 1 and index < len(self.doc.lines)
        item = self.doc.lines[index].item if inside else None
        if item is not None and event.chain == 1:
            self.cursor = item
            self.choose()


class StoryDesk(Desk):
    """The desk with a guide. Which page is shown is the app's business."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(
        key
        for key in STORY_KEYS
        if key.id != "story-menu"  # escape has an action of its own here
    )
    AUTO_FOCUS = "#guide"
    KEYS: ClassVar[tuple[Key, ...]] = (*STORY_KEYS, *KEYS)

    def __init__(self) -> None:
        """The parts of the desk, and the guide."""
        super().__init__()
        self.guide = GuidePane(id="guide")
        self._aimed = False
        self._places: dict[str, Box] = {}

    @property
    def owner(self) -> StoryOwner:
        """The app, as the desk of a story sees it."""
        return cast("StoryOwner", self.app)

    def compose(self) -> ComposeResult:
        """The parts, in focus order."""
        yield self.header
        yield self.guide
        yield self.verdict
        yield from self.panes.values()
        yield self.footer

    # ── content ────────────────────────────────────────────────────────────────────────────────

    def boxes(self, size: Size) -> dict[str, Box]:
        """Where everything stands at a size."""
        self.fill(size)
        return self._places

    def fill(self, size: Size) -> None:
        """Make the content of every part."""
        walk = self.owner.walk
        self._frame(size.width)
        if walk is None:
            boxes = plan_first_page(size.width, size.height, 1)
            self._places = {name: boxes[name] for name in ("header", "footer") if name in boxes}
        elif walk.page.kind == "symptom":
            self._fill_first_page(walk, size)
        else:
            self._fill_page(walk, size)

    def _fill_first_page(self, walk: Walk, size: Size) -> None:
        width, height = size.width, size.height
        inner = first_page_width(width, height) - 4
        doc = symptom_doc(StoryProgress(walk), inner, small=is_small(width, height))
        self._places = plan_first_page(width, height, len(doc.lines))
        self.guide.show(doc)

    def _fill_page(self, walk: Walk, size: Size) -> None:
        width, height = size.width, size.height
        small = is_small(width, height)
        guide = width if small else GUIDE_WIDTH
        right = width if small else width - GUIDE_WIDTH - 2
        view = self.owner.view(self.token, self.matrix)
        whole = verdict_lines(view, right - 1, compact=True)
        evidence = self.active if self.active in PANES else ""
        companion = "requests" if evidence != "requests" else "sources"
        names = dict.fromkeys(name for name in (evidence, companion, "events") if name)
        docs = {name: PARTS[name].doc(view, right - 4) for name in names}
        row = self._row(walk, docs.get(evidence), evidence)
        subject = docs[evidence].items[row].subject if row is not None else None
        kind = view.assessment.verdict.kind if view.assessment else None
        doc = guide_doc(
            StoryProgress(walk, subject, self.owner.command, kind), guide - 4, small=small
        )
        wants = {"guide": len(doc.lines), "verdict": len(whole)}
        wants |= {name: len(content.lines) for name, content in docs.items()}
        self._places = plan_story(width, height, wants, evidence, companion)
        self.guide.show(doc)
        rows = self._places["verdict"].height if "verdict" in self._places else 0
        if rows <= 2 and rows < len(whole):
            whole = [whole[0], whole[-1]][:rows]
        elif rows < len(whole):
            whole = verdict_lines(view, right - 1, compact=True, rows=rows)
        self.verdict.set_lines(whole, tint(view))
        for name, content in docs.items():
            if name in self._places:
                self.panes[name].show(content)
        if row is not None and not walk.waiting and not self._aimed:
            # Once a page: after that the cursor is the viewer's.
            self._aimed = True
            self.panes[evidence].point_at(row)

    @staticmethod
    def _row(walk: Walk, doc: Doc | None, name: str) -> int | None:
        """The row of the evidence that the page is about."""
        if doc is None or name != _pane_of(walk.step):
            return None
        return row_of(doc, walk.step.row, last=name in _LATEST)

    def turn(self) -> None:
        """Another page is shown: its pane is lit, its row will be marked."""
        walk = self.owner.walk
        if walk is None:
            return
        # The page of the fix goes on showing what the page before it pointed at.
        step = walk.pages[max(0, walk.here - 1)].step if walk.page.kind == "offer" else walk.step
        self._aimed = False
        self.token = 0
        self.matrix = step.pane == "matrix"
        self.active = _pane_of(step) if walk.page.kind in (*_POINTING, "offer") else ""
        self.update_all()
        self.call_after_refresh(self._light)

    def _light(self) -> None:
        walk = self.owner.walk
        lit = walk is not None and walk.page.kind in _POINTING and self.active in PANES
        self.set_focus(self.panes[self.active] if lit else self.guide)

    # ── frame ──────────────────────────────────────────────────────────────────────────────────

    def head(self, view: ViewContext, width: int) -> Line:  # noqa: ARG002 - as every desk has it
        """The story's title, and how it is told."""
        app, walk = self.owner, self.owner.walk
        left = [Span("  authtui demo", "key")]
        right: list[Span] = []
        if walk is None:
            return Line(tuple(left))
        left.append(Span(f"   {safe(walk.story.title)}", "text"))
        if app.pace is not None and not walk.at_end:
            right.append(Span(f"▶ a page in {app.pace:g} s · P pauses   ", "accent", "story_play"))
        if app.at is not None:
            right.append(Span("◂ an earlier moment   ", "warn"))
        if width >= 100:
            right.append(Span("a made-up home, a server on this machine  ", "faint"))
        return Line(tuple(left), tuple(right))

    def _footer(self, width: int) -> Line:
        empty = self.owner.walk is None and self.owner.message is None
        return BLANK if empty else super()._footer(width)

    def hinted(self) -> Iterator[Key]:
        """What can be done on this page."""
        walk = self.owner.walk
        if walk is None:
            return
        by_id = {key.id: key for key in (*STORY_KEYS, *KEYS)}
        offered = walk.page.kind == "offer" and not walk.played
        if offered:
            yield by_id["story-fix"]
            yield by_id["copy-fix"]._replace(hint="copy the fix")
        elif not walk.at_end:
            yield by_id["story-next"]
        if walk.here:
            yield by_id["story-back"]
        if walk.at_end:
            yield by_id["story-restart"]
        yield by_id["story-menu"]
        if walk.page.kind in _POINTING:
            yield by_id["details"]
        if not walk.at_end:
            yield by_id["story-play"]
            yield by_id["story-restart"]

    # ── actions ────────────────────────────────────────────────────────────────────────────────

    def action_pane(self, name: str) -> None:
        """A digit is a guess on the first page; elsewhere it opens a pane."""
        walk = self.owner.walk
        if walk is not None and walk.page.kind == "symptom":
            if name in PANES:
                self.owner.guess(PANES.index(name))
            return
        super().action_pane({"matrix": "checks"}.get(name, name))

    def on_pane_chosen(self, event: Pane.Chosen) -> None:
        """A guess; the rows of other panes open their detail, as on every desk."""
        if event.pane is self.guide:
            event.stop()
            event.prevent_default()
            self.owner.guess(int(event.item.key.rpartition(".")[2]))

    def action_details(self) -> None:
        """On the guide: go on; else the detail of the row."""
        walk = self.owner.walk
        if self.focused is not self.guide or walk is None:
            super().action_details()
        elif walk.page.kind == "symptom" and walk.right_guess() not in walk.tried:
            self.guide.choose()
        elif walk.page.kind == "offer" and not walk.played:
            self.action_story_fix()
        else:
            self.action_story_next()

    def action_story_next(self) -> None:
        """Turn to the next page."""
        self.owner.next_page()

    def action_story_back(self) -> None:
        """Turn to the page before."""
        self.owner.previous_page()

    def action_story_fix(self) -> None:
        """Do what is offered."""
        self.owner.do_fix()

    def action_story_restart(self) -> None:
        """Play the story from the beginning."""
        self.owner.restart()

    def action_story_play(self) -> None:
        """By itself, or not any more."""
        self.owner.toggle_play()

    def action_story_pace(self, step: int) -> None:
        """Play faster or slower by a step."""
        self.owner.change_pace(step)

    def action_story_menu(self) -> None:
        """The list of stories."""
        self.owner.open_menu()

    def action_cancel(self) -> None:
        """Stop what is under way; with nothing under way, back to the list."""
        if self.owner.acts.under_way:
            super().action_cancel()
        else:
            self.action_story_menu()


def _pane_of(step: Step) -> str:
    """The pane that a step points at; empty for the verdict, which is none."""
    return {"matrix": "checks", "verdict": ""}.get(step.pane, step.pane)


def row_of(doc: Doc, needle: str, *, last: bool) -> int | None:
    """The item whose key or words contain the needle, whatever its case; None where none does."""
    wanted = needle.casefold()
    if not wanted:
        return None
    words = words_of_items(doc)
    found = []
    for index, item in enumerate(doc.items):
        # What the story says about a row is not that row; a row may show its path cut short.
        path = getattr(item.subject, "path", "")
        text = f"{item.key} {words(index)} {path}".casefold()
        if wanted in text and not isinstance(item.subject, Told):
            found.append(index)
    if not found:
        return None
    return found[-1] if last else found[0]
