"""The keys that a story adds to those of the app."""

from __future__ import annotations

from typing import Final

from authtui.tui.keys import Key

STORY: Final = "The story"

STORY_KEYS: Final[tuple[Key, ...]] = (
    Key("story-next", "n", "story_next", "Next page", "Plays on, or looks forward.", STORY, "next"),
    Key(
        "story-back",
        "b",
        "story_back",
        "Page before",
        "Every pane shows that earlier moment; nothing is undone.",
        STORY,
        "back",
    ),
    Key(
        "story-fix",
        "y",
        "story_fix",
        "Do the fix",
        "On the throw-away home of the story, nowhere else.",
        STORY,
        "do it",
    ),
    Key(
        "story-restart",
        "0",
        "story_restart",
        "Start the story again",
        "With a new throw-away home.",
        STORY,
        "restart",
    ),
    Key(
        "story-play",
        "P",
        "story_play",
        "Play by itself, or pause",
        "For presenting: pages turn by themselves, fixes included.",
        STORY,
        "auto-play",
    ),
    Key("story-faster", "plus,equals_sign", "story_pace(-1)", "Faster", "", STORY),
    Key("story-slower", "minus", "story_pace(1)", "Slower", "", STORY),
    Key("story-menu", "escape", "story_menu", "All stories", "Back to the menu.", STORY, "stories"),
)
