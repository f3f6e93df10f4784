"""The screen of experiments; `w` opens it. The same observation, changed on paper, judged anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding

from authtui.assessment.experiment import FORCED
from authtui.tui.dialogs.dialog import BACK, COPY, FILTER, Dialog, Hint
from authtui.tui.dialogs.prompt import Prompt
from authtui.tui.views.whatif import toggles_of, whatif_doc

if TYPE_CHECKING:
    from textual.binding import BindingType

    from authtui.answers.findings import Assessment
    from authtui.tui.lines import Doc
    from authtui.tui.pane import Pane
    from authtui.tui.views.context import ViewContext


class WhatIfScreen(Dialog):
    """Switches, and what they would change."""

    WIDE: ClassVar[bool] = True
    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "choose", "Switch", priority=True)]
    HINTS: ClassVar[tuple[Hint, ...]] = (
        Hint("⏎ space", "switch", "choose"),
        COPY,
        FILTER,
        BACK._replace(words="back; nothing was changed"),
    )

    def __init__(self) -> None:
        """Start with everything as it is."""
        super().__init__(self._doc)
        self.chosen: frozenset[str] = frozenset()
        self.added: tuple[str, ...] = ()

    def _doc(self, view: ViewContext, width: int) -> Doc:
        seen = view.state.observation
        toggles = toggles_of(seen, self.added) if seen is not None else ()
        after, problem = self._after(view)
        return whatif_doc(toggles, self.chosen, view.assessment, after, width, problem)

    def _after(self, view: ViewContext) -> tuple[Assessment | None, str]:
        from authtui.assessment.experiment import apply, assess_other

        seen = view.state.observation
        if seen is None or view.assessment is None or not self.chosen:
            return None, ""
        given = [text for text in self.added if text in self.chosen]
        without = [key for key in self.chosen if key not in self.added]
        # A whole file taken away has none of its keys left to take away.
        if "config.toml" in without:
            without = [key for key in without if not key.startswith("config:")]
        changed = apply(seen, without, given)
        if isinstance(changed, str):
            return None, changed
        return assess_other(changed, self.owner.session.options, view.assessment), ""

    def action_choose(self) -> None:
        """Space is a letter while a filter is typed."""
        if self.pane.typing:
            self.pane.filter(self.pane.needle + " ")
        else:
            super().action_choose()

    def on_pane_chosen(self, event: Pane.Chosen) -> None:
        """Switch, or ask what to set."""
        event.stop()
        key = event.item.key
        if key == "+set":
            question = "A variable as NAME=VALUE, or a configuration key as config:KEY=VALUE."
            self.app.push_screen(Prompt("Set what?", question), self._add)
        elif key == "+workspace":
            question = "The id of the workspace that forced_chatgpt_workspace_id would name."
            self.app.push_screen(Prompt("Force which workspace?", question), self._force)
        else:
            self.chosen = self.chosen ^ {key}
            self.update_all()

    def _force(self, text: str | None) -> None:
        self._add(None if text is None else f"{FORCED}={text}")

    def _add(self, text: str | None) -> None:
        if text is None:
            return
        name, equals, _ = text.partition("=")
        if not name or not equals:
            self.owner.say("expected NAME=VALUE", "warn")
            return
        kept = [given for given in self.added if given.partition("=")[0] != name]
        self.chosen = self.chosen - set(self.added) | (self.chosen & set(kept)) | {text}
        self.added = (*kept, text)
        self.update_all()
