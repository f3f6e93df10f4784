"""The generated parts of the project's pages: `python -m tests.architecture.readme_tables`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.architecture import house
from tests.distribution import dependencies
from tests.oracle.untold import figures as untold_figures

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ROOT: Final = Path(__file__).parents[2]


def untold() -> str:
    """How often the client names what has to change, and how often the verdict does."""
    rows = [
        f"| {row.kind} | {row.runs} | {row.client} | {row.authtui} |" for row in untold_figures()
    ]
    head = "| recorded runs of `exec` | runs | the client names the cause in | authtui in |"
    return "\n".join([head, "|---|---|---|---|", *rows])


PAGES: Final[Mapping[str, Mapping[str, Callable[[], str]]]] = {
    "authtui/README.md": {
        "house": house.as_markdown,
        "files": house.files_as_markdown,
        "dependencies": dependencies.as_markdown,
    },
    "tests/oracle/README.md": {"untold": untold},
}
"""The pages, and what makes the part between each pair of marks."""


def filled(page: str, text: str) -> str:
    """The text of a page with every part between its marks made anew."""
    for name, make in PAGES[page].items():
        begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
        head, _, rest = text.partition(begin)
        text = f"{head}{begin}\n{make()}\n{end}{rest.partition(end)[2]}"
    return text


if __name__ == "__main__":
    for page in PAGES:
        path = ROOT / page
        path.write_text(filled(page, path.read_text(encoding="utf-8")), encoding="utf-8")
