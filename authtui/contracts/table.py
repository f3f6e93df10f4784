"""One table: what differs between the generations of the client, row by row as it was released.

Each row says what changed since the one above it. Rows are keyed by the client version that the
facts were recorded with; `identity-only` is the contract of the three April 2026 pull requests
(#18176, #18177, #18180), which no released version contains.
"""

from __future__ import annotations

from typing import Final

from authtui.contracts.shapes import (
    PROJECT_LEAVES_OUT,
    AgentContract,
    Contract,
    DocumentRules,
    OverrideRules,
    RegistrationRules,
    StoreRules,
)

AGENT_ISSUER: Final = "https://chatgpt.com/codex-backend/agent-identity"
AGENT_AUDIENCE: Final = "codex-app-server"
SIGNED_OUT_SINCE: Final = (
    "Your access token could not be refreshed because you have since logged out or signed in to "
    "another account. Please sign in again."
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
_LOGIN_MODES = ("apikey", "chatgpt", "chatgptAuthTokens")
_STORED_MODES = ("agentIdentity", "personalAccessToken", "bedrockApiKey")

_0122 = Contract(
    name="0.122",
    title="client 0.122 (2026-04)",
    lacks_providers=("amazon-bedrock", "amazon-bedrock-runtime", "gcp"),
    version="0.122.0",
    released=True,
    document=DocumentRules(
        auth_modes=_LOGIN_MODES,
        agent_form="workspace-record",
        infers=("apikey", "chatgpt"),
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
    ),
    agent=AgentContract(
        required=("workspace_id", "agent_runtime_id", "agent_private_key"),
        optional=("chatgpt_user_id", "registered_at"),
        verified=False,
        exactly_three_parts=False,
    ),
    registration=RegistrationRules(
        wrapper=(
            "Agent task registration failed. Please try again; Codex will attempt to register the "
            "task again on the next turn: "
        ),
    ),
    managed_identity="biscuit",
    task_refused="agent task registration failed",
    task_timeout="failed to send agent task registration request to {url}",
    app_server_home_error="error loading default config after config error: ",
    apps_key_from_tokens=True,
    provider_name_is_a_field=True,
)
_FIRST = _0122._replace(
    name="first",
    title="client 0.123 (2026-04)",
    version="0.123.0",
    provider_name_is_a_field=False,
    bedrock_changes=("aws.profile",),
    lacks_providers=("amazon-bedrock-runtime", "gcp"),
)
_IDENTITY_ONLY = _FIRST._replace(
    name="identity-only",
    title="identity-only (2026-04)",
    version=None,
    released=False,
    document=_FIRST.document._replace(
        agent_form="workspace-record-or-jwt", agent_enum="AgentIdentityAuthInput"
    ),
    agent_variable="CODEX_AGENT_IDENTITY",
    agent_variable_on_exec_only=True,
    token_before_store_stop=True,
    identity_only=True,
)
# The releases go on from 0.123.
_0124 = _FIRST._replace(
    name="0.124",
    title="client 0.124 (2026-04)",
    version="0.124.0",
    document=_FIRST.document._replace(
        auth_modes=(*_LOGIN_MODES, "agentIdentity"),
        agent_form="account-record",
        agent_fields=_ACCOUNT_RECORD,
        agent_optional=(),
        agent_missing="agent identity auth is missing an agent identity record.",
    ),
    agent=AgentContract(
        required=(
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
            "email",
        ),
        optional=(),
        verified=True,
        exactly_three_parts=True,
        issuer=AGENT_ISSUER,
        audience=AGENT_AUDIENCE,
        algorithm="RS256",
    ),
    registration=RegistrationRules(
        strip="suffix-first",
        task_seconds=30.0,
        task_fields=("task_id", "taskId", "encrypted_task_id", "encryptedTaskId"),
        task_unsent="failed to register agent task",
        task_refused_from="",
        task_omitted="agent task registration response omitted task id",
        task_undecodable="failed to decode agent task registration response",
        task_kept="process",
    ),
    managed_identity="none",
    task_refused="failed to register agent task",
    task_timeout="failed to register agent task",
    record_without_bearer=True,
    identity_at_first_use=True,
    app_server_home_error="",
    apps_key_from_tokens=False,
    bedrock_changes=("aws.profile", "aws.region"),
)
_0125 = _0124._replace(
    name="0.125",
    title="client 0.125 (2026-04)",
    version="0.125.0",
    record_without_bearer=False,
    no_tokens=SIGNED_OUT_SINCE,
    asks_without_tokens=True,
)
_EXPLICIT = _0125._replace(
    name="explicit",
    title="client 0.128 (2026-05)",
    version="0.128.0",
    document=_0125.document._replace(
        agent_form="jwt",
        agent_fields=(),
        agent_missing="agent identity auth is missing an agent identity token.",
    ),
    agent_variable="CODEX_AGENT_IDENTITY",
    identity_at_first_use=False,
    policies_failed="Failed to load cloud requirements (workspace-managed policies).",
    registration=_0125.registration._replace(
        base="authapi",
        base_variable="CODEX_AGENT_IDENTITY_AUTHAPI_BASE_URL",
        strip="api-codex",
        body_limit=512,
    ),
    overrides=OverrideRules(
        variables=(*OverrideRules().variables, "CODEX_AGENT_IDENTITY_AUTHAPI_BASE_URL")
    ),
)
_MANAGED = _EXPLICIT._replace(
    name="managed",
    title="client 0.142 (2026-06)",
    version="0.142.0",
    document=DocumentRules(
        auth_modes=(*_LOGIN_MODES, *_STORED_MODES),
        agent_form="any",
        infers=("personalAccessToken", "bedrockApiKey", "apikey", "chatgpt"),
        personal_access_token=True,
        bedrock_api_key=True,
        agent_fields=(*_ACCOUNT_RECORD, "task_id"),
        agent_optional=("email", "task_id"),
        agent_missing="agent identity auth is missing agent identity auth material.",
    ),
    agent=_EXPLICIT.agent._replace(
        required=tuple(name for name in _EXPLICIT.agent.required if name != "email"),
        optional=("email",),
    ),
    agent_variable="CODEX_ACCESS_TOKEN",
    personal_access_tokens=True,
    workspace_list=True,
    commas_refused=True,
    workspace_word="workspace(s)",
    workspace_wrong_type="data did not match any variant of untagged enum Repr",
    doctor=True,
    managed_record=True,
    status_agent="Logged in using access token",
    path_warning="could not create PATH aliases",
    token_before_store_stop=True,
    policies_path="/wham/config/bundle",
    policies_failed="Failed to load cloud config bundle (workspace-managed policies).",
    managed_plans=(
        "enterprise",
        "business",
        "hc",
        "education",
        "edu",
        "enterprise_cbp_usage_based",
    ),
    known_environments_only=True,
    task_refused="agent task registration failed",
    task_retried="retryable agent identity registration failure: ",
    task_timeout="retryable agent identity registration failure: failed to register agent task",
    registration=_EXPLICIT.registration._replace(
        base="environment",  # 0.142 registers at auth.api.openai.org for chatgpt-staging.com
        body_limit=None,
        # A task registration that never answers kept 0.142 and 0.169 for 3 x 30 s.
        attempts=3,
        capabilities=("responsesapi",),
        ttl=True,
        source="exec",
        task_kept="record",
        known_codes=True,
    ),
    overrides=_EXPLICIT.overrides._replace(
        variables=(*_EXPLICIT.overrides.variables, "CODEX_AUTHAPI_BASE_URL"), identity=False
    ),
    bedrock_account="Bedrock API key auth is only supported by the Amazon Bedrock model provider",
    profiles_in_config=False,
    project_leaves_out=PROJECT_LEAVES_OUT,
    config_in_file_order=True,
)
_0146 = _MANAGED._replace(
    name="0.146",
    title="client 0.146",
    version="0.146.0",
    document=_MANAGED.document._replace(auth_modes=(*_LOGIN_MODES, "headers", *_STORED_MODES)),
    managed_identity="bearer",
    managed_plans=(*_MANAGED.managed_plans, "ent26"),
    provider_command_stops=False,
    host_refresh="",
    bedrock_changes=("base_url", "auth", "http_headers", "aws.profile", "aws.region"),
)
_0147 = _0146._replace(
    name="0.147",
    title="client 0.147",
    version="0.147.0",
    silent_drop=True,
    enforces_always=False,
    status_enforces=True,
    shape_before_environment=True,
    managed_plans=(*_0146.managed_plans, "enterprise_cbp_automation"),
    refresh_margin_seconds=300,
    registration=_0146.registration._replace(cooldown_seconds=3600, revokes_store=True),
)
_CURRENT = _0147._replace(
    name="current",
    title="client 0.169 (2026-10)",
    version="0.169.0",
    document=_0147.document._replace(
        auth_modes=(*_0147.document.auth_modes, "bedrockAccessKeys"),
        infers=("personalAccessToken", "bedrockApiKey", "bedrockAccessKeys", "apikey", "chatgpt"),
        bedrock_access_keys=True,
        conceals=True,
        prefix="failed to deserialize CLI auth from file: ",
    ),
    agent=_0147.agent._replace(
        conceals=True,
        error_prefix="failed to decode agent identity JWT: ",
        names_causes=True,
        key_derivation="labelled",
    ),
    workload_identity=True,
    environment_is_parsed=True,
    identity_overrides=True,
    keyring_error=(
        "failed to load CLI auth from keyring: Platform secure storage failure: {cause}: "
        "Platform secure storage failure: {cause}: {cause}"
    ),
    no_tokens="plan type is required for chatgpt authentication",
    asks_without_tokens=False,
    unsendable_header="failed to build route-aware request: failed to parse header value",
    removal_failed="Failed to remove stored credentials",
    refused_approvals=("untrusted",),
    bundle=True,
    requirements_decide=True,
    managed_plans=(*_0147.managed_plans, "edu_plus", "edu_pro", "sci", "sci_plus"),
    fedramp_keys=True,
    environment_below_hosts=True,
    starts_read_first=("cli_auth_credentials_store", "chatgpt_base_url"),
    bedrock_changes=(*_0147.bedrock_changes, "aws.credential_export", "aws.auth_refresh"),
    bedrock_refused_early=True,
    lacks_providers=(),
    mcp_renewal_needs_issuer=True,  # from 0.149.0 on
    background_server=True,  # from 0.157.0 on
    routing=True,
    provider_inherits_login=False,
    waits_for_network=True,
    high_demand="We\u2019re currently experiencing high demand, which may cause temporary errors.",
    status_key="API key configured - {key}\nAuthentication is checked when you send a request.",
    doctor_redacts="<redacted>",
    registration=_0147.registration._replace(invalid_grant=True),
    overrides=_0147.overrides._replace(
        variables=(*_0147.overrides.variables, "CODEX_AGENT_IDENTITY_JWKS_BASE_URL"),
        identity=True,
        beside=("ab.chatgpt.com",),
    ),
)

# What changed between two rows of the table, at the first version that was seen with it.
_STORES: Final = (
    ((0, 166, 0), StoreRules(home_lock="auth.lock")),
    ((0, 167, 2), StoreRules(replaces=True, home_lock="auth.lock", file_lock=".lock")),
)
STORE_NOW: Final = _STORES[-1][1]
"""How the newest client writes, and authtui with it, whichever client is installed."""
_CURRENT = _CURRENT._replace(store=STORE_NOW)

_0171 = _CURRENT._replace(
    name="0.171",
    title="client 0.171 (2026-11)",
    version="0.171.0",
    workload_spiffe=True,
)

TABLE: Final[tuple[Contract, ...]] = (
    _0122,
    _FIRST,
    _IDENTITY_ONLY,
    _0124,
    _0125,
    _EXPLICIT,
    _MANAGED,
    _0146,
    _0147,
    _CURRENT,
    _0171,
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
    named = BY_NAME.get(name_or_version)
    if named is not None:
        return named, None
    wanted = parse_version(name_or_version)
    if wanted is None:
        return None
    recorded = [(seen, row) for row in TABLE if (seen := parse_version(row.version or ""))]
    older = [row for seen, row in recorded if seen <= wanted]
    chosen = older[-1] if older else recorded[0][1]
    if any(seen == wanted for seen, _ in recorded):
        return chosen, None
    side = "older" if older else "newer"
    stores = [rules for since, rules in _STORES if since <= wanted]
    return (
        chosen._replace(store=stores[-1]) if stores else chosen,
        f"{name_or_version} was not recorded; the next {side} one, {chosen.version}, is used",
    )
