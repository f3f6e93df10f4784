"""A stale login whose new tokens cannot be stored: what is predicted, and what a client does.

The second half needs AUTHTUI_CODEX_BINARY and namespaces.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.demo.test_real_client import BINARY, NAMESPACE, PROJECT, home, version
from tests.faults.refresh_not_kept import SITUATIONS, hard_link
from tests.program import chatgpt_login, codex_home, run

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["home", "version"]  # fixtures, used here too

SPENT = "because your refresh token was already used"


@pytest.mark.parametrize(("contract", "loses"), [("current", True), ("explicit", False)])
def test_an_expired_login_with_another_hard_link_fails_where_the_file_is_replaced(
    tmp_path: Path, contract: str, loses: bool
) -> None:
    folder = codex_home(tmp_path, chatgpt_login())
    hard_link(folder / "auth.json")
    late = ("--now", "2037-01-01T00:00:00Z", "--home", folder, "--contract", contract)
    found = run("check", "--json", *late, user_home=tmp_path)
    told = json.loads(found.out)
    says = {each["surface"]: each["says"] or "" for each in told["predictions"]}
    assert found.code == (1 if loses else 0)
    assert (SPENT in says["exec"]) is (SPENT in says["tui"]) is loses
    assert ("cannot be written" in told["verdict"]["headline"]) is loses
    assert told["verdict"]["outcome"] == ("degraded" if loses else "ready")


def driven(home: Path, situation: str, plan: str) -> list[dict[str, Any]]:
    program = [sys.executable, "-m", "tests.faults.refresh_not_kept", BINARY, home, situation, plan]
    done = subprocess.run(
        [*NAMESPACE, "--mount", *map(str, program)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)["runs"]
    return found


@pytest.mark.parametrize("plan", ["plus", "business"])
@pytest.mark.parametrize("situation", SITUATIONS)
def test_a_stale_login_ends_as_it_was_predicted(
    version: tuple[int, int, int], home: Path, situation: str, plan: str
) -> None:
    del version
    first, second = driven(home, situation, plan)
    for each in (first, second):
        told = next(p for p in each["check"]["predictions"] if p["surface"] == "exec")
        assert each["exit"] == told["exit"] == each["check"]["verdict"]["client_exit"], each
        # Older clients may stop before, at a home in which they can make no files at all.
        if "Error: Read-only file system" not in each["stderr"]:
            assert (SPENT in each["stderr"]) == (SPENT in (told["says"] or "")), each["stderr"]
        if each["exit"]:
            assert each["check"]["verdict"]["outcome"] == told["outcome"] != "ready"
            assert not each["kept"]
    assert ["token", 200] in first["requests"], "it was refreshed before it was used"
    assert first["exit"] == 0 or ["token", 200] not in second["requests"]
