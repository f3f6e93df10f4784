"""The call sites behind #18811: which credential each takes, and what it says to the others.

Pure. Sources: codex-rs/chatgpt, codex-rs/cloud-tasks, codex-rs/core/src/mcp_openai_file.rs,
codex-rs/app-server.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from authtui.record import NamedTuple
from authtui.tokens.claims import plan_of

if TYPE_CHECKING:
    from authtui.contracts import Contract
    from authtui.simulation.selection import Credential

Condition = Literal["codex-backend", "chatgpt-account", "codex-backend-or-command"]
CODEX_BACKEND_MODES: Final = (
    "chatgpt",
    "chatgpt_auth_tokens",
    "personal_access_token",
    "headers",
    "agent_identity",
)
NO_AUTH: Final = "ChatGPT auth not available"
NO_ACCOUNT: Final = "ChatGPT account ID not available, please re-run `codex login`"


class Gate(NamedTuple):
    """One feature, what it asks of the credential, and the client's words to others.

    `message` None: the feature is left out without a word. `names_missing`: without any
    credential, or without an account, it says so in words of its own.
    """

    feature: str
    condition: Condition
    message: str | None
    names_missing: bool = False


class Passage(NamedTuple):
    """Whether a gate opens; `says` is the client's text where it does not, None for silence."""

    opens: bool
    says: str | None = None


class AppsKey(NamedTuple):
    """What the cached list of Apps tools is kept under (#18811)."""

    account_id: str | None = None
    chatgpt_user_id: str | None = None
    is_workspace_account: bool = False


GATES: Final[tuple[Gate, ...]] = (
    Gate(
        "ChatGPT backend requests",
        "codex-backend",
        "ChatGPT backend requests require Codex backend auth",
        names_missing=True,
    ),
    Gate(
        "connectors",
        "codex-backend",
        "ChatGPT connectors require Codex backend auth",
        names_missing=True,
    ),
    Gate(
        "Apps file upload",
        "codex-backend",
        "ChatGPT auth is required to upload files for Codex Apps tools",
    ),
    Gate(
        "remote control",
        "chatgpt-account",
        "remote control requires ChatGPT authentication; API key auth is not supported",
    ),
    Gate(
        "cloud tasks",
        "codex-backend",
        "Not signed in. Please run 'codex login' to sign in with ChatGPT, then re-run "
        "'codex cloud'.",
    ),
    Gate(
        "remote plugin catalogue",
        "codex-backend",
        "chatgpt authentication required for remote plugin catalog",
    ),
    Gate("Apps MCP server", "codex-backend", None),
    Gate("model list refresh", "codex-backend-or-command", None),
)
"""Every gated feature. `remote control` asks for a ChatGPT account: an account id counts."""


def uses_codex_backend(mode: str | None) -> bool:
    """Whether a credential of this mode goes to the Codex backend. None: there is no credential.

    A workload identity is not in the source this follows, and counts as not.
    """
    return mode in CODEX_BACKEND_MODES


def passage(gate: Gate, credential: Credential | None, *, apps_enabled: bool = True) -> Passage:
    """Whether a credential passes a gate. `apps_enabled` is what the configuration says."""
    mode = credential.mode if credential else None
    if gate.feature == "Apps MCP server" and not apps_enabled:
        return Passage(opens=False)
    if gate.names_missing and credential is None:
        return Passage(opens=False, says=NO_AUTH)
    if gate.condition == "codex-backend-or-command" and mode == "provider":
        return Passage(opens=True)
    if not uses_codex_backend(mode):
        return Passage(opens=False, says=gate.message)
    has_account = mode == "headers" or (credential is not None and bool(credential.account_id))
    if gate.condition == "chatgpt-account" and not has_account:
        return Passage(opens=False, says=gate.message)
    if gate.names_missing and not has_account:
        return Passage(opens=False, says=NO_ACCOUNT)
    return Passage(opens=True)


def apps_key(credential: Credential | None, contract: Contract) -> AppsKey:
    """The key of the Apps cache. An agent identity has no token data to make one from."""
    if credential is None or not uses_codex_backend(credential.mode):
        return AppsKey()
    if credential.mode == "agent_identity" and contract.apps_key_from_tokens:
        return AppsKey()
    plan = plan_of((credential.plan or "").lower())
    return AppsKey(credential.account_id, credential.user_id, plan.workspace)
