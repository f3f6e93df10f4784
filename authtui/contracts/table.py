"""One table: what differs between the generations of the client, and where each fact was seen.

Rows are keyed by the client version a fact was recorded with. `identity-only` is the contract of
the three April 2026 pull requests (#18176, #18177, #18180), which no released version contains.
"""

from __future__ import annotations

from typing import Final

from authtui.contracts.leading import G3_LEADING, G4_LEADING, G5_LEADING
from authtui.contracts.shapes import (
    AgentContract,
    Contract,
    DocumentRules,
    RegistrationRules,
)

AGENT_ISSUER: Final = "https://chatgpt.com/codex-backend/agent-identity"
AGENT_AUDIENCE: Final = "codex-app-server"
SIGNED_OUT_SINCE: Final = (
    "Your access token could not be refreshed because you have since logged out or signed in to "
    "another account. Please sign in again."
)

_BOTH_SPELLINGS = ("task_id", "taskId", "encrypted_task_id", "encryptedTaskId")
_G1_REGISTRATION = RegistrationRules(
    wrapper=(
        "Agent task registration failed. Please try again; Codex will attempt to register the "
        "task again on the next turn: "
    ),
)
_G2_REGISTRATION = RegistrationRules(
    strip="suffix-first",
    biscuit=False,
    task_seconds=30.0,
    task_fields=_BOTH_SPELLINGS,
    task_unsent="failed to register agent task",
    task_refused_from="",
    task_undecodable="failed to decode agent task registration response",
    task_kept="process",
)
_G3_REGISTRATION = _G2_REGISTRATION._replace(
    base="authapi",
    strip="api-codex",
    body_limit=512,
    base_variable="CODEX_AGENT_IDENTITY_AUTHAPI_BASE_URL",
)
# Three attempts: a task registration that never answers kept 0.142 and 0.169 for 3 x 30 s.
_G4_REGISTRATION = _G3_REGISTRATION._replace(
    attempts=3,
    known_codes=True,
    capabilities=("responsesapi",),
    ttl=True,
    source="exec",
    body_limit=None,
    task_kept="record",
    base="environment",  # 0.142 registers at auth.api.openai.org for chatgpt-staging.com
)
_G5_REGISTRATION = _G4_REGISTRATION._replace(
    cooldown_seconds=3600, invalid_grant=True, revokes_store=True
)

_MANAGED_PLANS = (
    "enterprise",
    "business",
    "hc",
    "education",
    "edu",
    "enterprise_cbp_usage_based",
)
_BEDROCK_0146 = ("base_url", "auth", "http_headers", "aws.profile", "aws.region")

_G1_MODES = ("apikey", "chatgpt", "chatgptAuthTokens")
_G2_MODES = (*_G1_MODES, "agentIdentity")
_G4_MODES = (*_G2_MODES, "personalAccessToken", "bedrockApiKey")
_G5_MODES = (*_G1_MODES, "headers", *_G4_MODES[len(_G1_MODES) :], "bedrockAccessKeys")

_WORKSPACE_CLAIMS = AgentContract(
    required=("workspace_id", "agent_runtime_id", "agent_private_key"),
    optional=("chatgpt_user_id", "registered_at"),
    verified=False,
    exactly_three_parts=False,
)
_VERIFIED_REQUIRED = (
    "iss",
    "aud",
    "iat",
    "exp",
    "agent_runtime_id",
    "agent_private_key",
    "account_id",
    "chatgpt_user_id",
    "plan_type",
    "chatgpt_account_is_fedramp",
)
_VERIFIED_WITH_EMAIL = AgentContract(
    required=(*_VERIFIED_REQUIRED, "email"),
    optional=(),
    verified=True,
    exactly_three_parts=True,
    issuer=AGENT_ISSUER,
    audience=AGENT_AUDIENCE,
    algorithm="RS256",
)
_VERIFIED = _VERIFIED_WITH_EMAIL._replace(required=_VERIFIED_REQUIRED, optional=("email",))

_G1_DOCUMENT = DocumentRules(
    _G1_MODES,
    "workspace-record",
    ("apikey", "chatgpt"),
    agent_fields=(
        "workspace_id",
        "chatgpt_user_id",
        "agent_runtime_id",
        "agent_private_key",
        "registered_at",
        "background_task_id",
    ),
    agent_optional=("chatgpt_user_id", "background_task_id"),
    float_numbers=True,
)
_ACCOUNT_RECORD = (
    "agent_runtime_id",
    "agent_private_key",
    "account_id",
    "chatgpt_user_id",
    "email",
    "plan_type",
    "chatgpt_account_is_fedramp",
)

