"""What the fix would change in a file, as a difference, before anything is changed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding

from authtui.lifecycle.repairs import apply_repair, difference_of, repairs_of
from authtui.tui.dialogs.dialog import BACK, YES, Dialog, Hint
from authtui.tui.lines import BLANK, Doc, safe
from authtui.tui.views.context import ViewContext, note
from authtui.tui.views.detail_page import DetailPage

if TYPE_CHECKING:
    from textual.binding import BindingType

    from authtui.lifecycle.repairs import FileRepair
    from authtui.tui.owner import Owner

_TONES = {"-": "bad", "+": "good", "@": "faint"}


def repair_doc(repair: FileRepair, place: str, view: ViewContext, width: int) -> Doc:
    """The difference, whose file it is, and what it leads to."""
    page = DetailPage(view, width)
    page.words(repair.fix.text, "strong")
    page.heading(f"Would change in {safe(repair.path, 300)}")
    for line in difference_of(repair)[2:]:
        tone = _TONES.get(line[:1], "muted")
        page.lines += note(safe(line), width, tone, 2)
    page.lines.append(BLANK)
    if repair.owner is not None:
        page.words(f"This file belongs to {repair.owner}; it stays theirs.", "warn")
    if repair.fix.leads_to is not None:
        page.words(f"As simulated, it leads to: {repair.fix.then or 'ready'}")
    page.words("What stands there is kept as a backup; u puts it back.", "faint")
    page.words("Nothing is changed so far.", "faint")
    return page.doc(f"Repair a file?{place}")


class RepairScreen(Dialog):
    """One repair at a time, and a yes that names the file."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "yes", "Do it", id="yes"),
        Binding("n", "next", "The next repair"),
    ]

    def __init__(self, repairs: tuple[FileRepair, ...]) -> None:
        """Start with the one that leads furthest."""
        super().__init__(self._doc)
        self.repairs = repairs
        self.chosen = 0

    @property
    def repair(self) -> FileRepair:
        """The one on show."""
        return self.repairs[self.chosen]

    def _doc(self, view: ViewContext, width: int) -> Doc:
        count = len(self.repairs)
        place = f" ({self.chosen + 1} of {count})" if count > 1 else ""
        return repair_doc(self.repair, place, view, width)

    @property
    def hints(self) -> tuple[Hint, ...]:
        """The yes says which file is changed."""
        name = safe(self.repair.path.rpartition("/")[2], 40)
        another = (Hint("n", "another", "next"),) if len(self.repairs) > 1 else ()
        yes = YES._replace(words=f"yes, change {name}")
        return (yes, *another, BACK._replace(words="back; nothing is done"))

    def action_yes(self) -> None:
        """Agree to the repair on show."""
        self.dismiss("yes")

    def action_next(self) -> None:
        """Show the next repair, and after the last the first."""
        self.chosen = (self.chosen + 1) % len(self.repairs)
        self.update_all()


def offer_repairs(owner: Owner) -> None:
    """Read the files that the fixes of the verdict edit, show the change, and ask."""
    state = owner.shown_state()
    found, seen = state.assessment, state.observation
    if found is None or seen is None:
        return

    def work() -> None:
        repairs = tuple(repairs_of(found.verdict.fix, seen))
        owner.call_from_thread(_show, owner, repairs)

    owner.run_thread(work, "repair")


def _show(owner: Owner, repairs: tuple[FileRepair, ...]) -> None:
    if not repairs:
        owner.say("nothing here can be repaired by editing a file; v tells what to do", "muted")
        return
    screen = RepairScreen(repairs)

    def answered(answer: str | None) -> None:
        if answer == "yes":
            owner.run_thread(lambda: _apply(owner, screen.repair), "repair")

    owner.push_screen(screen, answered)


def _apply(owner: Owner, repair: FileRepair) -> None:
    from authtui.credentials.store_writer import WriteFailure

    done = apply_repair(repair, datetime.now(UTC))
    if isinstance(done, WriteFailure):
        owner.call_from_thread(owner.say, f"not changed: {safe(done.sentence, 300)}", "bad", 8)
        return
    kept = f"; the old one is {safe(done.backup, 200)}" if done.backup else ""
    owner.call_from_thread(owner.say, f"✓ changed {safe(repair.path, 200)}{kept}", "good", 8)
    owner.call_from_thread(owner.load, "fix")
