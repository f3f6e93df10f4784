"""What a recorded run and a prediction have in common, and where they differ.

Every difference is one line of text that says which fact differs and shows both sides.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from authtui.contracts import find
from authtui.rehearsal.client_run import last_words
from authtui.simulation.app_server import predict_app_server
from authtui.simulation.doctor import predict_doctor
from authtui.simulation.logout import predict_logout
from authtui.simulation.predictions import predict
from authtui.simulation.program_start import make_case
from tests.oracle.cases import BACKEND_HOST, assumed, lay_out, observe

if TYPE_CHECKING:
    from authtui.answers.findings import (
        AppServerAnswer,
        Logout,
        PlannedRequest,
        Prediction,
        Surface,
    )
    from authtui.simulation.program_start import Case
    from tests.oracle.cases import Machine, Run

SURFACE: dict[str, Surface] = {"status": "login-status", "exec": "exec"}
FACTS = ("exit", "text", "deletion", "request", "outcome", "mode")

# The recordings name a token by its place in the fixtures, we by its shape.
_TOKEN = re.compile(r"<(?:agent_jwt\.\w+|(?:JWT|text), \d+ characters, #[0-9a-f]+)>")
_STATUS_MODES = {
    "Logged in using ChatGPT": ("chatgpt", "chatgpt_auth_tokens"),
    "Logged in using an API key": ("api_key",),
    "API key configured": ("api_key",),
    "Logged in using Agent Identity": ("agent_identity",),
    "Logged in using access token": ("agent_identity",),
    "Logged in using personal access token": ("personal_access_token",),
}


class Difference(NamedTuple):
    """One fact on which the client and the prediction do not agree."""

    fact: str
    ours: Any
    client: Any

    def __str__(self) -> str:
        """Both sides, one below the other."""
        return f"{self.fact}:\n    authtui {self.ours!r}\n    client  {self.client!r}"


def final_message(run: Run) -> str | None:
    """What the client says last."""
    return last_words(run.command, run.exit, run.text)


def neutral_token(text: str | None) -> str | None:
    """A text in which each token is only said to be one."""
    return None if text is None else _TOKEN.sub("<JWT>", text)


def compare(run: Run, case: Case, machine: Machine) -> list[Difference]:
    """Every fact of a `status` or `exec` run that the prediction gets wrong."""
    start = predict(case)[SURFACE[run.command]]
    prediction = start.prediction
    return compare_prediction(run, prediction, start.request, machine.neutral(prediction.says))


def compare_prediction(
    run: Run, prediction: Prediction, request: PlannedRequest | None, says: str | None
) -> list[Difference]:
    """As `compare`, for a prediction from anywhere: the core, or the JSON of a command."""
    found = []

    def note(fact: str, ours: object, client: object) -> None:
        if ours != client:
            found.append(Difference(fact, ours, client))

    if not run.stopped:
        note("exit", prediction.exit, run.exit)
    says = neutral_token(says)
    if not run.stopped or not prediction.ends:
        note("text", says.strip() if says else None, neutral_token(final_message(run)) or None)
    note("deletion", prediction.deletes_stored_login, run.login_after == "deleted")
    if run.command == "exec":
        if not run.stopped or run.request is not None:
            note("request", _planned(request), run.request)
        if not run.stopped:
            note("outcome", prediction.outcome == "ready", run.exit == 0)
    mode = _observable_mode(run)
    if mode is not None and prediction.mode not in mode:
        found.append(Difference("mode", prediction.mode, mode))
    return found


def compare_doctor(run: Run, case: Case, machine: Machine) -> list[Difference]:
    """The doctor's line on the login."""
    del machine
    ours = predict_doctor(case)
    return doctor_differs(run, ours and (ours.status, ours.summary, ours.remediation))


def doctor_differs(run: Run, said: tuple[str, str, str | None] | None) -> list[Difference]:
    """As `compare_doctor`, for a line from anywhere."""
    if run.stopped:
        return []
    assert run.doctor is not None
    recorded = run.doctor["auth"]
    client = recorded and tuple(recorded[key] for key in ("status", "summary", "remediation"))
    return [] if said == client else [Difference("doctor", said, client)]


def compare_account(run: Run, case: Case, machine: Machine) -> list[Difference]:
    """What the app server answers when it is asked who is logged in."""
    return account_differs(run, predict_app_server(case), machine)


def account_differs(run: Run, ours: AppServerAnswer, machine: Machine) -> list[Difference]:
    """As `compare_account`, for an answer from anywhere."""
    if run.stopped:
        return []
    if not run.answers:
        stops = run.text[run.text.find("Error:") :].strip()
        said = machine.neutral(ours.stops)
        return [] if said == stops else [Difference("end", said, stops)]
    read = run.answers["account/read"]
    if "error" in read:
        said = machine.neutral(ours.error)
        text = read["error"]["message"]
        return [] if said == text else [Difference("error", said, text)]
    account = read["account"] or {}
    pairs = [
        ("account", ours.account, account.get("type")),
        ("method", ours.auth_method, run.answers["getAuthStatus"]["authMethod"]),
        ("requires login", ours.requires_openai_auth, read["requiresOpenaiAuth"]),
    ]
    if ours.plan is not None:
        pairs.append(("plan", ours.plan, account.get("planType")))
    return [Difference(name, us, client) for name, us, client in pairs if us != client]


def compare_logout(run: Run, case: Case, machine: Machine) -> list[Difference]:
    """What `codex logout` says and removes."""
    ours = predict_logout(case)
    return logout_differs(run, ours, machine)


def logout_differs(run: Run, ours: Logout, machine: Machine) -> list[Difference]:
    """As `compare_logout`, for a prediction from anywhere."""
    pairs = [
        ("exit", ours.exit, run.exit),
        ("text", machine.neutral(ours.says), run.text.strip()),
        ("deletion", ours.deletes_stored_login, run.login_after == "deleted"),
    ]
    return [Difference(name, us, client) for name, us, client in pairs if us != client]


def _planned(request: PlannedRequest | None) -> dict[str, Any] | None:
    if request is None:
        return None
    base = request.base_url.replace(BACKEND_HOST, "$BACKEND_HOST")
    return {
        "base_url": base,
        "authorization": request.authorization,
        "account_id_header": request.account_id_header,
        "fedramp": request.fedramp,
    }


def _observable_mode(run: Run) -> tuple[str, ...] | None:
    if run.command == "status":
        for start, modes in _STATUS_MODES.items():
            if run.text.startswith(start):
                return modes
        return (None,) if run.exit else None  # type: ignore[return-value]
    if run.exit != 0 or run.request is None:
        return None
    if run.request["authorization"] == "AgentAssertion":
        return ("agent_identity", "chatgpt")
    if run.request["base_url"].startswith("https://api.openai.com"):
        return ("api_key",)
    return None


COMPARISONS = {
    "status": compare,
    "exec": compare,
    "account": compare_account,
    "doctor": compare_doctor,
    "logout": compare_logout,
}


def differences(run: Run, keys: Path | None = None) -> list[Difference]:
    """Every fact of a run that is predicted wrong, on a home laid out for it."""
    contract = find(run.version)
    if contract is None:
        raise ValueError(f"{run.version} is no version that is known")
    with tempfile.TemporaryDirectory() as folder:
        with lay_out(run, Path(folder)) as machine:
            observation = observe(machine, keys)
        case = make_case(observation, contract[0], assumed(run))
        return COMPARISONS[run.command](run, case, machine)
