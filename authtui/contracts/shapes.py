"""What a generation of the client is made of: the questions the table answers for each.

Names of variables, hosts and texts are the client's own.
"""

from __future__ import annotations

from typing import Literal

from authtui.record import NamedTuple

AgentForm = Literal["workspace-record", "workspace-record-or-jwt", "account-record", "jwt", "any"]


class DocumentRules(NamedTuple):
    """How a generation reads the stored credential document (auth.json, keyring, age file).

    `auth_modes` are the accepted spellings in the order in which its errors list them.
    `agent_form` is what `agent_identity` may be. `conceals` says that data errors hide field and
    value (`invalid credential JSON (Data at line 5 column 27)`). `prefix` stands before a parse
    error of the file. `infers` is the order of mode inference when `auth_mode` is absent.
    `agent_fields` are the fields of the agent identity record in declaration order, which is the
    order in which missing ones are reported; `agent_optional` those that may be absent.
    `agent_missing` is the text for mode agentIdentity without an identity. `float_numbers`: a
    number that is no integer is named with its value (`floating point `1.5``), later just `number`.
    """

    auth_modes: tuple[str, ...]
    agent_form: AgentForm
    infers: tuple[str, ...]
    personal_access_token: bool = False
    bedrock_api_key: bool = False
    bedrock_access_keys: bool = False
    conceals: bool = False
    prefix: str = ""
    agent_fields: tuple[str, ...] = ()
    agent_optional: tuple[str, ...] = ()
    agent_missing: str = ""
    keyring_prefix: str = "failed to deserialize CLI auth from keyring: "
    float_numbers: bool = False


class AgentContract(NamedTuple):
    """The claims an agent identity JWT must carry, and how it is checked.

    `conceals`: a payload error shows its class and position only. `error_prefix` stands before an
    error of the shape or the payload; `names_causes`: its cause stands behind. `key_derivation`:
    how random bytes become a new key.
    """

    required: tuple[str, ...]
    optional: tuple[str, ...]
    verified: bool
    exactly_three_parts: bool
    issuer: str | None = None
    audience: str | None = None
    algorithm: str | None = None
    conceals: bool = False
    error_prefix: str = ""
    names_causes: bool = False
    key_derivation: Literal["seed", "labelled"] = "seed"


class RegistrationRules(NamedTuple):
    """How a generation registers agents and their tasks (spec agent_identity.md 5, 7, 8, 10).

    `base`: the ChatGPT base URL, the AuthAPI host, or by environment. `strip`: which rule trims
    `chatgpt_base_url` (#17385, #18871, #19763). `biscuit`: a token-backed registration carries a
    human biscuit; else agent registration carries the Bearer and a task nothing. Limits are
    seconds, `attempts` counts requests, `cooldown_seconds` is the pause after the last. `source`
    is the program's name in the bill of materials. `task_fields` are read in this order.
    `body_limit` cuts a quoted body. `wrapper` stands before every error of the thread's task.
    `jwks_path` is appended to a base without `/backend-api`. `task_kept` is where a task of a
    managed identity lives. `invalid_grant`: status 400 with that code ends a refresh for good;
    `known_codes`: the three known codes do so with any status. `revokes_store`: logging out takes
    the token to revoke from the store, so that a variable does not hide it. `base_variable`
    replaces the base of registration.
    """

    base: Literal["chatgpt", "authapi", "environment"] = "chatgpt"
    strip: Literal["first", "suffix-first", "api-codex"] = "first"
    biscuit: bool = True
    agent_seconds: float = 15.0
    task_seconds: float = 15.0
    attempts: int = 1
    cooldown_seconds: int = 0
    capabilities: tuple[str, ...] = ()
    ttl: bool = False
    source: str = "cli"
    task_fields: tuple[str, ...] = ("encrypted_task_id",)
    task_unsent: str = "failed to send agent task registration request to {url}"
    task_refused_from: str = " from {url}"
    task_undecodable: str | None = None
    body_limit: int | None = None
    wrapper: str = ""
    jwks_path: str = "/agent-identities/jwks"
    task_kept: Literal["thread", "process", "record"] = "thread"
    known_codes: bool = False
    invalid_grant: bool = False
    revokes_store: bool = False
    base_variable: str | None = None


class LeadingRules(NamedTuple):
    """How a generation's requests are led to other addresses without touching its files.

    `settings`: the keys of config.toml that `-c KEY=VALUE` overrides, for the ChatGPT base and for
    model calls. Of two the later wins; up to 0.142 those before the subcommand are lost when one
    stands behind it (0.169 merges them).
    `variables`: the ones it reads for the addresses of the auth server. `identity`: an agent
    identity is used although the ChatGPT base is none of the known environments, by itself or
    with the variable of the key set. `beside`: hosts it asks directly all the same, for telemetry
    and copies of plugins. `seen`: the client that was driven so (all else unverified).
    """

    settings: tuple[str, str] = ("chatgpt_base_url", "openai_base_url")
    variables: tuple[str, ...] = (
        "CODEX_REFRESH_TOKEN_URL_OVERRIDE",
        "CODEX_REVOKE_TOKEN_URL_OVERRIDE",
    )
    identity: bool = True
    beside: tuple[str, ...] = ("ab.chatgpt.com", "chatgpt.com", "github.com", "api.github.com")
    seen: str = "0.123.0"


