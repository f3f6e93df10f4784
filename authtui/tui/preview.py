"""What a step would send and change, before anything is sent or changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding

from authtui.checks.findings import Fact
from authtui.redaction import redact_text
from authtui.tui.acts import NAMES
from authtui.tui.dialogs import Sheet
from authtui.tui.lines import BLANK, Doc, Line, Span, safe
from authtui.tui.views.context import View, note
from authtui.tui.views.detail import Page

if TYPE_CHECKING:
    from textual.binding import BindingType

    from authtui.lifecycle.preview import Outcome, Plan


def preview_doc(name: str, found: Outcome, view: View, width: int, warning: str = "") -> Doc:
    """The plan in words, or why there is none."""
    page = Page(view, width)
    plan = found.plan
    if warning:
        page.words(warning, "warn")
    if plan is None:
        page.words(redact_text(found.reason), "strong")
        if found.client_text:
            page.heading("The client says")
            page.words(redact_text(found.client_text), "quote")
        return page.doc(f"Cannot {NAMES.get(name, name)} now" if not found.done else "Done")
    if not plan.calls and not plan.changes:
        page.words("Nothing has to be sent or changed.", "strong")
    if plan.calls:
        page.heading("Would be sent")
        for call in plan.calls:
            page.fact(Fact(call.method, redact_text(call.url)), "strong", 8)
            when = f" · {call.condition}" if call.condition else ""
            text = redact_text(f"{call.purpose}{when} · with {call.carries}")
            page.lines += note(safe(text), width, "muted", 10)
    if plan.changes:
        page.heading("Would change on this machine")
        for change in plan.changes:
            page.fact(Fact(change.place, redact_text(change.what)), "strong", 16)
    for text in plan.warnings:
        page.lines += [BLANK, *note("! " + safe(redact_text(text)), width, "warn", 2)]
    page.lines += [BLANK, Line((Span("  Nothing has been sent or changed so far.", "faint"),))]
    return page.doc(f"{NAMES.get(name, name).capitalize()}?")


class PreviewScreen(Sheet):
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
    def hints_now(self) -> tuple[tuple[str, str, str], ...]:
        """The yes says where things go."""
        back = ("esc", "back; nothing is done", "leave")
        plan = self.plan
        if self.locked or plan is None:
            return (("esc", "back", "leave"), ("c", "copy", "copy"))
        hosts = ", ".join(safe(host, 80) for host in plan.hosts)
        words = f"yes, send to {hosts}" if hosts else "yes, change it"
        return (("y", words, "yes"), back, ("c", "copy", "copy"))

    def action_yes(self) -> None:
        """Agree."""
        if self.locked:
            self.owner.say(self.locked, "warn")
        else:
            self.dismiss("yes")
