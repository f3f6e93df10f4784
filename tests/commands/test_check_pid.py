"""`check --pid`: the state as a running program reads it, by its own variables."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from authtui.machine.programs import program_environment
from tests.program import run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="variables of a program are seen in /proc"
)


@pytest.fixture
def started(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    home = tmp_path / "elsewhere"
    home.mkdir(mode=0o700)
    (home / "auth.json").write_text(json.dumps({"OPENAI_API_KEY": "sk-of-elsewhere-123"}), "utf-8")
    (home / "auth.json").chmod(0o600)
    environ = {"CODEX_HOME": str(home), "PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    program = subprocess.Popen(["sleep", "60"], env=environ)
    for _ in range(100):  # what it was started with stands in /proc a moment after it runs
        if program_environment(program.pid):
            break
        time.sleep(0.05)
    yield program
    program.kill()
    program.wait()


def test_its_home_is_judged_and_not_this_one(
    tmp_path: Path, started: subprocess.Popen[bytes]
) -> None:
    assert run("check", user_home=tmp_path).code == 4
    answer = run("check", "--json", "--pid", str(started.pid), user_home=tmp_path)
    assert answer.code == 0
    assert answer.json["verdict"]["mode"] == "api_key"
    assert answer.json["home"].endswith("elsewhere")


def test_one_that_is_not_there_is_no_answer(tmp_path: Path) -> None:
    answer = run("check", "--pid", "4194304", user_home=tmp_path)
    assert answer.code == 3
    assert "process 4194304 cannot be looked at" in answer.err
    assert answer.out == ""
