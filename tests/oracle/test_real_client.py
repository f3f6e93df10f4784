"""A real client, if there is one to drive, agrees with the predictions state by state."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.oracle import drive_client

BINARY = os.environ.get(drive_client.VARIABLE)
STATES = 300

pytestmark = [
    pytest.mark.skipif(
        not BINARY, reason=f"{drive_client.VARIABLE} names no client to compare with"
    ),
    pytest.mark.skipif(
        shutil.which("unshare") is None, reason="a private network needs Linux namespaces"
    ),
]


def test_a_real_client_does_in_generated_states_what_is_predicted() -> None:
    assert BINARY is not None
    made = 0
    wrong = []
    for _, _, disagreement in drive_client.drive(Path(BINARY), STATES):
        made += 1
        if disagreement is not None:
            wrong.append(str(disagreement))
    assert made >= STATES
    assert not wrong, "\n".join(wrong)
