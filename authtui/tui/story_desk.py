"""The main screen while a story is told: the guide, and the panes that it points at."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding

from authtui.model.events import Told
from authtui.tui.desk import Desk
from authtui.tui.geometry import PANES, Box
from authtui.tui.keys import KEYS, effective
from authtui.tui.lines import BLANK, Line, Span, plain, safe
from authtui.tui.pane import Pane
from authtui.tui.story_geometry import GUIDE_WIDTH, guide_width, is_small, plan_story
from authtui.tui.story_keys import STORY_KEYS
from authtui.tui.views.checks import checks_doc
from authtui.tui.views.claims import claims_doc
from authtui.tui.views.events import events_doc
from authtui.tui.views.guide import Shown, guide_doc, symptom_doc
from authtui.tui.views.requests import requests_doc
from authtui.tui.views.sources import sources_doc
from authtui.tui.views.verdict import tint, verdict_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual import events
    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.geometry import Size

    from authtui.demo.walk import Walk
    from authtui.tui.keys import Key
    from authtui.tui.lines import Doc
    from authtui.tui.story_app import StoryApp
    from authtui.tui.views.context import View

_DOCS = {
    "sources": sources_doc,
    "claims": claims_doc,
    "checks": checks_doc,
    "requests": requests_doc,
    "events": events_doc,
}
_LATEST = ("requests", "events")


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

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(key.keys, key.action, key.title, id=key.id, show=False)
        for key in STORY_KEYS
        if key.id != "story-menu"  # escape has an action of its own here
    ]
    AUTO_FOCUS = "#guide"
    KEYS: ClassVar[tuple[Key, ...]] = (*STORY_KEYS, *KEYS)

    def __init__(self) -> None:
        """The parts of the desk, and the guide."""
        super().__init__()
        self.guide = GuidePane(id="guide")
        self._aimed: tuple[int, int] | None = None
        self._places: dict[str, Box] = {}

    @property
    def story(self) -> StoryApp:
        """The app, by its own type."""
        from authtui.tui.story_app import StoryApp

        if not isinstance(self.app, StoryApp):
            raise TypeError("a story's desk belongs to the app of stories")
        return self.app

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
        width, height = size.width, size.height
        walk = self.story.walk
        self._frame(width)
        if walk is None:
            self._places = plan_story(width, height, {"guide": 1}, "", "", first=True)
            self._places = {name: self._places[name] for name in ("header", "footer")}
            return
        first = walk.page.kind == "symptom"
        small = is_small(width, height)
        view = self.owner.view(self.token, self.matrix)
        inner = guide_width(width, height, first=first) - 4
        wants = {"guide": 8, "verdict": 2}
        if first:
            doc = symptom_doc(Shown(walk), inner, small=small)
            wants["guide"] = len(doc.lines)
            self._places = plan_story(width, height, wants, "", "", first=True)
            self.guide.show(doc)
            return
        right = width if small else width - GUIDE_WIDTH - 2
        whole = verdict_lines(view, right - 1, compact=True)
        evidence, companion = self._evidence()
        wants["verdict"] = len(whole)
        docs = self._docs(view, right, evidence, companion)
        subject = self._subject(docs.get(evidence), evidence)
        kind = view.assessment.verdict.kind if view.assessment else None
        told = Shown(walk, subject, self.story.command, kind)
        doc = guide_doc(told, inner, small=small)
        wants["guide"] = len(doc.lines)
        wants |= {name: len(content.lines) for name, content in docs.items()}
        self._places = plan_story(width, height, wants, evidence, companion, first=False)
        self.guide.show(doc)
        rows = self._places["verdict"].height
        if rows < len(whole):
            whole = (
                [whole[0], whole[-1]][:rows]
                if rows <= 2
                else verdict_lines(view, right - 1, compact=True, rows=rows)
            )
        self.verdict.set_lines(whole, tint(view))
        for name, content in docs.items():
            self.panes[name].heading = None
            if name in self._places:
                self.panes[name].show(content)
        self._aim(docs.get(evidence), evidence)

    def _evidence(self) -> tuple[str, str]:
        """The pane to show, and a second one."""
        evidence = self.active if self.active in PANES else ""
        companion = "requests" if evidence != "requests" else "sources"
        return evidence, companion

    def _docs(self, view: View, width: int, evidence: str, companion: str) -> dict[str, Doc]:
        names = dict.fromkeys(name for name in (evidence, companion, "events") if name)
        return {name: _DOCS[name](view, width - 4) for name in names}

    def _subject(self, doc: Doc | None, name: str) -> object:
        walk = self.story.walk
        if doc is None or walk is None or name != self._pane_of(walk):
            return None
        index = row_of(doc, walk.step.row, last=name in _LATEST)
        return None if index is None else doc.items[index].subject

    def _aim(self, doc: Doc | None, name: str) -> None:
        """Put the cursor of the evidence on the row that the page is about, once a page."""
        walk = self.story.walk
        if doc is None or walk is None or walk.waiting or name != self._pane_of(walk):
            return
        now = (id(walk), walk.here)
        if self._aimed == now:
            return
        self._aimed = now
        index = row_of(doc, walk.step.row, last=name in _LATEST)
        if index is not None:
            self.panes[name].point_at(index)

    @staticmethod
    def _pane_of(walk: Walk) -> str:
        return {"matrix": "checks", "verdict": ""}.get(walk.step.pane, walk.step.pane)

    def turn(self) -> None:
        """Another page is shown: its pane is lit, its row will be marked."""
        walk = self.story.walk
        if walk is None:
            return
        self._aimed = None
        self.matrix = walk.step.pane == "matrix"
        self.token = 0
        name = self._pane_of(walk) if walk.page.kind in ("evidence", "proof") else ""
        if walk.page.kind == "offer":
            before = walk.pages[walk.here - 1].step if walk.here else walk.step
            name = {"matrix": "checks", "verdict": ""}.get(before.pane, before.pane)
            self.matrix = before.pane == "matrix"
        self.active = name
        self.update_all()
        self.call_after_refresh(self._light)

    def _light(self) -> None:
        walk = self.story.walk
        lit = walk is not None and walk.page.kind in ("evidence", "proof") and self.active in PANES
        self.set_focus(self.panes[self.active] if lit else self.guide)

    # ── frame ──────────────────────────────────────────────────────────────────────────────────

    def _frame(self, width: int) -> None:
        app = self.story
        banner = app.banner()
        if banner is not None:
            self.header.set_lines([Line((Span("  " + banner.ljust(width), "banner"),))])
        else:
            self.header.set_lines([self._header(width)])
        self.footer.set_lines([self._footer(width)])

    def _header(self, width: int) -> Line:
        app, walk = self.story, self.story.walk
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
        app, walk = self.story, self.story.walk
        if walk is None or app.message is not None or app.acts.under_way:
            return super()._footer(width) if walk is not None or app.message else BLANK
        keymap = dict(app.settings.keymap)
        right: list[Span] = []
        for key in (k for k in KEYS if k.id in ("help", "quit")):
            right += self._hint(effective(key, keymap), key.hint, key.action)
        left: list[Span] = [Span("  ")]
        room = width - 4 - sum(len(s.text) for s in right)
        for key in self._hints(walk):
            hint = self._hint(effective(key, keymap), key.hint, key.action)
            size = sum(len(s.text) for s in hint)
            if size <= room:
                room -= size
                left += hint
        return Line(tuple(left), tuple(right))

    def _hints(self, walk: Walk) -> Iterator[Key]:
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
        if walk.page.kind in ("evidence", "proof"):
            yield by_id["details"]
        if not walk.at_end:
            yield by_id["story-play"]
            yield by_id["story-restart"]

    # ── actions ────────────────────────────────────────────────────────────────────────────────

    def action_pane(self, name: str) -> None:
        """A digit is a guess on the first page; elsewhere it opens a pane."""
        walk = self.story.walk
        if walk is not None and walk.page.kind == "symptom":
            if name in PANES:
                self.story.guess(PANES.index(name))
            return
        super().action_pane({"matrix": "checks"}.get(name, name))

    def on_pane_chosen(self, event: Pane.Chosen) -> None:
        """A guess; the rows of other panes open their detail, as on every desk."""
        if event.pane is self.guide:
            event.stop()
            event.prevent_default()
            self.story.guess(int(event.item.key.rpartition(".")[2]))

    def action_details(self) -> None:
        """On the guide: go on; else the detail of the row."""
        walk = self.story.walk
        if self.focused is not self.guide or walk is None:
            super().action_details()
        elif walk.page.kind == "symptom" and walk.right_guess() not in walk.tried:
            self.guide.choose()
        elif walk.page.kind == "offer" and not walk.played:
            self.action_story_fix()
        else:
            self.action_story_next()

    def action_story_next(self) -> None:
        """The next page."""
        self.story.next_page()

    def action_story_back(self) -> None:
        """The page before."""
        self.story.previous_page()

    def action_story_fix(self) -> None:
        """Do what is offered."""
        self.story.do_fix()

    def action_story_restart(self) -> None:
        """From the beginning."""
        self.story.restart()

    def action_story_play(self) -> None:
        """By itself, or not any more."""
        self.story.toggle_play()

    def action_story_pace(self, step: int) -> None:
        """Faster or slower."""
        self.story.change_pace(step)

    def action_story_menu(self) -> None:
        """The list of stories."""
        self.story.open_menu()

    def action_cancel(self) -> None:
        """Stop what is under way; with nothing under way, back to the list."""
        if self.owner.acts.under_way:
            super().action_cancel()
        else:
            self.action_story_menu()


def row_of(doc: Doc, needle: str, *, last: bool) -> int | None:
    """The item whose key or words contain the needle, whatever its case; None where none does."""
    wanted = needle.casefold()
    if not wanted:
        return None
    words: dict[int, str] = {}
    if doc.rows_from is not None:
        for index, item in enumerate(doc.items):
            if isinstance(item.subject, Told):
                continue  # what the story says about a row is not that row
            text = doc.texts(index) if doc.texts else plain(doc.lines[doc.rows_from + index])
            path = getattr(item.subject, "path", "")
            words[index] = f"{item.key} {text} {path}".casefold()
    else:
        for line in doc.lines:
            if line.item is not None:
                words[line.item] = words.get(line.item, "") + " " + plain(line).casefold()
        for index, item in enumerate(doc.items):
            words[index] = f"{item.key} {words.get(index, '')}".casefold()
    found = [index for index, text in words.items() if wanted in text]
    if not found:
        return None
    return found[-1] if last else found[0]
