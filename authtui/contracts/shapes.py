"""What a generation of the client is made of: the questions that the table answers for each.

Names of variables, hosts and texts are the client's own. `seconds` are seconds.
"""

from __future__ import annotations

from typing import Final, Literal

from authtui.contracts.addresses import REFRESH_OVERRIDE, REVOKE_OVERRIDE
from authtui.record import NamedTuple

AgentForm = Literal["workspace-record", "workspace-record-or-jwt", "account-record", "jwt", "any"]


class DocumentRules(NamedTuple):
    """How a generation reads the stored record (auth.json, keyring, encrypted store)."""

    # The accepted spellings of `auth_mode`, in the order in which errors list them.
    auth_modes: tuple[str, ...]
    # What `agent_identity` may be.
    agent_form: AgentForm
    # Without `auth_mode`, the first of these that is stored decides; else it is `chatgpt`.
    infers: tuple[str, ...]
    # Fields that are known to this generation.
    personal_access_token: bool = False
    bedrock_api_key: bool = False
    bedrock_access_keys: bool = False
    # A data error hides field and value: `invalid credential JSON (Data at line 5 column 27)`.
    conceals: bool = False
    # Stands before a parse error of auth.json.
    prefix: str = ""
    # What `agent_identity` is read as, where it may be one of two forms.
    agent_enum: str = "AgentIdentityStorage"
    # Fields of the agent identity record, in the order in which missing ones are reported.
    agent_fields: tuple[str, ...] = ()
    # Those of them that may be absent.
    agent_optional: tuple[str, ...] = ()
    # What is said of mode agentIdentity without an identity.
    agent_missing: str = ""
    # A number that is no integer is named with its value (`floating point `1.5``), else `number`.
    float_numbers: bool = False


class AgentContract(NamedTuple):
    """The claims an agent identity JWT must carry, and how it is checked."""

    required: tuple[str, ...]
    optional: tuple[str, ...]
    # Whether the signature is checked against a key set.
    verified: bool
    exactly_three_parts: bool
    issuer: str | None = None
    audience: str | None = None
    algorithm: str | None = None
    # An error of the payload shows its class and position only.
    conceals: bool = False
    # Stands before an error of the shape or the payload.
    error_prefix: str = ""
    # The cause of such an error is appended to it.
    names_causes: bool = False
    # How random bytes become a new key.
    key_derivation: Literal["seed", "labelled"] = "seed"


class RegistrationRules(NamedTuple):
    """How a generation registers agents and tasks, refreshes and logs out.

    Sources: codex-rs/agent-identity/src/lib.rs, codex-rs/core/src/agent_identity.rs,
    codex-rs/login/src/auth/agent_identity.rs and manager.rs.
    """

    # Where agents and tasks are registered: at the ChatGPT base URL, at the AuthAPI host, or at
    # the AuthAPI host of the ChatGPT environment.
    base: Literal["chatgpt", "authapi", "environment"] = "chatgpt"
    # The variable that replaces this base.
    base_variable: str | None = None
    # How `chatgpt_base_url` is trimmed for it (#17385, #18871, #19763).
    strip: Literal["first", "suffix-first", "api-codex"] = "first"
    task_seconds: float = 15.0
    # Requests in all, and the pause after the last.
    attempts: int = 1
    cooldown_seconds: int = 0
    # What the body of an agent registration says of the client.
    capabilities: tuple[str, ...] = ()
    ttl: bool = False
    source: str = "cli"
    # The fields of the response that may hold the task id, in the order in which they are tried.
    task_fields: tuple[str, ...] = ("encrypted_task_id",)
    # The client's texts; `wrapper` stands before every error of the thread's task.
    task_unsent: str = "failed to send agent task registration request to {url}"
    task_refused_from: str = " from {url}"
    task_undecodable: str = "failed to parse agent task response from {url}"
    task_omitted: str = "failed to parse agent task response from {url}"
    wrapper: str = ""
    # Characters of a response body that an error quotes; None: all.
    body_limit: int | None = None
    # Where the task of a managed identity lives.
    task_kept: Literal["thread", "process", "record"] = "thread"
    # The three known error codes end a refresh for good with any status, else with 401 only.
    known_codes: bool = False
    # So does `invalid_grant` with status 400.
    invalid_grant: bool = False
    # Logging out takes the token to revoke from the store, so that a variable does not hide it.
    revokes_store: bool = False


