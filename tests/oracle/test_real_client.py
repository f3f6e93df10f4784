"""A real client, if there is one to drive, agrees with the predictions state by state."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.demo.test_real_client import namespaces_work
from tests.oracle import drive_client, drive_fixes, drive_online, online_states

BINARY = os.environ.get(drive_client.VARIABLE)
STATES = 300
ONLINE_STATES = 12
FIXED_STATES = 72

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


def test_a_real_client_does_after_a_fix_what_the_fix_was_said_to_lead_to() -> None:
    assert BINARY is not None
    found = list(drive_fixes.drive(Path(BINARY), FIXED_STATES))
    assert len({row.kind for row in found}) > 3
    assert [row for row in found if not row.holds] == []


def test_a_real_client_sends_to_the_backend_what_is_predicted() -> None:
    assert BINARY is not None
    if not namespaces_work():
        pytest.skip("network namespaces are not available here")
    runs = list(drive_online.drive(Path(BINARY), ONLINE_STATES))
    assert {run.command for run in runs} == set(drive_client.COMMANDS)
    wrong = [str(run) for run in runs if run.wrong]
    assert not wrong, "\n".join(wrong)


def test_the_online_states_are_the_same_in_every_process() -> None:
    assert online_states.states(50) == online_states.states(300)[:50]
