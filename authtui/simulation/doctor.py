"""What `codex doctor` says of the login: its check `auth.credentials`, and nothing else.

The doctor looks at the shape of the stored record and at whether a variable is there, never at
whether either can be used; so it says `ok` in many states in which `codex exec` fails.
Sources: codex-rs/cli/src/doctor.rs, recorded clients 0.142 to 0.169.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authtui.answers.findings import DoctorReport
from authtui.credentials.document import Document, DocumentFault
from authtui.simulation.assumptions import AS_STORED, OK
from authtui.simulation.prerequisites import policies_trouble
from authtui.simulation.refreshing import is_stale
from authtui.simulation.stored_record import find_record

if TYPE_CHECKING:
    from authtui.redaction import Secret
    from authtui.simulation.program_start import Case

VARIABLES: Final = ("OPENAI_API_KEY", "CODEX_API_KEY", "CODEX_ACCESS_TOKEN")
"""The variables whose mere presence the doctor counts as a login, in its order."""

_REDACTED: Final = ("token", "secret", "openai_api_key", "codex_api_key", "authorization")
_LOG_IN = "Run codex login or provide an API key through a supported auth env var."
_LOG_IN_AGAIN = "Run codex login again or provide a supported auth env var."
_FIX_ACCESS = "Fix auth storage access or run codex login again."


def predict_doctor(case: Case) -> DoctorReport | None:
    """The doctor's line; None where the generation has no doctor, or it stops before that check."""
    case = case.of_commands
    if not case.contract.doctor or case.observation.home.error or case.config_error:
        return None
    late = case.late_refusal
    if (late and not late.on_exec) or case.ladder.workload.failure or _without_policies(case):
        return None
    variables = tuple(name for name in VARIABLES if _is_set(case, name))
    if not case.provider.requires_openai_auth:
        return _of_the_provider(case)._replace(variables=variables)
    return _of_the_store(case, variables)._replace(variables=variables)


def _without_policies(case: Case) -> bool:
    # The newest generation loads the workspace's policies before the doctor looks at anything.
    return case.contract.routing and policies_trouble(case) is not None


def _refreshed_first(case: Case) -> bool:
    # It also refreshes a stale login first, which fills in what its record lacked.
    login = case.ladder.store.credential
    stale = login is not None and is_stale(login, case.contract, case.observation.at)
    return case.contract.routing and stale and case.assumptions.refresh in (OK, AS_STORED)


def _of_the_provider(case: Case) -> DoctorReport:
    name = case.provider.env_key
    if name is None:
        return DoctorReport("ok", "OpenAI auth is not required for the active model provider")
    if case.observation.environment.trimmed(name) is not None:
        return DoctorReport("ok", "auth is provided by the active model provider")
    advice = case.provider.env_key_instructions or f"Set {name} for the active model provider."
    if any(word in advice.lower() for word in _REDACTED):
        # Its own redaction takes the name of such a variable for a secret.
        advice = case.contract.doctor_redacts.format(advice=advice)
    return DoctorReport("fail", "active model provider auth env var is missing", advice)


def _of_the_store(case: Case, variables: tuple[str, ...]) -> DoctorReport:
    contract = case.contract
    stored = find_record(case.observation, contract)
    unreadable = DoctorReport("fail", "stored credentials could not be read", _FIX_ACCESS)
    if stored.failure:
        return unreadable
    if stored.data is None:
        if variables:
            return DoctorReport("ok", "auth is provided by environment")
        return DoctorReport("fail", "no Codex credentials were found", _LOG_IN)
    parsed = stored.parse(contract, case.observation.at)
    if isinstance(parsed, DocumentFault):
        return unreadable
    issues = () if _refreshed_first(case) else tuple(_issues(case, parsed))
    if issues and variables:
        summary = "auth is provided by environment, but stored credentials are incomplete"
        return DoctorReport("warning", summary, None, issues)
    if issues:
        return DoctorReport("fail", "stored credentials are incomplete", _LOG_IN_AGAIN, issues)
    if len(variables) > 1:
        summary = "auth is configured, but multiple auth env vars are present"
        return DoctorReport("warning", summary)
    return DoctorReport("ok", "auth is configured")


def _issues(case: Case, document: Document) -> list[str]:
    match document.mode:
        case "apikey":
            key = document.openai_api_key
            given = _is_set(case, "OPENAI_API_KEY") or _is_set(case, "CODEX_API_KEY")
            if _is_blank(key) and not given:
                return ["API key auth is missing an API key"]
        case "chatgpt" | "chatgptAuthTokens":
            return _chatgpt_issues(document)
        case "agentIdentity" if not _has_agent_identity(document):
            return ["agent identity auth is missing an agent identity token"]
        case "personalAccessToken" if _is_blank(document.personal_access_token):
            return ["personal access token auth is missing a personal access token"]
        case "headers":
            return ["header auth is not kept in a store"]
        case "bedrockApiKey" if document.bedrock_api_key is None:
            return ["Bedrock API key auth is missing a Bedrock API key"]
        case "bedrockAccessKeys" if document.bedrock_access_keys is None:
            return ["Bedrock access keys auth is missing AWS access keys"]
    return []


def _is_set(case: Case, name: str) -> bool:
    """Whether the doctor counts a variable: one that holds blanks counts, an empty one does not."""
    variable = case.observation.environment.get(name)
    return variable is not None and variable.value.reveal() != ""


def _is_blank(secret: Secret | None) -> bool:
    return secret is None or not secret.reveal().strip()


def _has_agent_identity(document: Document) -> bool:
    record = document.agent_record
    if record is not None:
        key = record.agent_private_key.reveal()
        return bool(record.agent_runtime_id.strip() and key.strip())
    return not _is_blank(document.agent_jwt)


def _chatgpt_issues(document: Document) -> list[str]:
    external = document.mode == "chatgptAuthTokens"
    missing = []
    if document.tokens is None:
        missing.append("token data")
    else:
        if _is_blank(document.tokens.access_token):
            missing.append("an access token")
        account = (document.tokens.account_id, document.tokens.id_claims.account_id)
        if external and account == (None, None):
            missing.append("a ChatGPT account id")
        if not external and _is_blank(document.tokens.refresh_token):
            missing.append("a refresh token")
    if document.last_refresh is None:
        missing.append("refresh metadata")
    return [f"{'external ' * external}ChatGPT auth is missing {what}" for what in missing]