_FIRST = Contract(
    name="first",
    title="client 0.123 (2026-04)",
    version="0.123.0",
    released=True,
    document=_G1_DOCUMENT,
    agent=_WORKSPACE_CLAIMS,
    agent_variable=None,
    managed_identity="biscuit",
    registration=_G1_REGISTRATION,
    app_server_home_error="error loading default config after config error: ",
    apps_key_from_tokens=True,
    bedrock_changes=("aws.profile",),
)
_IDENTITY_ONLY = _FIRST._replace(
    name="identity-only",
    title="#18176, #18177, #18180 (2026-04)",
    version=None,
    released=False,
    document=_G1_DOCUMENT._replace(agent_form="workspace-record-or-jwt"),
    agent_variable="CODEX_AGENT_IDENTITY",
    agent_variable_on_exec_only=True,
    identity_only=True,
    managed_identity="biscuit",
)
_0124 = _FIRST._replace(
    name="0.124",
    title="client 0.124 (2026-04)",
    version="0.124.0",
    document=DocumentRules(
        _G2_MODES,
        "account-record",
        ("apikey", "chatgpt"),
        agent_fields=_ACCOUNT_RECORD,
        agent_missing="agent identity auth is missing an agent identity record.",
        float_numbers=True,
    ),
    agent=_VERIFIED_WITH_EMAIL,
    managed_identity="none",
    record_without_bearer=True,
    registration=_G2_REGISTRATION,
    app_server_home_error="",
    identity_at_first_use=True,
    apps_key_from_tokens=False,
    bedrock_changes=("aws.profile", "aws.region"),
)
_EXPLICIT = _FIRST._replace(
    name="explicit",
    title="client 0.128 (2026-05)",
    version="0.128.0",
    document=DocumentRules(
        _G2_MODES,
        "jwt",
        ("apikey", "chatgpt"),
        agent_missing="agent identity auth is missing an agent identity token.",
        float_numbers=True,
    ),
    agent=_VERIFIED_WITH_EMAIL,
    agent_variable="CODEX_AGENT_IDENTITY",
    managed_identity="none",
    no_tokens=SIGNED_OUT_SINCE,
    asks_without_tokens=True,
    app_server_home_error="",
    policies_failed="Failed to load cloud requirements (workspace-managed policies).",
    apps_key_from_tokens=False,
    bedrock_changes=("aws.profile", "aws.region"),
    registration=_G3_REGISTRATION,
    leading=G3_LEADING,
)
_MANAGED = _EXPLICIT._replace(
    name="managed",
    title="client 0.142 (2026-06)",
    version="0.142.0",
    document=DocumentRules(
        _G4_MODES,
        "any",
        ("personalAccessToken", "bedrockApiKey", "apikey", "chatgpt"),
        personal_access_token=True,
        bedrock_api_key=True,
        agent_fields=(*_ACCOUNT_RECORD, "task_id"),
        agent_optional=("email", "task_id"),
        agent_missing="agent identity auth is missing agent identity auth material.",
    ),
    agent=_VERIFIED,
    agent_variable="CODEX_ACCESS_TOKEN",
    personal_access_tokens=True,
    workspace_list=True,
    doctor=True,
    managed_record=True,
    status_agent="Logged in using access token",
    path_warning="could not create PATH aliases",
    workspace_word="workspace(s)",
    token_before_store_stop=True,
    commas_refused=True,
    policies_failed="Failed to load cloud config bundle (workspace-managed policies).",
    managed_plans=_MANAGED_PLANS,
    known_environments_only=True,
    task_refused="agent task registration failed",
    task_retried="retryable agent identity registration failure: ",
    task_timeout=("retryable agent identity registration failure: failed to register agent task"),
    workspace_wrong_type="data did not match any variant of untagged enum Repr",
    registration=_G4_REGISTRATION,
    leading=G4_LEADING,
    policies_path="/wham/config/bundle",
    bedrock_account=("Bedrock API key auth is only supported by the Amazon Bedrock model provider"),
    profiles_in_config=False,
    config_in_file_order=True,
)
_CURRENT = _MANAGED._replace(
    name="current",
    title="client 0.169 (2026-10)",
    version="0.169.0",
    document=DocumentRules(
        _G5_MODES,
        "any",
        ("personalAccessToken", "bedrockApiKey", "bedrockAccessKeys", "apikey", "chatgpt"),
        personal_access_token=True,
        bedrock_api_key=True,
        bedrock_access_keys=True,
        conceals=True,
        prefix="failed to deserialize CLI auth from file: ",
        agent_fields=(*_ACCOUNT_RECORD, "task_id"),
        agent_optional=("email", "task_id"),
        agent_missing="agent identity auth is missing agent identity auth material.",
    ),
    agent=_VERIFIED._replace(
        conceals=True,
        error_prefix="failed to decode agent identity JWT: ",
        names_causes=True,
        key_derivation="labelled",
    ),
    silent_drop=True,
    provider_command_stops=False,
    starts_read_by_name=True,
    doctor_redacts="<redacted>",
    host_refresh="",
    high_demand="We\u2019re currently experiencing high demand, which may cause temporary errors.",
    unsendable_header="failed to build route-aware request: failed to parse header value",
    environment_is_parsed=True,
    managed_plans=(
        *_MANAGED_PLANS,
        "ent26",
        "enterprise_cbp_automation",
        "edu_plus",
        "edu_pro",
    ),
    bedrock_changes=(*_BEDROCK_0146, "aws.credential_export", "aws.auth_refresh"),
    bedrock_refused_early=True,
    status_enforces=True,
    workload_identity=True,
    refresh_margin_seconds=300,
    enforces_always=False,
    status_key="API key configured - {key}\nAuthentication is checked when you send a request.",
    no_tokens="plan type is required for chatgpt authentication",
    asks_without_tokens=False,
    waits_for_network=True,
    provider_inherits_login=False,
    routing=True,
    managed_identity="bearer",
    identity_overrides=True,
    shape_before_environment=True,
    removal_failed="Failed to remove stored credentials",
    keyring_error=(
        "failed to load CLI auth from keyring: Platform secure storage failure: {cause}: "
        "Platform secure storage failure: {cause}: {cause}"
    ),
    registration=_G5_REGISTRATION,
    leading=G5_LEADING,
)

