"""Recording a trace: started and ended by one key, shown in the header meanwhile."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from authtui.trace.writer import TraceWriter
    from authtui.tui.app import AuthtuiApp

PROGRESS_SECONDS: Final = 0.5


class Recording:
    """`writer` writes the trace; None while nothing is recorded."""

    def __init__(self, app: AuthtuiApp) -> None:
        """Nothing is recorded at first."""
        self.writer: TraceWriter | None = None
        self._app = app
        self._path = ""
        self._unsubscribe: Callable[[], None] | None = None

    @property
    def words(self) -> str:
        """`recording 1,204 events, 3.1 MB`; empty while nothing is recorded."""
        if self.writer is None:
            return ""
        from authtui.trace.writer import size_words

        done = self.writer.progress
        return f"recording {done.events:,} events, {size_words(done.size)}"

    def toggle(self) -> None:
        """Ask for a file and record to it, or end the recording."""
        if reason := self._app.reason_against("record"):
            self._app.say(reason, "warn")
        elif self.writer is not None:
            self._end()
        else:
            from authtui.tui.dialogs.prompt import Prompt, new_path

            question = (
                "Everything that happens from now on, without secrets, ids replaced by stand-ins. "
                "A new file, readable only by you, or an existing trace to append to:"
            )
            path = new_path(f"authtui-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.trace")
            self._app.push_screen(Prompt("Record a trace?", question, path), self._begin)

    def _begin(self, text: str | None) -> None:
        if text is None or self.writer is not None:
            return
        app = self._app

        def work() -> None:
            from authtui.trace.target import CannotRecordError
            from authtui.trace.writer import record

            try:
                path = str(Path(text).expanduser())
                writer, unsubscribe = record(app.session, path, os.environ)
            except (CannotRecordError, RuntimeError) as error:  # RuntimeError: no such user's home
                app.call_from_thread(app.say, f"not recorded: {text}: {error}", "bad", 8)
            else:
                app.call_from_thread(self._begun, writer, unsubscribe, path)

        app.run_worker(work, thread=True, group="record", exit_on_error=False)

    def _begun(self, writer: TraceWriter, unsubscribe: Callable[[], None], path: str) -> None:
        self.writer, self._path = writer, path
        self._unsubscribe = unsubscribe
        self._app.say(writer.notice or "recording; T ends it", "warn" if writer.notice else "good")
        self._watch_progress()

    def _watch_progress(self) -> None:
        if self.writer is None:
            return
        if self.writer.progress.ended is not None:
            self._end()
            return
        self._app.update_frames()
        self._app.set_timer(PROGRESS_SECONDS, self._watch_progress)

    def _end(self) -> None:
        writer, app = self._let_go(), self._app
        if writer is None:
            return

        def work() -> None:
            done = writer.close()
            why = f"; {done.ended}" if done.ended else ""
            said = f"✓ recorded {done.events:,} events to {self._path}{why}"
            app.call_from_thread(app.say, said, "bad" if done.failed else "good", 8)

        app.run_worker(work, thread=True, group="record", exit_on_error=False)

    def _let_go(self) -> TraceWriter | None:
        writer, self.writer = self.writer, None
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        self._app.update_frames()
        return writer

    def close(self) -> None:
        """The app ends: a recording that still runs is ended as it should."""
        writer = self._let_go()
        if writer is not None:
            writer.close()
