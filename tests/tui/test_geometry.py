from __future__ import annotations

import itertools

import pytest

from authtui.tui.geometry import PANES, Box, plan, shape_of, share

WANTS = {
    "verdict": 10,
    "sources": 9,
    "claims": 14,
    "checks": 12,
    "requests": 4,
    "events": 3,
    "troubles": 4,
}


def overlaps(a: Box, b: Box) -> bool:
    return not (
        a.x + a.width <= b.x
        or b.x + b.width <= a.x
        or a.y + a.height <= b.y
        or b.y + b.height <= a.y
    )


@pytest.mark.parametrize(
    "size",
    [
        (20, 5),
        (50, 14),
        (80, 24),
        (100, 30),
        (120, 40),
        (180, 50),
        (300, 100),
        (10, 2),
        (40, 60),
        (1, 1),
    ],
)
def test_parts_stay_on_the_screen_and_apart(size: tuple[int, int]) -> None:
    boxes = plan(*size, WANTS, "checks")
    for box in boxes.values():
        assert box.width > 0
        assert box.height > 0
        assert 0 <= box.x <= box.x + box.width <= size[0]
        assert 0 <= box.y <= box.y + box.height <= size[1]
    assert not any(overlaps(a, b) for a, b in itertools.combinations(boxes.values(), 2))


def test_a_full_screen_shows_every_pane_and_leaves_no_row_unused() -> None:
    boxes = plan(120, 40, WANTS, "sources")
    assert set(PANES) < set(boxes)
    assert boxes["events"].y + boxes["events"].height == 39
    assert boxes["claims"].x + boxes["claims"].width == 119


def test_a_small_screen_shows_the_verdict_and_one_pane() -> None:
    boxes = plan(80, 24, {**WANTS, "verdict": 6}, "claims")
    assert set(boxes) == {"header", "verdict", "claims", "footer"}
    assert boxes["verdict"].y < boxes["claims"].y


def test_shapes_follow_the_size() -> None:
    assert [shape_of(20, 5), shape_of(80, 24), shape_of(120, 40), shape_of(180, 50)] == [
        "tiny",
        "tabs",
        "full",
        "wide",
    ]


def test_sharing_gives_out_every_row() -> None:
    assert sum(share(30, (7, 5, 5), (16, 12, 6))) == 30
    assert sum(share(12, (7, 5, 5), (16, 12, 6))) == 12
    assert share(30, (7, 5, 5), (16, 12, 6), first=(16, 6, 5)) == [16, 8, 6]
