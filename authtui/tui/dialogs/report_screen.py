"""The preview of a report: every byte of the file, before it is written. `E` opens it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding

from authtui.report.formats import FORMATS, TITLES, file_bytes, render
from authtui.tui.dialogs.dialog import BACK, COPY, FILTER, YES, Dialog, Hint
from authtui.tui.dialogs.prompt import Prompt, new_path
from authtui.tui.lines import Doc, safe
from authtui.tui.views.report_text import report_doc

if TYPE_CHECKING:
    from textual.binding import BindingType

    from authtui.report.schema import Report
    from authtui.tui.owner import Owner
    from authtui.tui.views.context import ViewContext

KEY_BYTES: Final = 16


def open_report(app: Owner) -> None:
    """Make the report of the moment on show, in a thread, and show it."""
    if reason := app.reason_against("report"):
        app.say(reason, "warn")
        return
    state = app.shown_state()
    if state.observation is None or state.assessment is None:
        app.say("nothing has been read yet; l reads", "muted")
        return

    def work() -> None:
        try:
            made = make_report(app)
        except Exception as error:  # noqa: BLE001 - the border: a bug below becomes a sentence
            said = f"no report could be made: {safe(error, 200)}"
            app.call_from_thread(app.say, said, "bad", 8)
            return
        if made is not None:
            app.call_from_thread(app.push_screen, ReportScreen(made))

    app.say("making the report…", "muted", 2)
    app.run_thread(work, "report")


def make_report(app: Owner) -> Report | None:
    """The report of the moment on show; None before anything was read. Asks for the host's name."""
    from authtui.report.build import ReportInput, build
    from authtui.report.machine import read_machine

    state = app.shown_state()
    if state.observation is None or state.assessment is None:
        return None
    events = [e for e in app.session.events if app.at is None or e.sequence <= app.at]
    return build(
        ReportInput(
            state.observation,
            state.assessment,
            app.session.options,
            read_machine(os.environ, state.observation.at),
            os.urandom(KEY_BYTES),
            state.requests,
            events,
        )
    )


class ReportScreen(Dialog):
    """What would stand in the file, line by line; `y` asks for a name and writes it."""

    WIDE: ClassVar[bool] = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "write", "Write it", id="yes"),
        Binding("f", "format", "Next format"),
    ]

    def __init__(self, report: Report) -> None:
        """Show the report as Markdown at first."""
        super().__init__(self._doc)
        self.report = report
        self.format = FORMATS[0]
        self._texts: dict[str, str] = {}
        self._made: tuple[str, int, Doc] | None = None

    @property
    def text(self) -> str:
        """The text of the file in the chosen format."""
        if self.format not in self._texts:
            self._texts[self.format] = render(self.report, self.format)
        return self._texts[self.format]

    @property
    def hints(self) -> tuple[Hint, ...]:
        """The next format by name."""
        return (
            YES._replace(words="write a file", action="write"),
            COPY._replace(words="copy all"),
            Hint("f", f"as {TITLES[self._next()]}", "format"),
            FILTER,
            BACK._replace(words="back, unwritten"),
        )

    def _next(self) -> str:
        return FORMATS[(FORMATS.index(self.format) + 1) % len(FORMATS)]

    def _doc(self, view: ViewContext, width: int) -> Doc:  # noqa: ARG002 - the shape of every content
        if self._made is None or self._made[:2] != (self.format, width):
            made = report_doc(self.text, self.format, width)
            self._made = (self.format, width, made)
        return self._made[2]

    def action_format(self) -> None:
        """Markdown, JSON, picture, and round again."""
        self.format = self._next()
        self.pane.cursor = self.pane.top = 0
        self.update_all()

    def action_copy(self) -> None:
        """Copy the whole report, which was made without secrets."""
        self.owner.copy(self.text, f"the report as {TITLES[self.format]}", redact=False)

    def action_write(self) -> None:
        """Ask where to, then write exactly what is shown."""
        if reason := self.owner.reason_against("report"):
            self.owner.say(reason, "warn")
            return
        stamp = self.report.made_at.replace("-", "").replace(":", "")
        path = new_path(f"authtui-{stamp}.{self.format}")
        data = file_bytes(self.text)
        question = (
            f"{len(data):,} bytes of {TITLES[self.format]}, exactly as shown, would be written "
            "to a new file that only you can read:"
        )
        self.app.push_screen(
            Prompt("Write the report?", question, path), lambda text: self._write(text, data)
        )

    def _write(self, path: str | None, data: bytes) -> None:
        if path is None:
            return
        app = self.owner

        def work() -> None:
            from authtui.report.writing import write_new_file

            problem = write_new_file(path, data)
            shown = safe(path, 300)
            said = f"✓ wrote {len(data):,} bytes to {shown}"
            tone = "good"
            if problem is not None:
                said, tone = f"not written: {problem}: {shown}", "bad"
            app.call_from_thread(app.say, said, tone, 8)

        app.run_thread(work, "report")
