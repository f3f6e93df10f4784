"""Reports of the throw-away homes, made on a machine of nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.assessment.assess import assess
from authtui.assessment.options import Options
from authtui.report.build import ReportInput, build
from authtui.report.machine import Machine
from tests.tui.homes import HOMES, NOW, read

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authtui.exchanges.records import RequestRecord
    from authtui.machine.observation import Observation
    from authtui.model.events import Event
    from authtui.report.schema import Report

__all__ = ["HOMES", "KEY", "MACHINE", "NOW", "made_report", "report_of"]

KEY = b"made-up key 0001"
MACHINE = Machine(
    "Linux 6.1.0 x86_64",
    "3.11.7",
    "TERM=xterm-256color",
    "+0200",
    "adas-laptop",
    "ada",
    "/home/ada",
)


def made_report(
    story: str, requests: Sequence[RequestRecord] = (), events: Sequence[Event] = ()
) -> Report:
    """The report of a story."""
    return report_of(read(story), Options(contract=HOMES[story].contract), requests, events)


def report_of(
    seen: Observation,
    options: Options = Options(contract="current"),  # noqa: B008 - an immutable value
    requests: Sequence[RequestRecord] = (),
    events: Sequence[Event] = (),
    key: bytes = KEY,
) -> Report:
    """The report of what was seen."""
    found = assess(seen, options)
    return build(ReportInput(seen, found, options, MACHINE, key, requests, events))
