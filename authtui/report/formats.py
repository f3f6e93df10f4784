"""The three formats of a report, by name; each makes the whole text of a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from authtui.report.model import Report

FORMATS: Final = ("md", "json", "svg")
TITLES: Final = {"md": "Markdown", "json": "JSON", "svg": "SVG picture"}


def render(report: Report, name: str) -> str:
    """The text of a format, which ends with a line end and holds no other control character."""
    if name == "json":
        from authtui.report.as_json import as_json

        return as_json(report)
    if name == "svg":
        from authtui.report.as_svg import as_svg

        return as_svg(report)
    from authtui.report.as_markdown import as_markdown

    return as_markdown(report)


def file_bytes(text: str) -> bytes:
    """The very bytes of the file."""
    return text.encode("utf-8", "replace")
