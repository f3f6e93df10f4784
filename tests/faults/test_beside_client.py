"""A released client and authtui on one home. Needs AUTHTUI_CODEX_BINARY and network namespaces."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.demo.test_real_client import BINARY, NAMESPACE, PROJECT, home, version

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["home", "version"]  # fixtures, used here too

SECONDS = 60 if os.environ.get("AUTHTUI_LONG_TESTS") else 10


def test_neither_loses_the_tokens_that_the_other_was_given(
    version: tuple[int, int, int], home: Path
) -> None:
    del version
    program = ["-m", "tests.faults.beside_client", BINARY, str(home), str(SECONDS)]
    done = subprocess.run(
        [*NAMESPACE, sys.executable, *program],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["torn"] == 0
    assert said["client"], said
    assert said["last"][0] == 0, said
    assert said["seen"] >= len(said["client"])
    assert said["up to date"]
