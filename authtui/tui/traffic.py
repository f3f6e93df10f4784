"""The requests of a session as a live list: drained in batches, filtered, held still, handed on."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from authtui.model.events import RequestFinished, RequestStarted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authtui.exchanges.records import RequestRecord
    from authtui.exchanges.request_log import RequestLog
    from authtui.model.events import Event
    from authtui.tui.app import AuthtuiApp
    from authtui.tui.lines import Item

WAITING_KEPT: Final = 20_000
ROWS_A_FRAME: Final = 4_000
"""So many rows a filter looks at before the screen is drawn again: some milliseconds."""


class Traffic:
    """What arrived and what is shown. `paused` holds the list still; nothing is lost meanwhile."""

    def __init__(self, records: Sequence[RequestRecord] = ()) -> None:
        """Start with what the session already holds."""
        self.paused = False
        self._waiting: deque[RequestRecord] = deque(maxlen=WAITING_KEPT)
        self._first = records
        self._log: RequestLog | None = None

    @property
    def log(self) -> RequestLog:
        """The list; made, and its modules loaded, when there is something to list."""
        if self._log is None:
            from authtui.exchanges.request_log import RequestLog

            self._log = RequestLog()
            self._log.extend(self._first)
        return self._log

    @property
    def any(self) -> bool:
        """Whether anything was ever listed."""
        return self._log is not None or bool(self._first)

    def heard(self, event: Event) -> None:
        """Take note of an event; called on any thread."""
        if isinstance(event, RequestStarted | RequestFinished):
            self._waiting.append(event.request)

    @property
    def waiting(self) -> int:
        """How many changes the list does not show yet."""
        return len(self._waiting)

    def drain(self) -> None:
        """Let what has arrived into the list, in one batch."""
        if self.paused or not self._waiting:
            return
        batch = []
        while self._waiting:
            batch.append(self._waiting.popleft())
        self.log.extend(batch)

    def toggle_pause(self) -> None:
        """Hold still, or go on."""
        self.paused = not self.paused
        self.drain()

    def filter(self, text: str) -> str | None:
        """Show what a filter lets through; a sentence where it cannot be read."""
        from authtui.exchanges.request_filter import NO_FILTER, FilterProblem, parse_filter

        found = parse_filter(text) if text.strip() else NO_FILTER
        if isinstance(found, FilterProblem):
            return found.statement
        self.log.show(found, ROWS_A_FRAME)
        return None

    @property
    def filtering(self) -> bool:
        """Whether the filter has rows left to look at."""
        return self._log is not None and self._log.unseen > 0

    def continue_filter(self) -> None:
        """Let the filter look further back."""
        self.log.look_on(ROWS_A_FRAME)


def copy_curl(app: AuthtuiApp, item: Item | None) -> None:
    """The selected request as a command; its secrets are variables."""
    from authtui.exchanges.export import as_curl
    from authtui.exchanges.records import RequestRecord

    record = item.subject if item is not None else None
    if not isinstance(record, RequestRecord):
        app.say("select a request first (4 shows them)", "muted")
        return
    # Made of a record that holds no secret; redacting again would take its variables for one.
    app.copy(as_curl(record), "the request as a curl command; set its variables", redact=False)


def ask_export(app: AuthtuiApp) -> None:
    """Show where the file would be written, and what stands in it; enter writes."""
    from authtui.tui.dialogs.prompt import Prompt, new_path

    if reason := app.reason_against("export"):
        app.say(reason, "warn")
        return
    if app.traffic.any:
        app.traffic.log.look_on()
    records = app.traffic.log.rows() if app.traffic.any else ()
    if not records:
        app.say("there is no request to export yet", "muted")
        return
    seen = app.session.state.observation
    stamp = f"{seen.at:%Y%m%dT%H%M%SZ}" if seen is not None else "now"
    path = new_path(f"authtui-{stamp}.har")
    which = "the requests that the filter shows" if app.traffic.log.filter.terms else "all requests"
    question = (
        f"{len(records)} entries, {which}, as HAR 1.2: no secret in it, ids replaced by stand-ins."
        " A new file, readable only by you, would be written here:"
    )

    def answered(text: str | None) -> None:
        if text is not None:
            app.run_thread(lambda: app.call_from_thread(app.say, *_write(records, text)), "export")

    app.push_screen(Prompt("Export the requests?", question, path), answered)


def _write(records: Sequence[RequestRecord], text: str) -> tuple[str, str]:
    import json

    from authtui.exchanges.export import as_har
    from authtui.report.writing import write_new_file
    from authtui.version import __version__

    document = json.dumps(as_har(records, __version__), ensure_ascii=False, indent=1)
    problem = write_new_file(text, document.encode("utf-8", "replace"))
    if problem is not None:
        return f"not written: {problem}: {text}", "bad"
    return f"✓ wrote {len(records)} entries to {text}", "good"
