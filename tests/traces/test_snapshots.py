"""Pictures of a trace: in its middle, playing, two side by side, a damage; at both sizes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.traces.pictures import SHOTS, Shot, made, press

if TYPE_CHECKING:
    from collections.abc import Callable

    Compare = Callable[..., bool]


@pytest.mark.parametrize("shot", SHOTS, ids=[shot.name for shot in SHOTS])
def test_the_screen_looks_as_it_did(shot: Shot, snap_compare: Compare) -> None:
    assert snap_compare(made(shot), terminal_size=shot.size, run_before=press(shot))
