"""Recording what the app shows: started and ended by one key, shown in the header meanwhile."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from authtui.redaction import redact_text
from authtui.tui.revealing import Revealing

if TYPE_CHECKING:
    from collections.abc import Callable

    from authtui.model.session import AuthSession
    from authtui.model.trace.writer import TraceWriter

PROGRESS_SECONDS: Final = 0.5


class Recording(Revealing):
    """The part of the app that records. `recorder` is the writer while it does."""

    session: AuthSession[Any]
    recorder: TraceWriter | None = None
    _recorded_to = ""
    _stop_hearing: Callable[[], None] | None = None

    @property
    def recording_words(self) -> str:
        """`recording 1,204 events, 3.1 MB`; empty while nothing is recorded."""
        if self.recorder is None:
            return ""
        from authtui.model.trace.writer import size_words

        done = self.recorder.progress
        return f"recording {done.events:,} events, {size_words(done.size)}"

    def toggle_recording(self) -> None:
        """Ask for a file and record to it, or end the recording."""
        if reason := self.reason_against("record"):
            return self.say(reason, "warn")
        if self.recorder is not None:
            return self._end_recording()
        from authtui.tui.prompt import Prompt

        stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
        question = (
            "Everything that happens from now on, without secrets, ids replaced by stand-ins. A "
            "new file, readable only by you, or a trace to go on with:"
        )
        path = str(Path.cwd() / f"authtui-{stamp}.trace")
        self.push_screen(Prompt("Record a trace?", question, path), self._path_given)
        return None

    def _path_given(self, text: str | None) -> None:
        if text is None or self.recorder is not None:
            return
        path = str(Path(text).expanduser())

        def work() -> None:
            from authtui.model.trace.target import CannotRecordError
            from authtui.model.trace.writer import record

            try:
                writer, leave = record(self.session, path, os.environ)
            except CannotRecordError as error:
                said = f"not recorded: {redact_text(path)}: {error}"
                self.call_from_thread(self.say, said, "bad", 8)
            else:
                self.call_from_thread(self._begin, writer, leave, path)

        self.run_worker(work, thread=True, group="record", exit_on_error=False)

    def _begin(self, writer: TraceWriter, leave: Callable[[], None], path: str) -> None:
        self.recorder, self._recorded_to = writer, redact_text(path)
        self._stop_hearing = leave
        self.say(writer.notice or "recording; T ends it", "warn" if writer.notice else "good")
        self._watch_progress()

    def _watch_progress(self) -> None:
        if self.recorder is None:
            return
        if self.recorder.progress.ended is not None:
            self._end_recording()
            return
        self.update_frames()
        self.set_timer(PROGRESS_SECONDS, self._watch_progress)

    def _end_recording(self) -> None:
        writer = self._let_go()
        if writer is None:
            return

        def work() -> None:
            done = writer.close()
            why = f"; {done.ended}" if done.ended else ""
            said = f"✓ recorded {done.events:,} events to {self._recorded_to}{why}"
            self.call_from_thread(self.say, said, "bad" if done.failed else "good", 8)

        self.run_worker(work, thread=True, group="record", exit_on_error=False)

    def _let_go(self) -> TraceWriter | None:
        writer, self.recorder = self.recorder, None
        if self._stop_hearing is not None:
            self._stop_hearing()
            self._stop_hearing = None
        self.update_frames()
        return writer

    def on_unmount(self) -> None:
        """A recording that still runs is ended as it should."""
        writer = self._let_go()
        if writer is not None:
            writer.close()