_WITH_HEADERS = _MANAGED.document._replace(
    auth_modes=(*_G1_MODES, "headers", *_G4_MODES[len(_G1_MODES) :])
)

TABLE: Final[tuple[Contract, ...]] = (
    _FIRST._replace(
        name="0.122",
        title="client 0.122 (2026-04)",
        version="0.122.0",
        provider_name_is_a_field=True,
        bedrock_changes=(),
    ),
    _FIRST,
    _IDENTITY_ONLY,
    _0124,
    _0124._replace(
        name="0.125",
        title="client 0.125 (2026-04)",
        version="0.125.0",
        record_without_bearer=False,
        no_tokens=SIGNED_OUT_SINCE,
        asks_without_tokens=True,
    ),
    _EXPLICIT,
    _MANAGED,
    _MANAGED._replace(
        name="0.146",
        title="client 0.146",
        version="0.146.0",
        document=_WITH_HEADERS,
        bedrock_changes=_BEDROCK_0146,
        provider_command_stops=False,
        managed_identity="bearer",
        managed_plans=(*_MANAGED_PLANS, "ent26"),
        host_refresh="",
    ),
    _CURRENT._replace(
        name="0.147",
        title="client 0.147",
        version="0.147.0",
        document=_WITH_HEADERS,
        agent=_VERIFIED,
        routing=False,
        provider_inherits_login=True,
        workload_identity=False,
        waits_for_network=False,
        status_key=_MANAGED.status_key,
        keyring_error=_MANAGED.keyring_error,
        identity_overrides=False,
        leading=G4_LEADING,
        removal_failed=_MANAGED.removal_failed,
        bedrock_changes=_BEDROCK_0146,
        bedrock_refused_early=False,
        registration=_G5_REGISTRATION._replace(invalid_grant=False),
        no_tokens=_MANAGED.no_tokens,
        asks_without_tokens=True,
        unsendable_header=_MANAGED.unsendable_header,
        high_demand=_MANAGED.high_demand,
        starts_read_by_name=False,
        doctor_redacts=_MANAGED.doctor_redacts,
        environment_is_parsed=False,
        managed_plans=(*_MANAGED_PLANS, "ent26", "enterprise_cbp_automation"),
    ),
    _CURRENT,
)

GENERATIONS: Final = ("first", "identity-only", "explicit", "managed", "current")

BY_NAME: Final = {row.name: row for row in TABLE}


def parse_version(text: str) -> tuple[int, int, int] | None:
    """`0.142.0`, `v0.142`, `rust-v0.142.0-alpha.1` as numbers; None for anything else."""
    core = text.strip().removeprefix("rust-").removeprefix("v").split("-", 1)[0]
    parts = core.split(".")
    if not 2 <= len(parts) <= 3 or not all(
        p.isascii() and p.isdigit() and len(p) < 6 for p in parts
    ):
        return None
    numbers = [int(p) for p in parts] + [0]
    return numbers[0], numbers[1], numbers[2]


def find(name_or_version: str) -> tuple[Contract, str | None] | None:
    """The contract of a generation's name or of a client version, and a note, or None.

    A version between two recorded ones takes the older, and the note says so.
    """
    if name_or_version in BY_NAME:
        return BY_NAME[name_or_version], None
    wanted = parse_version(name_or_version)
    if wanted is None:
        return None
    chosen: Contract | None = None
    for row in TABLE:
        seen = parse_version(row.version) if row.version else None
        if seen is not None and (seen <= wanted or chosen is None):
            chosen = row
    if chosen is None or chosen.version is None:
        return None
    if parse_version(chosen.version) == wanted:
        return chosen, None
    side = "older" if parse_version(chosen.version) < wanted else "newer"  # type: ignore[operator]
    return (
        chosen,
        f"{name_or_version} was not recorded; the next {side} one, {chosen.version}, is used",
    )
