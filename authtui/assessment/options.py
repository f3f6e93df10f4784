"""What an observation is to be judged for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.record import NamedTuple
from authtui.simulation.assumptions import Assumptions

if TYPE_CHECKING:
    from authtui.answers.findings import Surface


class Options(NamedTuple):
    """What to judge for: a generation by name or version, a surface, assumptions, features."""

    contract: str = "auto"
    surface: Surface = "exec"
    assumptions: Assumptions = Assumptions()
    features: tuple[tuple[str, bool], ...] = ()
