"""The screen that sets the generations of the client side by side; `g` opens it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from authtui.tui.dialogs.dialog import BACK, CHOOSE, COPY, FILTER, Dialog, Hint
from authtui.tui.views.generations import generations_doc

if TYPE_CHECKING:
    from authtui.assessment.generations import GenerationRow
    from authtui.machine.observation import Observation
    from authtui.simulation.forms import FormRow
    from authtui.tui.lines import Doc
    from authtui.tui.pane import Pane
    from authtui.tui.views.context import ViewContext


class GenerationsScreen(Dialog):
    """One row a generation; enter judges everything anew as that one."""

    WIDE: ClassVar[bool] = True
    HINTS: ClassVar[tuple[Hint, ...]] = (
        CHOOSE._replace(words="judge as this client"),
        COPY,
        FILTER,
        BACK,
    )

    def __init__(self) -> None:
        """The rows come from a worker."""
        super().__init__(self._doc)
        self.rows: tuple[GenerationRow, ...] | None = None
        self.forms: tuple[FormRow, ...] = ()
        self._seen: Observation | None = None

    def _doc(self, view: ViewContext, width: int) -> Doc:
        return generations_doc(self.rows, view, width, self.forms)

    def on_mount(self) -> None:
        """Start to compare as soon as it is shown."""
        self._compare()

    def update_all(self) -> None:
        """Another observation is compared anew."""
        self._compare()
        super().update_all()

    def _compare(self) -> None:
        app = self.owner
        seen = app.shown_state().observation
        if seen is None or seen is self._seen:
            return
        self._seen = seen
        options = app.session.options

        def work() -> None:
            from authtui.assessment.generations import compare_generations
            from authtui.simulation.forms import forms_here

            rows = compare_generations(seen, options)
            app.call_from_thread(self._done, rows, forms_here(seen))

        app.run_thread(work, "generations")

    def _done(self, rows: tuple[GenerationRow, ...], forms: tuple[FormRow, ...]) -> None:
        self.rows = rows
        self.forms = forms
        super().update_all()

    def on_pane_chosen(self, event: Pane.Chosen) -> None:
        """Judge as the chosen one."""
        event.stop()
        app = self.owner
        name = event.item.key
        self.dismiss(None)
        if reason := app.reason_against("generation"):
            app.say(reason, "muted")
        else:
            app.reassess(contract=name)
