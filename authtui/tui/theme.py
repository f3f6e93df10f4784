"""Two themes of our own and one of the terminal's sixteen colours: tones to styles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from rich.style import Style
from textual.theme import BUILTIN_THEMES, Theme

if TYPE_CHECKING:
    from collections.abc import Mapping


class Palette(NamedTuple):
    """The colours of one theme, by what they mean."""

    background: str
    raised: str
    border: str
    text: str
    muted: str
    faint: str
    accent: str
    good: str
    warn: str
    bad: str
    code: str
    on_loud: str
    tint_good: str
    tint_warn: str
    tint_bad: str
    tint_grey: str


DARK: Final = Palette(
    background="#12141c",
    raised="#242a3d",
    border="#363e57",
    text="#d7dcec",
    muted="#99a3c0",
    faint="#6f7996",
    accent="#82aaff",
    good="#8fce84",
    warn="#e6b566",
    bad="#ff7a90",
    code="#7fd6ea",
    on_loud="#12141c",
    tint_good="#16241f",
    tint_warn="#272117",
    tint_bad="#2b1820",
    tint_grey="#1b1f2c",
)
LIGHT: Final = Palette(
    background="#fbfaf7",
    raised="#e3e9f6",
    border="#c9cdd8",
    text="#23283a",
    muted="#545d7a",
    faint="#6f7790",
    accent="#2a5bcc",
    good="#23733a",
    warn="#8d5a06",
    bad="#bf2845",
    code="#0a6985",
    on_loud="#fbfaf7",
    tint_good="#e9f4ea",
    tint_warn="#faf1dc",
    tint_bad="#fbe8ea",
    tint_grey="#eef0f4",
)


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
    def style(colour: str | None = None, **attributes: bool) -> Style:
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
