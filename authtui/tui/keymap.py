"""The user's own key map held against every action that there is, on whatever screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authtui.tui.capture.capture_keys import CAPTURE_KEYS
from authtui.tui.keys import KEYS, LIST_KEYS
from authtui.tui.lines import safe
from authtui.tui.replay.replay_keys import REPLAY_KEYS
from authtui.tui.story.story_keys import STORY_KEYS

if TYPE_CHECKING:
    from collections.abc import Mapping

_OF_DIALOGS: Final = frozenset(
    ["back", "yes", "next-difference", "previous-difference", "show-a", "show-b"]
)


def unknown_ids(keymap: Mapping[str, str]) -> tuple[str, ...]:
    """What a key map names that is no action of ours, as sentences."""
    if not keymap:
        return ()
    own = (*KEYS, *CAPTURE_KEYS, *LIST_KEYS, *STORY_KEYS, *REPLAY_KEYS)
    known = {key.id for key in own} | _OF_DIALOGS
    return tuple(f"keymap.{safe(name, 40)}: no such action" for name in keymap if name not in known)
