"""What a recorded run and a prediction have in common, and where they differ.

Every difference is one line of text that says which fact differs and shows both sides.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from authtui.checks.predictions import predict
from tests.oracle.cases import BACKEND_HOST

if TYPE_CHECKING:
    from authtui.checks.courses import Case
    from authtui.checks.findings import PlannedRequest, Prediction, Surface
    from tests.oracle.cases import Machine, Run

SURFACE: dict[str, Surface] = {"status": "login-status", "exec": "exec"}
FACTS = ("exit", "text", "deletion", "request", "outcome", "mode")

# The recordings name a token by its place in the fixtures, we by its shape.
_TOKEN = re.compile(r"<(?:agent_jwt\.\w+|JWT, \d+ characters, #[0-9a-f]+)>")
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
    """What the client says last: the whole of `status`, the last error of `exec`."""
    if run.command == "status":
        return run.text.strip()
    if run.exit == 0:
        return None
    lines = [line for line in run.text.strip().splitlines() if not line.startswith("<now>")]
    marks = [n for n, line in enumerate(lines) if line.startswith("ERROR: ")]
    if marks:
        return "\n".join(lines[marks[-1] :])
    return "\n".join(x for x in lines if not x.startswith("WARNING: proceeding")).strip()


def neutral_token(text: str | None) -> str | None:
    """A text in which each token is only said to be one."""
    return None if text is None else _TOKEN.sub("<JWT>", text)


def compare(run: Run, case: Case, machine: Machine) -> list[Difference]:
    """Every fact of a `status` or `exec` run that the prediction gets wrong."""
    course = predict(case)[SURFACE[run.command]]
    prediction = course.prediction
    return compare_prediction(run, prediction, course.request, machine.neutral(prediction.says))


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
