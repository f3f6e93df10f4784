"""The screen that lists every home and every copy of a login on this machine; `A` opens it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from authtui.tui.dialogs.dialog import BACK, COPY, FILTER, Dialog, Hint
from authtui.tui.views.accounts import accounts_doc

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from authtui.assessment.accounts import HomeAccount
    from authtui.tui.lines import Doc
    from authtui.tui.pane import Pane
    from authtui.tui.views.context import ViewContext


class AccountsScreen(Dialog):
    """One row a place; it is read by a worker, and once."""

    WIDE: ClassVar[bool] = True
    HINTS: ClassVar[tuple[Hint, ...]] = (COPY, FILTER, BACK)

    def __init__(self, read: Callable[[], Sequence[HomeAccount]]) -> None:
        """`read` may take its time: it looks at every home."""
        super().__init__(self._doc)
        self.rows: Sequence[HomeAccount] | None = None
        self._read = read

    def _doc(self, view: ViewContext, width: int) -> Doc:
        return accounts_doc(self.rows, view, width)

    def on_mount(self) -> None:
        """Start to look as soon as it is shown."""
        app = self.owner

        def work() -> None:
            app.call_from_thread(self._done, self._read())

        app.run_thread(work, "accounts")

    def _done(self, rows: Sequence[HomeAccount]) -> None:
        self.rows = rows
        self.update_all()

    def on_pane_chosen(self, event: Pane.Chosen) -> None:
        """Enter copies what `c` copies: the place."""
        event.stop()
        self.owner.copy(event.item.copy, event.item.label)
