"""The keys of a trace on show: those of the desk that look, and those that travel in time."""

from __future__ import annotations

from typing import Final

from authtui.tui.keys import APP, KEYS, LOOK, MOVE, Key

TIME: Final = "Travel in time"
_LOOKING: Final = frozenset(
    [
        "details", "verdict", "filter", "matrix", "copy", "copy-fix", "copy-curl", "theme", "help",
        "quit",
    ]
)  # fmt: skip

_TRAVEL: Final[tuple[Key, ...]] = (
    Key(
        "play",
        "space,p",
        "play",
        "Play or pause",
        "Events follow one another as they did; waits of more than two seconds are cut short.",
        TIME,
        "play",
        1,
    ),
    Key("later", "full_stop", "later", "One event forward", "Every pane follows.", TIME, "step", 2),
    Key("earlier", "comma", "earlier", "One event back", "Every pane follows.", TIME, "back", 3),
    Key(
        "next-failure",
        "n",
        "failure(1)",
        "To the next failure",
        "What failed, was refused, or was answered with an error that matters.",
        TIME,
        "failure",
        4,
    ),
    Key("previous-failure", "N", "failure(-1)", "To the failure before", "", TIME),
    Key(
        "go-to",
        "colon",
        "go_to",
        "Go to …",
        "A number, a time (12:01:07), a part of the whole (50%), or words to search for.",
        TIME,
        "go to",
        5,
    ),
    Key("again", "semicolon", "again(1)", "Search again", "The same words, further on.", TIME),
    Key("back-again", "apostrophe", "again(-1)", "Search back", "The same words, before.", TIME),
    Key(
        "kind",
        "K",
        "kind",
        "To the next event of a kind",
        "Lists what happened, and how often.",
        TIME,
    ),
    Key("next-alike", "greater_than_sign", "alike(1)", "To the next like this", "", TIME),
    Key("previous-alike", "less_than_sign", "alike(-1)", "To the one before", "", TIME),
    Key("faster", "plus,equals_sign", "speed(1)", "Play faster", "Up to 1024 times.", TIME),
    Key("slower", "minus", "speed(-1)", "Play slower", "Down to a quarter.", TIME),
    Key("first-event", "0", "first", "To the first event", "", TIME),
    Key("present", "end", "present", "To the last event", "", TIME),
)


_TIMELINE: Final = Key(
    "timeline",
    "6",
    "timeline",
    "The timeline",
    "Then ← → and PgUp PgDn move along it; with the mouse, click or drag.",
    MOVE,
)
_COMPARE: Final = Key(
    "compare",
    "d",
    "compare",
    "Two traces side by side",
    "What differs first; only where two were opened.",
    LOOK,
)


def _kept(key: Key) -> Key:
    # Behind the keys of time in the footer.
    behind = 20 if key.group == APP else 10
    return key._replace(rank=key.rank + behind if key.rank else 0)


REPLAY_KEYS: Final[tuple[Key, ...]] = (
    *_TRAVEL,
    _COMPARE,
    *(_kept(key) for key in KEYS if key.id in _LOOKING or key.group == MOVE),
    _TIMELINE,
)
