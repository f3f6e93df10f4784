"""What each program start does with what was observed: exit code, text, deletion, first request.

Pure. The rules follow the order in which the client itself works: home, configuration, workload
identity, provider, restrictions, credential, request. Each rule names its source.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.answers.findings import Outcome, Prediction, Surface
from authtui.simulation.first_request import outcome_without, predict_first_request
from authtui.simulation.program_start import ProgramStart, failed_start
from authtui.simulation.restrictions import filtered

if TYPE_CHECKING:
    from authtui.contracts import Contract
    from authtui.simulation.program_start import Case, Trouble
    from authtui.simulation.selection import Credential

_STATUS = {
    "chatgpt": "Logged in using ChatGPT",
    "chatgpt_auth_tokens": "Logged in using ChatGPT",
    "personal_access_token": "Logged in using personal access token",
    "workload_identity": "Logged in using workload identity",
}


def predict(case: Case) -> dict[Surface, ProgramStart]:
    """What every surface does."""
    return {
        "exec": _exec(case),
        "login-status": _status(case.of_commands),
        "tui": _interactive(case),
    }


def status_start_up(case: Case) -> tuple[str, Trouble] | None:
    """What stops `login status` and `logout` before they look at anything, and which trouble."""
    home = case.observation.home.error
    if home:
        warning = f"WARNING: proceeding, even though we {case.contract.path_warning}: {home}"
        return f"{warning}\nError loading configuration: {home}", "home"
    if case.config_error:
        error = case.config_error
        position = f":{error.line}:{error.column}" if error.line else ""
        path = case.observation.config.path_of(error.file)
        said = error.whole or f"{path}{position}: {error.reason}"
        return f"Error loading configuration: {said}", "config"
    if case.late_refusal and not case.late_refusal.on_exec:
        return f"Error loading configuration: {case.late_refusal.text}", _late_trouble(case)
    return None


def _late_trouble(case: Case) -> Trouble:
    late = case.late_refusal
    unknown = late is not None and late.key == "model_provider" and not case.provider.known
    return "unknown-provider" if unknown else "config"


def _status(case: Case) -> ProgramStart:
    contract = case.contract
    stopped = status_start_up(case)
    if stopped:
        text, trouble = stopped
        return failed_start("login-status", text, "unreadable", trouble=trouble)
    found = filtered(case.observation, contract, case.ladder, on_exec=False)
    credential = found.credential
    if credential is None:
        failure, text = found.failure, "Not logged in"
        if failure:
            text = f"Error checking login status: {failure.text}"
        outcome = outcome_without(found)
        return failed_start("login-status", text, outcome, failure=failure, filtered=found.filtered)
    prediction = Prediction(
        "login-status",
        0,
        _status_text(credential, contract),
        deletes_stored_login=False,
        outcome="ready",
        mode=credential.mode,
        assumes=credential.assumes,
    )
    return ProgramStart(prediction, credential)


def _status_text(credential: Credential, contract: Contract) -> str:
    if credential.mode == "api_key":
        key = credential.secret.reveal() if credential.secret else ""
        return contract.status_key.format(key=_masked_key(key))
    if credential.mode == "agent_identity":
        # An identity-only document is a ChatGPT login to the April code (#18177).
        return "Logged in using ChatGPT" if contract.identity_only else contract.status_agent
    if credential.mode == "bedrock":
        keys = credential.document is not None and credential.document.mode == "bedrockAccessKeys"
        kind = "AWS access keys" if keys else "API key"
        return f"Logged in using Amazon Bedrock {kind}"
    return _STATUS.get(credential.mode, "Logged in using ChatGPT")


def _masked_key(key: str) -> str:
    """A key as `login status` shows it: 13 bytes or fewer `***`, else first 8 and last 5."""
    if len(key.encode()) <= 13:
        return "***"
    return f"{key[:8]}***{key[-5:]}"


def _exec(case: Case) -> ProgramStart:
    early = _before_credential(case, "exec")
    if early:
        return early
    found = filtered(case.observation, case.contract, case.ladder, on_exec=True)
    return predict_first_request(case, found)


def _interactive(case: Case) -> ProgramStart:
    # The interactive client enforces restrictions with the environment's key enabled, as `exec`
    # does (seen with 0.123, 0.142 and 0.169 on a terminal), but signs in without that key.
    early = _before_credential(case, "tui")
    if early:
        return early
    found = filtered(case.observation, case.contract, case.ladder, on_exec=False)
    if found.credential is None:
        prediction = Prediction(
            "tui", 0, None, deletes_stored_login=False, outcome=outcome_without(found), mode=None
        )
        return ProgramStart(prediction, failure=found.failure, filtered=found.filtered)
    start = predict_first_request(case, found)
    prediction = start.prediction._replace(surface="tui", exit=0)
    if start.trouble == "routing" and prediction.says is not None:
        # It asks its app server for the account first, and does not open without an answer.
        cause = prediction.says.removeprefix("ERROR: ")
        text = f"Error: account/read failed: account/read failed: {cause} (code -32603)"
        prediction = prediction._replace(exit=1, says=text)
    return start._replace(prediction=prediction)


def _before_credential(case: Case, surface: Surface) -> ProgramStart | None:
    """What stops `exec` and the interactive client before they choose a credential."""
    home = case.observation.home.error
    if home:
        return failed_start(
            surface, f"Error finding codex home: {home}", "unreadable", trouble="home"
        )
    if case.start_error:
        error = case.start_error
        reason = error.at_start or error.reason
        text = f"Error loading config.toml: {error.whole or reason}"
        if error.whole:
            pass
        elif error.key:
            text += f"\nin `{error.key}`"
        elif error.key is None and error.line:
            path = case.observation.config.path_of(error.file)
            text = f"Error loading config.toml:\n{path}:{error.line}:{error.column}: {reason}"
        return failed_start(surface, text, "unreadable", trouble="config")
    failure = case.ladder.workload.failure
    if failure:
        text = f"Error: {failure.text}"
        if failure.cause:
            text += f"\n\nCaused by:\n    {failure.cause}"
        restricted = (failure.field or "").startswith("forced_")
        outcome: Outcome = "refused" if restricted else "unreadable"
        return failed_start(surface, text, outcome, failure=failure)
    if case.late_refusal and (surface == "exec" or not case.late_refusal.on_exec):
        text = f"Error: {case.late_refusal.text}"
        return failed_start(surface, text, "unreadable", trouble=_late_trouble(case))
    failure, violation = case.enforcement
    if failure:
        return failed_start(surface, failure.text, "unreadable", failure=failure)
    if violation:
        prediction = Prediction(
            surface,
            1,
            violation.text,
            deletes_stored_login=violation.deletes,
            outcome="refused",
            mode=violation.credential.mode,
            assumes=violation.credential.assumes,
        )
        return ProgramStart(prediction, violation.credential, violation=violation)
    return None