class StoreRules(NamedTuple):
    """How a generation writes auth.json. Seen by the system calls of each release.

    It then refuses a file with another hard link, and one without any permission to write, and
    cannot replace a mount point.
    """

    # By a temporary file and a rename; else it truncates the file and writes it in place.
    replaces: bool = False
    # It waits for this lock in CODEX_HOME without an end,
    home_lock: str = ""
    # and five seconds for the lock beside the file, whose name ends so.
    file_lock: str = ""


class OverrideRules(NamedTuple):
    """What overrides route a generation through a recording proxy without touching its files.

    Found out by running each client against a backend, with every login that it reads.
    """

    # The variables it reads for the addresses of the auth server.
    variables: tuple[str, ...] = (REFRESH_OVERRIDE, REVOKE_OVERRIDE)
    # An agent identity is used although the ChatGPT base is none of the known environments: as it
    # is, or with the variable of the key set.
    identity: bool = True
    # Hosts it contacts directly all the same, for telemetry and downloads of plugins.
    beside: tuple[str, ...] = ("ab.chatgpt.com", "chatgpt.com", "github.com", "api.github.com")


PROJECT_LEAVES_OUT: Final = (
    "model_provider",
    "notify",
    "model_providers",
    "profile",
    "profiles",
    "chatgpt_base_url",
    "apps_mcp_product_sku",
    "responses_api_metadata",
    "openai_base_url",
    "experimental_realtime_ws_base_url",
    "experimental_realtime_webrtc_call_base_url",
    "otel",
)
"""The keys that the client does not take from a project (0.144: those of the provider; 0.169)."""


