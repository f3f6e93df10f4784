"""The app with a long request log, measuring itself: `python -m tests.benchmarks.log_probe FILE`.

Runs in a terminal, since painting without one leaves the encoding out. Writes its figures as JSON:
processor time of each kind of frame at 100,000 rows, and what arrives while keys are pressed.
"""

from __future__ import annotations

import asyncio
import json
import sys
import threading
import time
import tracemalloc
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from authtui.exchanges.records import RequestRecord
from authtui.exchanges.request_log import ROWS_KEPT, RequestLog
from authtui.settings import Settings
from authtui.tui.app import AuthtuiApp
from tests.tui.samples import NOW, answer, session_of

if TYPE_CHECKING:
    from collections.abc import Callable


ROWS = 100_000
RATE = 5_000
"""Exchanges a second while keys are pressed; each is two events."""
SECONDS = 4.0
FRAMES = 15


def record(number: int, status: int | None = 200) -> RequestRecord:
    """One exchange, no two alike."""
    return RequestRecord(
        number,
        NOW + timedelta(milliseconds=number),
        "POST",
        "chatgpt.com",
        f"/backend-api/codex/responses/{number}",
        status=None if status is None else (401 if number % 100 == 0 else status),
        milliseconds=None if status is None else 12.5,
        authorization="AgentAssertion",
        request_id=f"req_{number}",
        meaning="" if status is None else "the model answered",
        purpose="model",
    )


class Probe(AuthtuiApp):
    """Measures one thing after the other, then leaves."""

    def __init__(self, output: Path) -> None:
        """`output` is where the figures go."""
        super().__init__(session_of(answer("healthy")), Settings(theme="dark"), watch=False)
        self.output = output
        self.figures: dict[str, Any] = {"rows": ROWS, "kept": ROWS_KEPT}
        self.painted = asyncio.Event()
        self.keys: list[float] = []

    def _display(self, screen: Any, renderable: Any) -> None:  # noqa: ANN401 - Textual's signature
        super()._display(screen, renderable)
        if renderable is not None:
            self.painted.set()

    def on_mount(self) -> None:
        super().on_mount()
        self.run_worker(self.measure())

    async def frame(self, act: Callable[[], object]) -> tuple[float, float]:
        """Wall and processor milliseconds from an act to the frame that shows it."""
        await asyncio.sleep(0.05)
        self.painted.clear()
        wall, used = time.perf_counter(), time.thread_time()
        act()
        await self.painted.wait()
        return (time.perf_counter() - wall) * 1000, (time.thread_time() - used) * 1000

    async def measure(self) -> None:
        await asyncio.sleep(0.6)
        pane = self.desk.panes["requests"]
        self.desk.action_pane("requests")
        await asyncio.sleep(0.2)
        batch = [record(number) for number in range(1, ROWS + 1)]
        wall, used = time.perf_counter(), time.thread_time()
        self.traffic.log.extend(batch)
        self.figures["filling in"] = (
            (time.perf_counter() - wall) * 1000,
            (time.thread_time() - used) * 1000,
        )
        self.figures["first paint"] = await self.frame(self.redraw)
        acts: dict[str, Callable[[], object]] = {
            "row up": lambda: pane.action_cursor(-1),
            "page up": lambda: pane.action_page(-1),
            "to the top": lambda: pane.action_edge(-1),
            "to the end": lambda: pane.action_edge(1),
            "one more row": self._one_more,
            "filter": lambda: pane.filter("status:401" if not pane.needle else ""),
            "next pane": lambda: self.desk.action_step_pane(1),
        }
        for name, act in acts.items():
            taken = [await self.frame(act) for _ in range(FRAMES)]
            self.figures[name] = (
                sorted(wall for wall, _ in taken)[FRAMES // 2],
                sorted(used for _, used in taken)[FRAMES // 2],
            )
        pane.filter("")
        await self.stream()
        self.output.write_text(json.dumps(self.figures), encoding="utf-8")
        self.exit()

    def _one_more(self) -> None:
        self.traffic.log.extend([record(ROWS + 1000 + len(self.traffic.log))])
        self.redraw()

    async def stream(self) -> None:
        made = 0
        first = 10 * ROWS

        def produce() -> None:
            nonlocal made
            start = time.perf_counter()
            while (passed := time.perf_counter() - start) < SECONDS:
                while made < int(passed * RATE):
                    self.session.request_started(record(first + made, None))
                    self.session.request_finished(record(first + made))
                    made += 1
                time.sleep(0.002)

        pane = self.desk.panes["requests"]
        move = pane.action_cursor

        def noted(step: int) -> None:
            self.keys.append(time.perf_counter())
            move(step)

        vars(pane)["action_cursor"] = noted
        self.output.with_suffix(".go").touch()
        used, wall = time.process_time(), time.perf_counter()
        thread = threading.Thread(target=produce, daemon=True)
        thread.start()
        while thread.is_alive():
            await asyncio.sleep(0.02)
        ended = time.perf_counter()
        while self.traffic.waiting or self.traffic.log.find(first + made - 1) is None:
            await asyncio.sleep(0.005)
        self.figures["made"] = made
        self.figures["drained ms"] = (time.perf_counter() - ended) * 1000
        self.figures["processor share"] = (time.process_time() - used) / (ended - wall)
        self.figures["keys"] = self.keys


def memory() -> float:
    """Bytes of one row, record and place in the log together."""
    tracemalloc.start()
    log = RequestLog()
    before, _ = tracemalloc.get_traced_memory()
    log.extend(record(number) for number in range(10_000))
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return (after - before) / 10_000


if __name__ == "__main__":
    Probe(Path(sys.argv[1])).run()
