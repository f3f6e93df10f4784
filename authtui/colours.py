"""The colours of the app's own themes, and of what is drawn to look like them."""

from __future__ import annotations

from typing import Final, NamedTuple


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
