"""Make the table of messages that the client prints, each with the causes it was seen with.

Usage: `python -m tests.oracle.known_messages`. Every recorded run that ends in a message is judged;
the verdict's headline names the cause, the checks that fail in all of its states tell it apart.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from authtui.assessment.symptom import TABLE, shape_of
from authtui.contracts import parse_version
from authtui.simulation.assumptions import Assumptions
from tests.oracle import cases
from tests.oracle.comparison import final_message

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.oracle.cases import Run

SURFACES = {"status": "login-status", "exec": "exec"}
_MADE_UP = re.compile(r"\b(?:workspace|acct|org)-[\w-]+|'[^']*'|MY_PROVIDER_KEY|UNSET_KEY|127\S+")
_LINE = re.compile(r"(auth\.json|config\.toml|\.env):\d+")
_FRIENDLY = Assumptions()
_NO_FAULT = ("refresh", "runtime", "whoami_account", "whoami_plan", "whoami_fedramp")


def gather(runs: Iterable[Run]) -> dict[str, Any]:
    """The table as it lies in the package."""
    seen: dict[str, dict[str, dict[str, Any]]] = {}
    for run in runs:
        said = final_message(run) if run.command in SURFACES and not run.stopped else None
        if not said or run.exit == 0:
            continue
        surface = SURFACES[run.command]
        with tempfile.TemporaryDirectory() as folder:
            _, made, _ = cases.judge(run, Path(folder), surface)  # type: ignore[arg-type]
        cause = _LINE.sub(r"\1", _MADE_UP.sub("…", made.verdict.headline))
        failing = {result.id for result in made.checks if result.status == "fail"}
        row = seen.setdefault(shape_of(said), {}).setdefault(
            cause, {"surfaces": set(), "clients": set(), "checks": failing, "servers": set()}
        )
        row["surfaces"].add(surface)
        row["clients"].add(run.version)
        row["checks"] &= failing
        row["servers"] |= _faults(run)
    return {
        said: {c: _plain(r) for c, r in sorted(rows.items())} for said, rows in sorted(seen.items())
    }


def _plain(row: dict[str, Any]) -> list[Any]:
    clients = sorted(row["clients"], key=lambda text: parse_version(text) or (0, 0, 0))
    return [
        sorted(row["surfaces"]),
        clients[0],
        clients[-1],
        sorted(row["checks"]),
        sorted(row["servers"]),
    ]


def _faults(run: Run) -> set[str]:
    given, plain = cases.assumed(run)._asdict(), _FRIENDLY._asdict()
    return {name for name, value in given.items() if name not in _NO_FAULT and value != plain[name]}


def main() -> int:
    """Write the table."""
    text = json.dumps(gather(cases.load()), indent=0, ensure_ascii=False, separators=(",", ":"))
    TABLE.write_text(text + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
