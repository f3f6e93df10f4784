"""An error that nobody expected: a redacted log of it, and one sentence for the user."""

from __future__ import annotations

import os
import traceback
from pathlib import Path

from authtui.directories import state_dir
from authtui.redaction import redacted_lines


def report_crash(error: BaseException) -> str:
    """Write a redacted traceback to the state directory; returns the sentence for the user.

    Only the kinds of the errors and the lines of code are kept: an exception's text may hold
    outside data.
    """
    lines = []
    current: BaseException | None = error
    while current is not None:
        lines.append(type(current).__name__)
        lines += [
            f"  {Path(frame.filename).name}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(current.__traceback__)
        ]
        current = current.__cause__ or current.__context__
    text = "\n".join(redacted_lines("\n".join(lines)))
    try:
        folder = state_dir(os.environ)
        folder.mkdir(parents=True, exist_ok=True)
        log = folder / "crash.log"
        log.write_text(text + "\n", encoding="utf-8")
    except OSError:
        return f"authtui: a bug in authtui ({type(error).__name__}); no log could be written"
    return f"authtui: a bug in authtui ({type(error).__name__}); the redacted log is {log}"
