"""Where everything stands on the screen: one pure function of the size and of what panes want."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Shape = Literal["tiny", "tabs", "full", "wide"]
PANES = ("sources", "claims", "checks", "requests", "events")
RUN_PANES = ("compare", "program", "requests", "events", "sources", "claims", "checks")
"""The panes while a program is watched, in the order of what one wants to see."""
DRAWER = ("sources", "claims", "checks")
"""Those that share one box then; it shows the one that was asked for last."""


class Box(NamedTuple):
    """A rectangle in cells."""

    x: int
    y: int
    width: int
    height: int


def shape_of(width: int, height: int) -> Shape:
    """Which of the four designs fits a terminal of that size."""
    if height < 14 or width < 50:
        return "tiny"
    if width < 100 or height < 30:
        return "tabs"
    return "wide" if width >= 160 else "full"


def is_small(width: int, height: int) -> bool:
    """Whether there is room for one pane at a time only."""
    return shape_of(width, height) in ("tiny", "tabs")


def verdict_width(width: int, height: int) -> int:
    """Columns of the verdict block at that terminal size."""
    return width if is_small(width, height) else width - 2


def plan(width: int, height: int, wants: Mapping[str, int], active: str) -> dict[str, Box]:
    """The box of every visible part. `wants` holds rows of content: of `verdict` and of panes."""
    boxes, top, rest = _frame(width, height, wants, active)
    shape = shape_of(width, height)
    if shape == "wide":
        _wide(boxes, width, top, rest, wants)
    elif shape == "full":
        _full(boxes, width, top, rest, wants)
    return boxes


def plan_run(
    width: int, height: int, wants: Mapping[str, int], active: str, drawer: str
) -> dict[str, Box]:
    """As `plan`, while a program is watched. `drawer` is the one of `DRAWER` that is open."""
    boxes, top, rest = _frame(width, height, wants, active)
    if is_small(width, height):
        return boxes
    inner = width - 2
    left = max(58, inner * 58 // 100)
    upper, middle, lower = share(
        rest,
        (8, 4, 5),
        (
            2 + max(wants["compare"], min(wants["program"], 12)),
            2 + min(8, wants["requests"]),
            2 + max(wants[drawer], min(6, wants["events"])),
        ),
        first=(2 + wants["compare"], 2 + min(4, wants["requests"]), 6),
    )
    boxes["compare"] = Box(1, top, left, upper)
    boxes["program"] = Box(1 + left, top, inner - left, upper)
    boxes["requests"] = Box(1, top + upper, inner, middle)
    boxes[drawer] = Box(1, top + upper + middle, left, lower)
    boxes["events"] = Box(1 + left, top + upper + middle, inner - left, lower)
    return boxes


def _frame(
    width: int, height: int, wants: Mapping[str, int], active: str
) -> tuple[dict[str, Box], int, int]:
    """Header, footer and verdict, and in small terminals the one pane; where the rest begins."""
    header = 1 if height >= 8 else 0
    footer = 1 if height >= 8 else 0
    body = height - header - footer
    boxes: dict[str, Box] = {}
    if header:
        boxes["header"] = Box(0, 0, width, 1)
        boxes["footer"] = Box(0, height - 1, width, 1)
    if is_small(width, height):
        least = 3 if body >= 5 else 0
        top = max(1, min(wants["verdict"], body - least, max(1, body // 2)))
        boxes["verdict"] = Box(0, header, width, top)
        if body - top > 0:
            boxes[active] = Box(0, header + top, width, body - top)
        return boxes, header + top, body - top
    verdict = min(wants["verdict"], body // 3)
    boxes["verdict"] = Box(1, header, width - 2, verdict)
    return boxes, header + verdict, body - verdict


def _full(boxes: dict[str, Box], width: int, top: int, rest: int, wants: Mapping[str, int]) -> None:
    inner = width - 2
    left = max(46, inner * 43 // 100)
    upper, middle, lower = share(
        rest,
        (7, 5, 5),
        (
            2 + max(wants["sources"], wants["claims"]),
            2 + wants["checks"],
            2 + min(8, max(wants["requests"], wants["events"])),
        ),
        first=(2 + max(wants["sources"], wants["claims"]), 2 + wants.get("troubles", 0), 6),
    )
    boxes["sources"] = Box(1, top, left, upper)
    boxes["claims"] = Box(1 + left, top, inner - left, upper)
    boxes["checks"] = Box(1, top + upper, inner, middle)
    boxes["requests"] = Box(1, top + upper + middle, inner - left, lower)
    boxes["events"] = Box(1 + inner - left, top + upper + middle, left, lower)


def _wide(boxes: dict[str, Box], width: int, top: int, rest: int, wants: Mapping[str, int]) -> None:
    inner = width - 2
    left = max(48, inner * 27 // 100)
    right = max(52, inner * 37 // 100)
    middle = inner - left - right
    upper, lower = share(
        rest,
        (7, 5),
        (
            2 + max(wants["sources"], wants["claims"]),
            2 + max(wants["requests"], wants["events"]),
        ),
    )
    boxes["sources"] = Box(1, top, left, upper)
    boxes["events"] = Box(1, top + upper, left, lower)
    boxes["claims"] = Box(1 + left, top, middle, upper)
    boxes["requests"] = Box(1 + left, top + upper, middle, lower)
    boxes["checks"] = Box(1 + left + middle, top, right, rest)


def share(
    total: int, least: Sequence[int], wants: Sequence[int], first: Sequence[int] = ()
) -> list[int]:
    """Divide `total` rows among the panes.

    Each gets its `least`; then come the wishes of `first`, those of `wants`, and the rest.
    """
    given = list(least)
    spare = total - sum(given)
    for wishes in (first, wants):
        while spare > 0:
            short = [i for i, want in enumerate(wishes) if given[i] < want][:spare]
            if not short:
                break
            for i in short:
                given[i] += 1
            spare -= len(short)
    for turn in range(max(0, spare)):
        given[-1 - turn % len(given)] += 1
    for i in range(len(given) - 1, -1, -1):
        over = sum(given) - total
        if over <= 0:
            break
        given[i] -= min(over, given[i])
    return given