class Contract(NamedTuple):
    """One generation of the client. Names of variables, hosts and texts are the client's own.

    `silent_drop`: a credential that cannot be used is dropped and `exec` goes on without one
    (0.147 and later). `workspace_list`: `forced_chatgpt_workspace_id` may be a list.
    `status_enforces`: `login status` treats a violated restriction as not logged in.
    `enforces_always`: `exec` loads the credential for the restriction check even when nothing is
    restricted, and so stops at a load error. `token_before_store_stop`: the agent variable works
    although the store mode is `ephemeral`. `known_environments_only`: an agent identity needs one
    of the known ChatGPT hosts. `provider_inherits_login`: a provider without any auth setting is
    sent the ChatGPT login. `routing`: the workspace is looked up before the first model request.
    `asks_without_tokens`: a ChatGPT login without tokens still makes a model request, with nothing
    attached. `waits_for_network`: a model request that finds no network is waited for without an
    end, instead of five rounds. `app_server_home_error`: what the app server puts before an error
    of CODEX_HOME. `identity_at_first_use`: the key of a stored identity is first looked at by the
    first request, so `login status` does not notice a broken one. `managed_identity`: how
    `features.use_agent_identity` registers, if it does anything. `apps_key_from_tokens`: before
    #18811, when the Apps tool cache was keyed by token data and the early Apps gate knew no
    `chatgpt_base_url`. `profiles_in_config`: `profile = "x"` selects a table of config.toml; later
    it is refused. `provider_name_is_a_field`: a provider's table without `name` is a missing
    field, later an empty name. `bedrock_changes`: the keys that `model_providers.amazon-bedrock`
    may set; none where it is a provider like any other. `bedrock_refused_early`: already while the
    file is read. `config_in_file_order`: of several wrong values the first in the file is named,
    in older generations the first by name; `starts_read_by_name`: `exec` and the interactive
    client still name the first by name. `provider_command_stops`: a provider's auth command
    that fails is named, later the request goes out without a credential. `managed_plans`: the
    plans whose workspace manages the configuration. `policies_unauthorized`: what is said when
    those policies answer 401. `host_refresh`: what is said when tokens of a host program would
    have to be renewed; nothing where the server's own refusal is shown. `high_demand`: what a
    500 of the model endpoint is turned into. `unsendable_header`: what is said of a personal
    access token that no header may carry. `environment_is_parsed`: the known ChatGPT hosts are
    compared as URLs, not as texts. `doctor_redacts`: how `doctor` shows advice that names a token.
    `bedrock_account`: the app server's error for a stored Bedrock key. `task_retried` stands before
    the refusal of a task that was tried again.
    """

    name: str
    title: str
    version: str | None
    released: bool
    document: DocumentRules
    agent: AgentContract
    agent_variable: str | None
    agent_variable_on_exec_only: bool = False
    personal_access_tokens: bool = False
    silent_drop: bool = False
    workspace_list: bool = False
    status_enforces: bool = False
    doctor: bool = False
    managed_record: bool = False
    identity_only: bool = False
    workload_identity: bool = False
    refresh_margin_seconds: int = 0
    enforces_always: bool = True
    token_before_store_stop: bool = False
    status_key: str = "Logged in using an API key - {key}"
    status_agent: str = "Logged in using Agent Identity"
    path_warning: str = "could not update PATH"
    no_tokens: str = "Token data is not available."
    workspace_word: str = "workspace"
    known_environments_only: bool = False
    provider_inherits_login: bool = True
    routing: bool = False
    managed_identity: Literal["none", "biscuit", "bearer"] = "none"
    keyring_error: str = "failed to load CLI auth from keyring: {error}"
    record_without_bearer: bool = False
    workspace_wrong_type: str = "invalid type: {found}, expected a string"
    task_refused: str = "failed to register agent task"
    task_retried: str = ""
    task_timeout: str = "failed to register agent task"
    identity_overrides: bool = False
    shape_before_environment: bool = False
    removal_failed: str = "Failed to remove auth.json"
    commas_refused: bool = False
    policies_failed: str = "failed to load your workspace-managed config"
    registration: RegistrationRules = RegistrationRules()
    managed_plans: tuple[str, ...] = (
        "enterprise",
        "business",
        "hc",
        "enterprise_cbp_usage_based",
    )
    policies_unauthorized: str = (
        "Your authentication session could not be refreshed automatically. Please log out and "
        "sign in again."
    )
    host_refresh: str = (
        "auth refresh request failed: code=-32000 message=chatgpt auth token refresh is not "
        "supported for in-process app-server clients"
    )
    high_demand: str = "We're currently experiencing high demand, which may cause temporary errors."
    unsendable_header: str = "builder error"
    environment_is_parsed: bool = False
    bedrock_account: str | None = None
    doctor_redacts: str = "{advice}: <redacted>"
    asks_without_tokens: bool = False
    waits_for_network: bool = False
    app_server_home_error: str = ""
    identity_at_first_use: bool = False
    policies_path: str = "/wham/config/requirements"
    apps_key_from_tokens: bool = False
    leading: LeadingRules = LeadingRules()
    profiles_in_config: bool = True
    provider_name_is_a_field: bool = False
    bedrock_changes: tuple[str, ...] = ("aws.profile", "aws.region")
    bedrock_refused_early: bool = False
    config_in_file_order: bool = False
    starts_read_by_name: bool = False
    provider_command_stops: bool = True
