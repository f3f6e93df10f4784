"""Every key there is, on whatever screen, and the user's own key map held against them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authtui.tui.capture.capture_keys import CAPTURE_KEYS
from authtui.tui.keys import KEYS, LIST_KEYS, Key
from authtui.tui.replay.replay_keys import REPLAY_KEYS
from authtui.tui.story.story_keys import STORY_KEYS

if TYPE_CHECKING:
    from collections.abc import Mapping

EVERY_KEY: Final[Mapping[str, tuple[Key, ...]]] = {
    "The app": (*KEYS, *LIST_KEYS),
    "A capture": CAPTURE_KEYS,
    "A trace": tuple(key for key in REPLAY_KEYS if key.id not in {known.id for known in KEYS}),
    "A story": STORY_KEYS,
}
"""The keys of each face of the app; of the others those that they add to the first."""
_OF_DIALOGS: Final = frozenset(
    ["back", "yes", "next-difference", "previous-difference", "show-a", "show-b"]
)


def unknown_ids(keymap: Mapping[str, str]) -> tuple[str, ...]:
    """What a key map names that is no action of ours, as sentences."""
    if not keymap:
        return ()
    from authtui.tui.lines import safe  # whoever lists the keys needs no Rich

    known = {key.id for keys in EVERY_KEY.values() for key in keys} | _OF_DIALOGS
    return tuple(f"keymap.{safe(name, 40)}: no such action" for name in keymap if name not in known)
