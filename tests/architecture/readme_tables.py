"""README.md's tables made from the program: `python -m tests.architecture.readme_tables`."""

from __future__ import annotations

import re
from pathlib import Path

from authtui.checks.failure_modes import failure_modes
from authtui.tui.keys import KEYS, shown
from tests.architecture import differences, house
from tests.distribution import dependencies
from tests.oracle.untold import figures as untold_figures

README = Path(__file__).parents[2] / "README.md"


def modes() -> str:
    """The failure modes that local state shows, and how many it cannot show."""
    table = failure_modes()
    rows = [
        f"| {rank} | {title} | {', '.join(f'`{name}`' for name in ids)} |"
        for rank, title, ids in table
        if ids
    ]
    beyond = [title for _, title, ids in table if not ids]
    lines = ["| rank | what went wrong | recognised by |", "|---|---|---|", *rows]
    if beyond:
        lines += [
            "",
            f"The other {len(beyond)} show only in an answer of a server or in another "
            "program: " + "; ".join(beyond) + ".",
        ]
    return "\n".join(lines)


def keys() -> str:
    """Every key of the main screen."""
    rows = [f"| `{shown(key.keys)}` | {key.title} | {key.help} |" for key in KEYS]
    return "\n".join(["| key | does | |", "|---|---|---|", *rows])


def untold() -> str:
    """How often the client names what has to change, and how often the verdict does."""
    rows = [
        f"| {row.kind} | {row.runs} | {row.client} | {row.authtui} |" for row in untold_figures()
    ]
    head = "| recorded runs of `exec` | runs | the client names the cause in | authtui in |"
    return "\n".join([head, "|---|---|---|---|", *rows])


TABLES = {
    "modes": modes,
    "keys": keys,
    "generations": differences.as_markdown,
    "untold": untold,
    "dependencies": dependencies.as_markdown,
    "house": house.as_markdown,
}


def filled(text: str) -> str:
    """The text with every table between its marks made anew."""
    for name, make in TABLES.items():
        begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
        block = f"{begin}\n{make()}\n{end}"
        text = re.sub(f"{begin}.*?{end}", lambda _, block=block: block, text, flags=re.DOTALL)  # type: ignore[misc]
    return text


if __name__ == "__main__":
    README.write_text(filled(README.read_text(encoding="utf-8")), encoding="utf-8")
