"""One table: what differs between the generations of the client, and where each fact was seen.

Everything version-dependent lives here; other rooms ask a `Contract` and never compare versions.
Rows are keyed by the client version a fact was recorded with. `identity-only` is the contract of
the three April 2026 pull requests (#18176, #18177, #18180), which no released version contains.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

AgentForm = Literal["workspace-record", "workspace-record-or-jwt", "account-record", "jwt", "any"]


class DocumentRules(NamedTuple):
    """How a generation reads the stored credential document (auth.json, keyring, age file).

    `auth_modes` are the accepted spellings in the order in which its errors list them.
    `agent_form` is what `agent_identity` may be. `conceals` says that data errors hide field and
    value (`invalid credential JSON (Data at line 5 column 27)`). `prefix` stands before a parse
    error of the file. `infers` is the order of mode inference when `auth_mode` is absent.
    """

    auth_modes: tuple[str, ...]
    agent_form: AgentForm
    infers: tuple[str, ...]
    personal_access_token: bool = False
    bedrock_api_key: bool = False
    bedrock_access_keys: bool = False
    conceals: bool = False
    prefix: str = ""


class AgentContract(NamedTuple):
    """The claims an agent identity JWT must carry, and how it is checked."""

    required: tuple[str, ...]
    optional: tuple[str, ...]
    verified: bool
    exactly_three_parts: bool
    issuer: str | None = None
    audience: str | None = None
    algorithm: str | None = None


class Contract(NamedTuple):
    """One generation of the client. Names of variables, hosts and texts are the client's own.

    `silent_drop`: a credential that cannot be used is dropped and `exec` goes on without one
    (0.147 and later). `workspace_list`: `forced_chatgpt_workspace_id` may be a list.
    `status_enforces`: `login status` treats a violated restriction as not logged in.
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


AGENT_ISSUER: Final = "https://chatgpt.com/codex-backend/agent-identity"
AGENT_AUDIENCE: Final = "codex-app-server"

_G1_MODES = ("apikey", "chatgpt", "chatgptAuthTokens")
_G2_MODES = (*_G1_MODES, "agentIdentity")
_G4_MODES = (*_G2_MODES, "personalAccessToken", "bedrockApiKey")
_G5_MODES = (*_G4_MODES, "bedrockAccessKeys", "headers")

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

_G1_DOCUMENT = DocumentRules(_G1_MODES, "workspace-record", ("apikey", "chatgpt"))

_FIRST = Contract(
    name="first",
    title="client 0.123 (2026-04)",
    version="0.123.0",
    released=True,
    document=_G1_DOCUMENT,
    agent=_WORKSPACE_CLAIMS,
    agent_variable=None,
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
)
_0124 = _FIRST._replace(
    name="0.124",
    title="client 0.124 (2026-04)",
    version="0.124.0",
    document=DocumentRules(_G2_MODES, "account-record", ("apikey", "chatgpt")),
    agent=_VERIFIED_WITH_EMAIL,
)
_EXPLICIT = _FIRST._replace(
    name="explicit",
    title="client 0.128 (2026-05)",
    version="0.128.0",
    document=DocumentRules(_G2_MODES, "jwt", ("apikey", "chatgpt")),
    agent=_VERIFIED_WITH_EMAIL,
    agent_variable="CODEX_AGENT_IDENTITY",
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
    ),
    agent=_VERIFIED,
    agent_variable="CODEX_ACCESS_TOKEN",
    personal_access_tokens=True,
    workspace_list=True,
    doctor=True,
    managed_record=True,
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
    ),
    silent_drop=True,
    status_enforces=True,
    workload_identity=True,
    refresh_margin_seconds=300,
)

TABLE: Final[tuple[Contract, ...]] = (
    _FIRST._replace(name="0.122", title="client 0.122 (2026-04)", version="0.122.0"),
    _FIRST,
    _IDENTITY_ONLY,
    _0124,
    _0124._replace(name="0.125", title="client 0.125 (2026-04)", version="0.125.0"),
    _EXPLICIT,
    _MANAGED,
    _MANAGED._replace(name="0.146", title="client 0.146", version="0.146.0"),
    _CURRENT._replace(name="0.147", title="client 0.147", version="0.147.0"),
    _CURRENT,
)

GENERATIONS: Final = ("first", "identity-only", "explicit", "managed", "current")

BY_NAME: Final = {row.name: row for row in TABLE}


def parse_version(text: str) -> tuple[int, int, int] | None:
    """`0.142.0`, `v0.142`, `rust-v0.142.0-alpha.1` as numbers; None for anything else."""
    core = text.strip().removeprefix("rust-").removeprefix("v").split("-", 1)[0]
    parts = core.split(".")
    if not 2 <= len(parts) <= 3 or not all(p.isascii() and p.isdigit() and len(p) < 6 for p in parts):
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
    return chosen, f"{name_or_version} was not recorded; the next {side} one, {chosen.version}, is used"
