"""Requests handed on as a HAR file, after a look at its path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.tui.dialogs.prompt import Prompt, new_path

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authtui.exchanges.records import RequestRecord
    from authtui.tui.owner import Owner


def ask_export(app: Owner) -> None:
    """Show where the file would be written, and what stands in it; enter writes."""
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
