"""What the parts of the app tell it: each runs on a node of Textual's and knows nothing above."""

from __future__ import annotations

from textual.message import Message


class Say(Message):
    """Say something in the footer for a moment; may be sent from any thread."""

    def __init__(self, text: str, tone: str = "good", seconds: float = 4) -> None:
        """`seconds` is how long the text stays."""
        super().__init__()
        self.text = text
        self.tone = tone
        self.seconds = seconds


class FrameChanged(Message):
    """What stands in the header or the footer is different now."""
