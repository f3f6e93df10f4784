"""The pull requests' own statements as states: a record, an environment, a configuration."""

from __future__ import annotations

import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from authtui.contracts import BY_NAME
from authtui.credentials.observe import read_observation
from authtui.simulation.predictions import predict
from authtui.simulation.program_start import make_case

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authtui.answers.findings import Surface
    from authtui.simulation.assumptions import Assumptions
    from authtui.simulation.program_start import Case, ProgramStart

NOW = datetime(2026, 4, 20, 12, tzinfo=UTC)
APRIL = "identity-only"


def state(
    record: dict[str, Any] | str | None = None,
    *,
    config: str = "",
    contract: str = APRIL,
    assumptions: Assumptions | None = None,
    env: Mapping[str, str] | None = None,
) -> Case:
    """The case of a made-up home."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / ".codex"
        home.mkdir()
        if record is not None:
            text = record if isinstance(record, str) else json.dumps(record, indent=2)
            (home / "auth.json").write_text(text, "utf-8")
        (home / "config.toml").write_text(config, "utf-8")
        before = sorted(path.stat().st_mtime_ns for path in home.iterdir())
        observation = read_observation(
            environ={"HOME": folder, "CODEX_HOME": str(home), **(env or {})},
            home_option=None,
            now=NOW,
            system_dir=Path(folder) / "etc",
            installed=False,
        )
        assert before == sorted(path.stat().st_mtime_ns for path in home.iterdir())
    return make_case(observation, BY_NAME[contract], assumptions)


def start_of(case: Case, surface: Surface = "exec") -> ProgramStart:
    """What one program start does."""
    return predict(case)[surface]
