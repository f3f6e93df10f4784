"""Where everything stands while a story is told: the guide, the verdict, the evidence. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authtui.tui.geometry import Box, is_small

if TYPE_CHECKING:
    from collections.abc import Mapping

GUIDE_WIDTH: Final = 42
_LEAST_PANE: Final = 5
_FIRST_PAGE: Final = 92


def first_page_width(width: int, height: int) -> int:
    """Columns of the guide while it shows nothing but the client's message."""
    return width if is_small(width, height) else min(width - 4, _FIRST_PAGE)


def plan_first_page(width: int, height: int, rows: int) -> dict[str, Box]:
    """The boxes while the guide, with so many rows of content, has the screen for itself."""
    boxes, body = _frame(width, height)
    if "header" in boxes:
        wide = first_page_width(width, height)
        high = body if is_small(width, height) else min(body, rows + 3)
        boxes["guide"] = Box((width - wide) // 2, 1 + (body - high) // 3, wide, high)
    return boxes


def _frame(width: int, height: int) -> tuple[dict[str, Box], int]:
    """Header and footer, and the rows between them; where these are too few, the guide alone."""
    body = height - 2
    if body < _LEAST_PANE:
        return {"guide": Box(0, 0, width, height)}, body
    return {"header": Box(0, 0, width, 1), "footer": Box(0, height - 1, width, 1)}, body


def plan_story(
    width: int, height: int, wants: Mapping[str, int], evidence: str, companion: str
) -> dict[str, Box]:
    """The boxes of the parts. `wants` holds rows of content: of `guide`, `verdict`, the evidence.

    `evidence` is the pane that the guide points at, empty where it points at the verdict;
    `companion` is a second one where there is room.
    """
    boxes, body = _frame(width, height)
    if "header" not in boxes:
        return boxes
    if is_small(width, height):
        _plan_small(boxes, width, body, wants, evidence or companion, pointing=bool(evidence))
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


def _plan_small(
    boxes: dict[str, Box],
    width: int,
    body: int,
    wants: Mapping[str, int],
    pane: str,
    *,
    pointing: bool,
) -> None:
    verdict = min(wants["verdict"], 2 if pointing else body // 2)
    least = _LEAST_PANE if pointing else 0
    guide = max(4, min(wants["guide"] + 2, body - verdict - least, 12))
    rest = body - verdict - guide
    boxes["verdict"] = Box(0, 1, width, verdict)
    if rest >= 3:
        boxes[pane] = Box(0, 1 + verdict, width, rest)
    else:
        guide += rest
    boxes["guide"] = Box(0, 1 + body - guide, width, guide)


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
