"""The formats of a report: Markdown, JSON (here) and SVG; each is the whole text of a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from authtui.report.schema import Report

FORMATS: Final = ("md", "json", "svg")
TITLES: Final = {"md": "Markdown", "json": "JSON", "svg": "SVG picture"}


def render(report: Report, name: str) -> str:
    """The report in a format; it ends with a line end and has no other control characters."""
    if name == "json":
        import json

        return json.dumps(_plain(report), ensure_ascii=False, indent=1) + "\n"
    if name == "svg":
        from authtui.report.as_svg import as_svg

        return as_svg(report)
    from authtui.report.as_markdown import as_markdown

    return as_markdown(report)


def _plain(value: object) -> object:
    if hasattr(value, "_fields"):
        return {name: _plain(getattr(value, name)) for name in value._fields}
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def file_bytes(text: str) -> bytes:
    """The bytes of the file."""
    return text.encode("utf-8", "replace")