class Contract(NamedTuple):
    """One generation of the client, as released, or as proposed by pull requests.

    `exec`, `status` (`codex login status`) and the interactive client are its program starts.
    """

    name: str
    # `client 0.142 (2026-06)`, for users.
    title: str
    # The client version it was recorded with; None: no release contains it.
    version: str | None
    released: bool
    document: DocumentRules
    agent: AgentContract
    registration: RegistrationRules = RegistrationRules()
    overrides: OverrideRules = OverrideRules()
    store: StoreRules = StoreRules()

    # --- what it can read and do ---
    # The variable that holds an agent identity or an access token.
    agent_variable: str | None = None
    agent_variable_on_exec_only: bool = False
    # It works although the store mode is `ephemeral`.
    token_before_store_stop: bool = False
    # The agent variable and auth.json may hold a personal access token (`at-…`).
    personal_access_tokens: bool = False
    workload_identity: bool = False
    # Its token may come from the SPIFFE Workload API, whose variables select it, too.
    workload_spiffe: bool = False
    # A policy that allows only API keys is named before anything of it is looked at.
    workload_policy_first: bool = False
    # A login that is an agent identity and nothing else authenticates by itself (#18177).
    identity_only: bool = False
    # The identity record is the one with `account_id` and `task_id` (#19049).
    managed_record: bool = False
    # How `features.use_agent_identity` registers an identity beside a ChatGPT login: agent and task
    # with a human biscuit, or the agent with the Bearer and the task with neither.
    managed_identity: Literal["none", "biscuit", "bearer"] = "none"
    doctor: bool = False

    # --- loading the credential ---
    # One that cannot be used is dropped, and `exec` goes on without any (0.147 and later).
    silent_drop: bool = False
    # The key of a stored identity is first looked at by the first request, so that `status` does
    # not notice a broken one.
    identity_at_first_use: bool = False
    # A stored identity is asked for a bearer token, which it does not have.
    record_without_bearer: bool = False
    # An agent identity needs one of the known ChatGPT hosts (#37356) ...
    known_environments_only: bool = False
    # ... which are compared as URLs, not as texts,
    environment_is_parsed: bool = False
    # and every host below chatgpt.com and chatgpt-staging.com is one of them,
    environment_below_hosts: bool = False
    # only after the shape of the token was,
    shape_before_environment: bool = False
    # and CODEX_AGENT_IDENTITY_JWKS_BASE_URL is read.
    identity_overrides: bool = False
    keyring_error: str = "failed to load CLI auth from keyring: {error}"
    no_tokens: str = "Token data is not available."
    # The texts of a task registration that is refused or gets no answer; `{url}` is its address.
    task_refused: str = "failed to register agent task"
    # Stands before the refusal of a task that was tried again.
    task_retried: str = ""
    task_timeout: str = "failed to register agent task"
    # Said of a personal access token that no header may carry.
    unsendable_header: str = "builder error"

    # --- restrictions and managed policies ---
    # `exec` loads the credential for the restrictions even where there are none, and so stops at
    # a load error.
    enforces_always: bool = True
    # `status` treats a violated restriction as not logged in.
    status_enforces: bool = False
    # `forced_chatgpt_workspace_id` may be a list, and one text with commas is refused.
    workspace_list: bool = False
    commas_refused: bool = False
    workspace_word: str = "workspace"
    workspace_wrong_type: str = "invalid type: {found}, expected a string"
    removal_failed: str = "Failed to remove auth.json"
    # The plans whose workspace manages the configuration, and where its policies are fetched.
    managed_plans: tuple[str, ...] = ("enterprise", "business", "hc", "enterprise_cbp_usage_based")
    policies_path: str = "/wham/config/requirements"
    policies_failed: str = "failed to load your workspace-managed config"

    # --- config.toml ---
    # `profile = "x"` selects a table; later it is refused.
    profiles_in_config: bool = True
    # A provider's table without `name` is a missing field, later an empty name.
    provider_name_is_a_field: bool = False
    # The keys of `model_providers.amazon-bedrock` that may be set; none where it is a provider
    # like any other. `bedrock_refused_early`: others are refused while the file is read.
    bedrock_changes: tuple[str, ...] = ()
    bedrock_refused_early: bool = False
    # A stored login of an MCP server that names no issuer is never renewed.
    mcp_renewal_needs_issuer: bool = False
    # Plain `codex` leaves a background server behind, and the next one is its client.
    background_server: bool = False
    # Built-in providers that newer releases have and this one does not.
    lacks_providers: tuple[str, ...] = ()
    # Of several wrong values the first in the file is named, else the first by name.
    # `starts_read_first`: keys that `exec` and the interactive client read before all others.
    config_in_file_order: bool = False
    # Words of `approval_policy` that are read and then refused.
    refused_approvals: tuple[str, ...] = ()
    starts_read_first: tuple[str, ...] = ()

    # The keys that the configuration of a project may not set.
    project_leaves_out: tuple[str, ...] = ()
    # What a workspace delivers is configuration too, and is kept in the home.
    bundle: bool = False
    # `requirements.toml` decides which logins count, on the store, the base URL and the provider.
    requirements_decide: bool = False

    # --- requests ---
    # Seconds before its expiry from which a token counts as stale.
    refresh_margin_seconds: int = 0
    # The workspace is looked up before the first model request.
    routing: bool = False
    # API keys of FedRAMP workspaces are known by how they begin, and go to a host of their own.
    fedramp_keys: bool = False
    # A provider without any auth setting is sent the ChatGPT login.
    provider_inherits_login: bool = True
    # A provider's auth command that fails is named; else the request goes out without a
    # credential.
    provider_command_stops: bool = True
    # A ChatGPT login without tokens still makes a model request, with nothing attached.
    asks_without_tokens: bool = False
    # A model request that finds no network is waited for without an end, not for five rounds.
    waits_for_network: bool = False
    # The cache of Apps tools is keyed by token data, and the early Apps gate knows no
    # `chatgpt_base_url` (before #18811).
    apps_key_from_tokens: bool = False
    # Said when tokens of a host program would have to be refreshed; empty where the server's own
    # refusal is shown.
    host_refresh: str = (
        "auth refresh request failed: code=-32000 message=chatgpt auth token refresh is not "
        "supported for in-process app-server clients"
    )
    # What a 500 of the model endpoint is turned into.
    high_demand: str = "We're currently experiencing high demand, which may cause temporary errors."

    # --- what the other programs say ---
    status_key: str = "Logged in using an API key - {key}"
    status_agent: str = "Logged in using Agent Identity"
    # What `status` could not do where CODEX_HOME is wrong.
    path_warning: str = "could not update PATH"
    # How `doctor` shows advice that names a token.
    doctor_redacts: str = "{advice}: <redacted>"
    # The app server: what stands before an error of CODEX_HOME, and its error for a stored
    # Bedrock key.
    app_server_home_error: str = ""
    bedrock_account: str | None = None
