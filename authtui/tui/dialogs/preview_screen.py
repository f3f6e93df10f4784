"""What a step would send and change, before anything is sent or changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding

from authtui.answers.findings import Fact
from authtui.tui.dialogs.dialog import BACK, COPY, YES, Dialog, Hint
from authtui.tui.lifecycle_actions import ACTIONS
from authtui.tui.lines import BLANK, Doc, Line, Span, safe
from authtui.tui.views.context import ViewContext, note
from authtui.tui.views.detail_page import DetailPage

if TYPE_CHECKING:
    from textual.binding import BindingType

    from authtui.lifecycle.preview import Outcome, Plan


def preview_doc(name: str, found: Outcome, view: ViewContext, width: int, warning: str = "") -> Doc:
    """The plan in words, or why there is none."""
    page = DetailPage(view, width)
    plan = found.plan
    if warning:
        page.words(warning, "warn")
    if plan is None:
        page.words(found.reason, "strong")
        if found.client_text:
            page.heading("The client says")
            page.words(found.client_text, "quote")
        return page.doc(f"Cannot {ACTIONS.get(name, name)} now" if not found.done else "Done")
    if not plan.calls and not plan.changes:
        page.words("Nothing has to be sent or changed.", "strong")
    if plan.calls:
        page.heading("Would be sent")
        for call in plan.calls:
            page.fact(Fact(call.method, call.url), "strong", 8)
            when = f" · {call.condition}" if call.condition else ""
            text = safe(f"{call.purpose}{when} · with {call.carries}")
            page.lines += note(text, width, "muted", 10)
    if plan.changes:
        page.heading("Would change on this machine")
        for change in plan.changes:
            page.fact(Fact(change.place, change.what), "strong", 16)
    for text in plan.warnings:
        page.lines += [BLANK, *note("! " + safe(text), width, "warn", 2)]
    page.lines += [BLANK, Line((Span("  Nothing has been sent or changed so far.", "faint"),))]
    return page.doc(f"{ACTIONS.get(name, name).capitalize()}?")


class PreviewScreen(Dialog):
    """The plan, and a yes that names the hosts."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("y", "yes", "Do it", id="yes")]

    def __init__(self, name: str, found: Outcome, warning: str = "") -> None:
        """`warning` stands above the plan."""
        super().__init__(lambda view, width: preview_doc(name, found, view, width, warning))
        self.plan: Plan | None = found.plan

    @property
    def locked(self) -> str:
        """Why there is no yes here; empty where there is one."""
        plan = self.plan
        if plan is None or not (plan.calls or plan.changes):
            return "there is nothing to do"
        if self.owner.acts.offline and plan.calls:
            return "--offline forbids every connection"
        return ""

    @property
    def hints(self) -> tuple[Hint, ...]:
        """The yes says where things go."""
        plan = self.plan
        if self.locked or plan is None:
            return (BACK, COPY)
        hosts = ", ".join(safe(host, 80) for host in plan.hosts)
        words = f"yes, send to {hosts}" if hosts else "yes, change it"
        return (YES._replace(words=words), BACK._replace(words="back; nothing is done"), COPY)

    def action_yes(self) -> None:
        """Agree to the plan, unless the app only reads."""
        if self.locked:
            self.owner.say(self.locked, "warn")
        else:
            self.dismiss("yes")
