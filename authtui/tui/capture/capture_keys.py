"""The keys of a capture, beside those of every desk."""

from __future__ import annotations

from typing import Final

from authtui.tui.keys import ACT, MOVE, Key

CAPTURE_KEYS: Final[tuple[Key, ...]] = (
    Key(
        "stop-program",
        "K,ctrl+c",
        "stop_program",
        "End the program",
        "As Ctrl-C in a shell: first gently. authtui stays, so that you can read.",
        ACT,
        "end it",
        3,
    ),
    Key(
        "again",
        "n",
        "again",
        "Start it again",
        "The same command, judged by what is stored now.",
        ACT,
        "again",
        4,
    ),
    Key(
        "pane-compare",
        "6",
        "pane('compare')",
        "Predicted / observed",
        "What the program was expected to send and do, beside what it did.",
        MOVE,
    ),
    Key(
        "pane-program",
        "7",
        "pane('program')",
        "Program",
        "What the watched program says, and what was overridden for it.",
        MOVE,
    ),
)
