"""Every key of the app in one table: bindings, footer, help screen and palette are made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from textual.binding import BindingType


class Key(NamedTuple):
    """One action. `id` is what a settings file remaps; `hint` is the word in the footer.

    `rank` orders the footer, lower first; 0 keeps it out of the footer.
    """

    id: str
    keys: str
    action: str
    title: str
    help: str
    group: str
    hint: str = ""
    rank: int = 0


LOOK, MOVE, ACT, APP = "Look closer", "Move", "Do", "The app"

KEYS: Final[tuple[Key, ...]] = (
    Key(
        "details",
        "enter",
        "details",
        "Details of the selected row",
        "Why, the evidence, the fix and where the rule comes from.",
        LOOK,
        "details",
        1,
    ),
    Key(
        "verdict",
        "v",
        "verdict",
        "The whole verdict",
        "Lamps with their reasons, every surface, every generation.",
        LOOK,
        "verdict",
        2,
    ),
    Key(
        "filter",
        "slash",
        "filter",
        "Filter this pane",
        "Keep the rows that contain what you type. esc clears it.",
        LOOK,
        "filter",
        3,
    ),
    Key(
        "matrix",
        "m",
        "matrix",
        "Who says which account",
        "Everything that names an account or a user, side by side; the odd one out is marked.",
        LOOK,
        "matrix",
        8,
    ),
    Key(
        "reveal",
        "x",
        "reveal",
        "Reveal one secret for 10 seconds",
        "Shows the selected value in clear, with a banner, and hides it again by itself.",
        LOOK,
        "reveal",
        9,
    ),
    Key(
        "surface",
        "s",
        "surface",
        "Another surface",
        "Judge for codex exec, codex login status or the codex screen.",
        LOOK,
        "surface",
        10,
    ),
    Key(
        "generation",
        "g",
        "generation",
        "Every client generation",
        "What each version of the client would do with the same files; enter judges as that one.",
        LOOK,
        "clients",
        6,
    ),
    Key(
        "accounts",
        "A",
        "accounts",
        "Every home and account",
        "Whose login lies in each home, what switchers keep; who holds the same refresh token.",
        LOOK,
    ),
    Key(
        "layers",
        "i",
        "layers",
        "The configuration, layer by layer",
        "Who sets each value, on which line, and what it overrides; opens at the line at fault.",
        LOOK,
    ),
    Key(
        "whatif",
        "w",
        "whatif",
        "What if",
        "Unset, remove or set something and see what would change; nothing is touched.",
        LOOK,
        "what if",
        7,
    ),
    Key(
        "earlier",
        "comma",
        "earlier",
        "One event back",
        "Every pane shows the state as it was at that event.",
        LOOK,
    ),
    Key("later", "full_stop", "later", "One event forward", "Towards the present.", LOOK),
    Key(
        "present",
        "end",
        "present",
        "Back to the present",
        "Leave the past; in a list, go to its last row.",
        LOOK,
    ),
    Key(
        "copy",
        "c",
        "copy",
        "Copy",
        "The selected value, redacted; the fix while nothing is selected.",
        ACT,
        "copy",
        4,
    ),
    Key("copy-fix", "f", "copy_fix", "Copy the fix", "The first command of the verdict.", ACT),
    Key(
        "fix",
        "F",
        "act('fix')",
        "Repair a file",
        "Shows the difference that the fix makes in a file, and asks; a backup stays.",
        ACT,
    ),
    Key(
        "load",
        "l",
        "load",
        "Load again",
        "Read the files, variables and keyring again.",
        ACT,
        "load",
        5,
    ),
    Key(
        "register",
        "r",
        "act('register')",
        "Register an identity",
        "Shows what would be sent, to which host, and asks.",
        ACT,
        "register",
        21,
    ),
    Key(
        "assert",
        "a",
        "act('assert')",
        "Send one request",
        "One small request with the credential; its answer lights the lamp `accepted`. Asks first.",
        ACT,
        "assert",
        22,
    ),
    Key(
        "logout",
        "o",
        "act('logout')",
        "Log out",
        "Shows what would be revoked and removed, and asks; a backup stays.",
        ACT,
        "logout",
        23,
    ),
    Key(
        "refresh",
        "R",
        "act('refresh')",
        "Refresh the tokens",
        "Uses up the refresh token. Shows what would be sent and replaced, and asks.",
        ACT,
    ),
    Key(
        "restore",
        "u",
        "act('restore')",
        "Put a backup back",
        "Undoes the last change of the stored login. Asks first.",
        ACT,
    ),
    Key(
        "load-live",
        "L",
        "act('load')",
        "Load as a start would",
        "Also fetches what the client fetches when it starts. Asks first.",
        ACT,
    ),
    Key("cancel", "escape", "cancel", "Cancel", "Stops the step that is under way.", ACT),
    Key(
        "pause",
        "p",
        "pause",
        "Hold the requests still",
        "The list stops following; again, and it goes on. Nothing is lost.",
        ACT,
    ),
    Key(
        "copy-curl",
        "C",
        "copy_curl",
        "Copy as curl",
        "The selected request as a command; secrets are variables in it.",
        ACT,
    ),
    Key(
        "export",
        "e",
        "export",
        "Export the requests",
        "As a HAR file, redacted; shows the path first.",
        ACT,
        "export",
        24,
    ),
    Key(
        "report",
        "E",
        "report",
        "Report for a ticket",
        "Redacted, with stand-ins; every byte is shown before it is written.",
        ACT,
        "report",
        25,
    ),
    Key(
        "record",
        "T",
        "record",
        "Record a trace",
        "Everything that happens, redacted, into a file that `authtui open` shows; again ends it.",
        ACT,
        "record",
        26,
    ),
    Key(
        "theme",
        "t",
        "theme",
        "Next theme",
        "Dark, light, the terminal's own colours.",
        APP,
        "theme",
        11,
    ),
    Key(
        "help",
        "question_mark,f1",
        "help",
        "Keys and words",
        "This list; type to search it.",
        APP,
        "help",
        12,
    ),
    Key("quit", "q,ctrl+q", "quit", "Quit", "Leaves everything as it was.", APP, "quit", 13),
    Key(
        "pane-sources",
        "1",
        "pane('sources')",
        "Sources",
        "Every source of a credential, in the client's order.",
        MOVE,
    ),
    Key(
        "pane-claims",
        "2",
        "pane('claims')",
        "Claims",
        "What the tokens say about themselves.",
        MOVE,
    ),
    Key("pane-checks", "3", "pane('checks')", "Checks", "What was checked; failures first.", MOVE),
    Key("pane-requests", "4", "pane('requests')", "Requests", "What went over the wire.", MOVE),
    Key("pane-events", "5", "pane('events')", "Events", "What happened, in order.", MOVE),
    Key("next-pane", "tab", "step_pane(1)", "Next pane", "", MOVE),
    Key("previous-pane", "shift+tab", "step_pane(-1)", "Previous pane", "", MOVE),
    Key(
        "next-token",
        "right_square_bracket,right",
        "step_token(1)",
        "Next token",
        "The next tab of the claims.",
        MOVE,
    ),
    Key(
        "previous-token",
        "left_square_bracket,left",
        "step_token(-1)",
        "Previous token",
        "The previous tab of the claims.",
        MOVE,
    ),
)

LIST_KEYS: Final[tuple[Key, ...]] = (
    Key("down", "down,j", "cursor(1)", "Next row", "", MOVE),
    Key("up", "up,k", "cursor(-1)", "Previous row", "", MOVE),
    Key("page-down", "pagedown,space", "page(1)", "A page down", "", MOVE),
    Key("page-up", "pageup", "page(-1)", "A page up", "", MOVE),
    Key("first", "home", "edge(-1)", "First row", "", MOVE),
)

KEY_NAMES: Final = {
    "slash": "/",
    "question_mark": "?",
    "full_stop": ".",
    "comma": ",",
    "colon": ":",
    "semicolon": ";",
    "apostrophe": "'",
    "plus": "+",
    "minus": "-",
    "equals_sign": "=",
    "greater_than_sign": ">",
    "less_than_sign": "<",
    "enter": "⏎",
    "right_square_bracket": "]",
    "left_square_bracket": "[",
    "escape": "esc",
    "down": "↓",
    "up": "↑",
    "left": "←",
    "right": "→",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "home": "Home",
    "end": "End",
    "tab": "Tab",
    "shift+tab": "⇧Tab",
    "ctrl+q": "^q",
    "ctrl+p": "^p",
    "ctrl+c": "^c",
    "f1": "F1",
    "space": "Space",
}


_CHANGES_NOTHING: Final = frozenset({"copy", "copy-fix", "copy-curl", "cancel", "pause"})


def changes_something(action: str) -> bool:
    """Whether an action reads anew, sends or writes: what a read-only app refuses."""
    return any(k.action == action and k.id not in _CHANGES_NOTHING for k in KEYS if k.group == ACT)


def bindings(keys: Iterable[Key], *, first: str = "") -> list[BindingType]:
    """Bindings as Textual has them; the key of the id `first` goes before the focused pane's."""
    from textual.binding import Binding  # whoever lists the keys needs no Textual

    return [
        Binding(key.keys, key.action, key.title, id=key.id, show=False, priority=key.id == first)
        for key in keys
    ]


def shown(keys: str) -> str:
    """`slash` as `/`, `down,j` as `↓ j`."""
    return " ".join(KEY_NAMES.get(key, key) for key in keys.split(","))


def mapped(name: str, keys: str, keymap: Mapping[str, str]) -> str:
    """The keys of the action of an id after the user's own key map, as they may be shown."""
    from authtui.tui.lines import safe

    return safe(keymap.get(name, keys), 40)
