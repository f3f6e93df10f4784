"""Every recorded run of a real client, as if it had been captured: what we predict holds, so
nothing may be called a difference."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from authtui.assessment.assess import assess
from authtui.assessment.options import Options
from authtui.machine.observation import FileFacts
from authtui.verdict.comparison import compare
from tests.capture.build import Watched
from tests.oracle.cases import BACKEND, BACKEND_HOST, Run, assumed, lay_out, observe, runs

if TYPE_CHECKING:
    from authtui.answers.findings import Surface

COMMANDS: dict[str, tuple[Surface, tuple[str, ...]]] = {
    "exec": ("exec", ("codex", "exec", "--skip-git-repo-check", "hi")),
    "status": ("login-status", ("codex", "login", "status")),
}


def replayed(run: Run, folder: Path) -> list[str]:
    surface, command = COMMANDS[run.command]
    with lay_out(run, folder) as machine:
        before = observe(machine)
        options = Options(run.version, surface, assumed(run))
        judged = assess(before, options)
        after = before
        if run.login_after == "deleted":
            after = before._replace(auth_file=FileFacts(before.auth_file.path))
        shown = Watched(before, judged).start(command)
        if run.request is not None and run.command == "exec":
            url = urlsplit(run.request["base_url"].replace("$BACKEND_HOST", BACKEND_HOST))
            well = run.exit == 0
            kind = run.request["authorization"]
            shown.call(
                scheme=url.scheme,
                host=url.netloc,
                path=f"{url.path}/responses",
                authorization=kind,
                credential_mark=None,
                account_header=run.request["account_id_header"],
                fedramp_header=run.request["fedramp"],
                status=200 if well else 401,
                colour="ok" if well else "fail",
            )
        text = run.text.replace("$CODEX_HOME", str(machine.home)).replace("$RUN", str(folder))
        text = re.sub(r"<agent_jwt\.\w+>", "<JWT, 9 characters, #000000>", text)
        text = text.replace("$BACKEND", BACKEND).replace("<now>", "2026-11-13T12:01:00.000000Z")
        shown.say(*text.splitlines())
        shown.end(run.exit if isinstance(run.exit, int) else None)
        # The trimmed recordings leave refreshes out; a captured run would show one.
        wanted = compare(shown.look(after, judged).program)
        return [
            f"{run.name}: {row.label}: expected {row.expected!r}, seen {row.observed!r}"
            for row in wanted.differences
            if row.id != "refresh"
        ]


@pytest.mark.parametrize("version", ["0.123.0", "0.128.0", "0.142.0", "0.169.0"])
@pytest.mark.parametrize("command", list(COMMANDS))
def test_a_run_that_went_as_predicted_shows_no_difference(command: str, version: str) -> None:
    found: list[str] = []
    for run in runs(command, version=version):
        if run.stopped:
            continue
        with tempfile.TemporaryDirectory() as folder:
            found += replayed(run, Path(folder))
    assert not found, f"{len(found)} differences\n" + "\n".join(found[:40])
