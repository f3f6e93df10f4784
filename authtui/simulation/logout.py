"""What `codex logout` does: it removes what is stored, and touches no variable.

The revocation it asks the server for changes neither its text nor its exit code.
Sources: codex-rs/cli/src/login.rs, recorded clients 0.122 to 0.169.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.answers.findings import Logout
from authtui.simulation.predictions import status_start_up
from authtui.simulation.restrictions import removal

if TYPE_CHECKING:
    from authtui.simulation.program_start import Case


def predict_logout(case: Case) -> Logout:
    """What logging out comes to."""
    stopped = status_start_up(case)
    if stopped:
        return Logout(1, stopped[0], deletes_stored_login=False)
    deletes, problem = removal(case.observation, case.contract, case.ladder)
    if problem:
        return Logout(1, f"Error logging out: {problem}", deletes_stored_login=False)
    if not deletes and _is_dangling(case):
        # The link goes, although it leads nowhere; no login goes with it.
        return Logout(0, "Successfully logged out", deletes_stored_login=False)
    if deletes:
        return Logout(0, "Successfully logged out", deletes_stored_login=True)
    return Logout(0, "Not logged in", deletes_stored_login=False)


def _is_dangling(case: Case) -> bool:
    return case.ladder.store_mode == "file" and (case.observation.auth_file.kind == "dangling-link")
