"""Captured, a released client trusts whom it trusts alone, and nobody else.

Needs AUTHTUI_CODEX_BINARY and namespaces, in which the machine's certificates are put aside.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from authtui.rehearsal.network import isolated
from tests.demo.test_real_client import BINARY, PROJECT, home, version

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["home", "version"]

NONE = "this machine has no certificates, so that no server can be trusted"


@pytest.mark.usefixtures("version")
@pytest.mark.parametrize(
    ("system", "variable", "trusted"),
    [
        ("company", "", True),
        ("none", "", False),
        ("company", "SSL_CERT_FILE=other", False),
        ("company", "CODEX_CA_CERTIFICATE=other", True),
        ("none", "SSL_CERT_FILE=company", True),
        ("none", "CODEX_CA_CERTIFICATE=company", True),
    ],
)
def test_a_server_is_trusted_by_both_or_by_neither(
    system: str, variable: str, trusted: bool, home: Path
) -> None:
    program = ["-m", "tests.capture.trusting_client", BINARY, str(home), system, variable]
    done = subprocess.run(
        [*isolated(), sys.executable, *program],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["alone"], found["captured"]) == (trusted, trusted)
    assert (NONE in found["captured said"]) == (system == "none" and not variable)
