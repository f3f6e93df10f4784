"""Two themes of our own and one of the terminal's sixteen colours: tones to styles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.style import Style
from textual.theme import BUILTIN_THEMES, Theme

from authtui.colours import DARK, LIGHT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authtui.colours import Palette


def _tones(p: Palette) -> dict[str, Style]:
    return {
        "text": Style(color=p.text),
        "strong": Style(color=p.text, bold=True),
        "muted": Style(color=p.muted),
        "faint": Style(color=p.faint),
        "quote": Style(color=p.muted, italic=True),
        "accent": Style(color=p.accent),
        "key": Style(color=p.accent, bold=True),
        "title": Style(color=p.muted, bold=True),
        "title-focus": Style(color=p.accent, bold=True),
        "good": Style(color=p.good),
        "warn": Style(color=p.warn),
        "bad": Style(color=p.bad),
        "good-strong": Style(color=p.good, bold=True),
        "warn-strong": Style(color=p.warn, bold=True),
        "bad-strong": Style(color=p.bad, bold=True),
        "code": Style(color=p.code),
        "border": Style(color=p.border),
        "border-focus": Style(color=p.accent),
        "loud": Style(color=p.on_loud, bgcolor=p.bad, bold=True),
        "banner": Style(color=p.on_loud, bgcolor=p.warn, bold=True),
        "tab": Style(color=p.on_loud, bgcolor=p.accent, bold=True),
        "cursor": Style(bgcolor=p.raised),
        "tint-good": Style(bgcolor=p.tint_good),
        "tint-warn": Style(bgcolor=p.tint_warn),
        "tint-bad": Style(bgcolor=p.tint_bad),
        "tint-grey": Style(bgcolor=p.tint_grey),
    }


def _ansi_tones() -> dict[str, Style]:
    def style(colour: str | None = None, **attributes: bool | None) -> Style:
        return Style(color=colour, **attributes)  # type: ignore[arg-type]

    return {
        "text": style(),
        "strong": style(bold=True),
        "muted": style(),
        "faint": style(dim=True),
        "quote": style(italic=True),
        "accent": style("blue"),
        "key": style("blue", bold=True),
        "title": style(bold=True),
        "title-focus": style("blue", bold=True),
        "good": style("green"),
        "warn": style("yellow"),
        "bad": style("red"),
        "good-strong": style("green", bold=True),
        "warn-strong": style("yellow", bold=True),
        "bad-strong": style("red", bold=True),
        "code": style("cyan"),
        "border": style(dim=True),
        "border-focus": style("blue"),
        "loud": style("red", bold=True, reverse=True),
        "banner": style("yellow", bold=True, reverse=True),
        "tab": style("blue", bold=True, reverse=True),
        "cursor": style(bold=True),
        "tint-good": style(),
        "tint-warn": style(),
        "tint-bad": style(),
        "tint-grey": style(),
    }


TONES: Final[Mapping[str, Mapping[str, Style]]] = {
    "authtui-dark": _tones(DARK),
    "authtui-light": _tones(LIGHT),
    "authtui-ansi": _ansi_tones(),
}
THEMES: Final = tuple(TONES)


def _theme(name: str, p: Palette, *, dark: bool) -> Theme:
    return Theme(
        name=name,
        primary=p.accent,
        secondary=p.code,
        warning=p.warn,
        error=p.bad,
        success=p.good,
        accent=p.accent,
        foreground=p.text,
        background=p.background,
        surface=p.background,
        panel=p.raised,
        dark=dark,
    )


def themes() -> tuple[Theme, ...]:
    """The themes to register with the app, in the order in which the key steps through them."""
    ansi = Theme(
        name="authtui-ansi",
        ansi=True,
        primary="ansi_blue",
        secondary="ansi_cyan",
        warning="ansi_yellow",
        error="ansi_red",
        success="ansi_green",
        accent="ansi_blue",
        foreground="ansi_default",
        background="ansi_default",
        surface="ansi_default",
        panel="ansi_default",
        boost="ansi_default",
        variables=dict(BUILTIN_THEMES["ansi-dark"].variables),
    )
    return (
        _theme("authtui-dark", DARK, dark=True),
        _theme("authtui-light", LIGHT, dark=False),
        ansi,
    )


def first_theme(wanted: str | None, color_system: str | None) -> str:
    """The theme to start with: the one asked for, else what the terminal's colours allow."""
    if wanted is not None:
        for name in (wanted, f"authtui-{wanted}"):
            if name in THEMES:
                return name
    return "authtui-ansi" if color_system in ("standard", "windows") else "authtui-dark"
