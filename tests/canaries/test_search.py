"""The search itself: it finds every planted secret in every disguise, and nothing in prose."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from tests.canaries.canary import leaks
from tests.canaries.kinds import CANARIES, SHAPED

if TYPE_CHECKING:
    from collections.abc import Callable

DISGUISES: dict[str, Callable[[str], str]] = {
    "as it is": lambda s: s,
    "a piece": lambda s: s[-14:],
    "base64": lambda s: base64.b64encode(s.encode()).decode(),
    "base64, one before": lambda s: base64.b64encode(b"x" + s.encode()).decode(),
    "base64, two before": lambda s: base64.b64encode(b"xy" + s.encode()).decode(),
    "base64url": lambda s: base64.urlsafe_b64encode(b">>>???" + s.encode()).decode(),
    "URL-encoded": lambda s: "".join(f"%{b:02X}" for b in s.encode()),
    "quoted": quote,
    "hexadecimal": lambda s: s.encode().hex(),
    "hex dump": lambda s: s.encode().hex(" "),
    "backwards": lambda s: s[::-1],
    "upper case": str.upper,
    "lower case": str.lower,
    "case swapped": str.swapcase,
    "split over lines": lambda s: "\n".join(s[at : at + 5] for at in range(0, len(s), 5)),
    "split over cells": lambda s: " │\n│ ".join(s[at : at + 7] for at in range(0, len(s), 7)),
    "JSON": lambda s: json.dumps({"key": s}),
    "escaped in JSON": lambda s: "".join(f"\\u{ord(c):04x}" for c in s),
    "entities": lambda s: "".join(f"&#{ord(c)};" for c in s),
}


def test_there_are_more_than_forty_kinds_each_with_a_secret_of_its_own() -> None:
    assert len(CANARIES) > 60
    assert len({canary.body for canary in CANARIES.values()}) == len(CANARIES)
    assert len(SHAPED) > 30


@pytest.mark.parametrize("name", CANARIES)
def test_each_is_found_in_every_disguise(name: str) -> None:
    body = CANARIES[name].body
    for disguise, made in DISGUISES.items():
        short = len(body) < 16 and disguise.startswith(("base64", "hex", "URL", "a piece"))
        text = f"before {made(body)} after"
        assert short or name in {found.partition(" (")[0] for found in leaks(text)}, disguise


def test_prose_and_what_is_shown_in_place_of_a_secret_hold_none() -> None:
    assert leaks("Missing bearer or basic authentication in header", b"\xff\x00") == set()
    shown = CANARIES["API key"].value
    assert leaks(f"Logged in using an API key - {shown[:8]}***{shown[-5:]}") == set()
