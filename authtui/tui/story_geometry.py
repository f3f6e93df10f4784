"""Where everything stands while a story is told: the guide, the verdict, the evidence. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authtui.tui.geometry import Box, shape_of

if TYPE_CHECKING:
    from collections.abc import Mapping

GUIDE_WIDTH: Final = 42
_LEAST_PANE: Final = 5
_FIRST_PAGE: Final = 92


def is_small(width: int, height: int) -> bool:
    """Whether the design is that of 80x24."""
    return shape_of(width, height) in ("tiny", "tabs")


def guide_width(width: int, height: int, *, first: bool) -> int:
    """Columns of the guide; `first`: the page that shows nothing but the client's message."""
    if is_small(width, height):
        return width
    return min(width - 4, _FIRST_PAGE) if first else GUIDE_WIDTH


def plan_story(
    width: int,
    height: int,
    wants: Mapping[str, int],
    evidence: str,
    companion: str,
    *,
    first: bool,
) -> dict[str, Box]:
    """The boxes of the parts. `wants` holds rows of content: of `guide`, `verdict`, the evidence.

    `evidence` is the pane that the guide points at, empty where it points at the verdict;
    `companion` is a second one where there is room.
    """
    body = height - 2
    boxes = {"header": Box(0, 0, width, 1), "footer": Box(0, height - 1, width, 1)}
    if body < _LEAST_PANE:
        return {"guide": Box(0, 0, width, height)}
    small = is_small(width, height)
    if first:
        wide = guide_width(width, height, first=True)
        high = body if small else min(body, wants["guide"] + 3)
        boxes["guide"] = Box((width - wide) // 2, 1 + (body - high) // 3, wide, high)
        return boxes
    if small:
        verdict = min(wants["verdict"], body // 2) if not evidence else min(2, wants["verdict"])
        least = 0 if not evidence else _LEAST_PANE
        guide = max(4, min(wants["guide"] + 2, body - verdict - least, 12))
        rest = body - verdict - guide
        boxes["verdict"] = Box(0, 1, width, verdict)
        if evidence and rest >= 3:
            boxes[evidence] = Box(0, 1 + verdict, width, rest)
        elif rest >= 3 and companion:
            boxes[companion] = Box(0, 1 + verdict, width, rest)
        else:
            guide += rest
        boxes["guide"] = Box(0, height - 1 - guide, width, guide)
        return boxes
    left = GUIDE_WIDTH
    boxes["guide"] = Box(1, 1, left, body)
    x, right = 1 + left, width - left - 2
    verdict = min(wants["verdict"], body // (3 if evidence else 2))
    boxes["verdict"] = Box(x, 1, right, verdict)
    rest = body - verdict
    top = 1 + verdict
    if not evidence:
        evidence, companion = companion, "events"
    stack = list(dict.fromkeys((evidence, companion, "events")))
    for name, high in zip(stack, _heights(stack, wants, rest), strict=True):
        boxes[name] = Box(x, top, right, high)
        top += high
    return boxes


def _heights(stack: list[str], wants: Mapping[str, int], rest: int) -> list[int]:
    """Rows of each pane of a stack: the first wish first, what is left over to the last."""
    heights = [_LEAST_PANE] * len(stack)
    spare = rest - sum(heights)
    for number, name in enumerate(stack):
        more = max(0, min(spare, wants.get(name, 0) + 2 - _LEAST_PANE))
        heights[number] += more
        spare -= more
    heights[-1] += spare
    return heights
