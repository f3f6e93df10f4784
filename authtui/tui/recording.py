"""Recording a trace: started and ended by one key, shown in the header meanwhile."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from authtui.tui.messages import FrameChanged, Say

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.dom import DOMNode

    from authtui.model.session import AuthSession
    from authtui.trace.writer import TraceWriter

PROGRESS_SECONDS: Final = 0.5


class Recording:
    """`writer` writes the trace; None while nothing is recorded."""

    def __init__(self, node: DOMNode) -> None:
        """`node` runs the threads, and hears what is said."""
        self.writer: TraceWriter | None = None
        self._node = node
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

    def begin(self, session: AuthSession[Any], text: str) -> None:
        """Record a session into the file that the user typed."""
        if self.writer is not None:
            return

        def work() -> None:
            from authtui.trace.target import CannotRecordError
            from authtui.trace.writer import record

            try:
                path = str(Path(text).expanduser())
                writer, unsubscribe = record(session, path, os.environ)
            except (CannotRecordError, RuntimeError) as error:  # RuntimeError: no such user's home
                self._node.post_message(Say(f"not recorded: {text}: {error}", "bad", 8))
            else:
                self._node.app.call_from_thread(self._begun, writer, unsubscribe, path)

        self._node.run_worker(work, thread=True, group="record", exit_on_error=False)

    def _begun(self, writer: TraceWriter, unsubscribe: Callable[[], None], path: str) -> None:
        self.writer, self._path = writer, path
        self._unsubscribe = unsubscribe
        said = writer.notice or "recording; T ends it"
        self._node.post_message(Say(said, "warn" if writer.notice else "good"))
        self._watch_progress()

    def _watch_progress(self) -> None:
        if self.writer is None:
            return
        if self.writer.progress.ended is not None:
            self.end()
            return
        self._node.post_message(FrameChanged())
        self._node.set_timer(PROGRESS_SECONDS, self._watch_progress)

    def end(self) -> None:
        """End the recording, and say what is in the file."""
        writer = self._let_go()
        if writer is None:
            return

        def work() -> None:
            done = writer.close()
            why = f"; {done.ended}" if done.ended else ""
            said = f"✓ recorded {done.events:,} events to {self._path}{why}"
            self._node.post_message(Say(said, "bad" if done.failed else "good", 8))

        self._node.run_worker(work, thread=True, group="record", exit_on_error=False)

    def _let_go(self) -> TraceWriter | None:
        writer, self.writer = self.writer, None
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        self._node.post_message(FrameChanged())
        return writer

    def close(self) -> None:
        """End a recording that still runs, because the app ends."""
        writer = self._let_go()
        if writer is not None:
            writer.close()
