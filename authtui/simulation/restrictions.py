"""Login restrictions: what `exec` enforces when it starts, and what it would then delete.

Sources: codex-rs/login/src/auth/manager.rs (enforce_login_restrictions), #18177 for the
identity-only branch, the recordings for the list form and the filters of 0.147 and later.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.client_json.structs import rust_debug
from authtui.configuration.requirements import (
    METHODS,
    WORKSPACES,
    required_methods,
    required_workspaces,
)
from authtui.record import NamedTuple
from authtui.simulation.online_credentials import beside_login
from authtui.simulation.selection import (
    CHATGPT_MODES,
    MODES,
    Credential,
    Failure,
    Ladder,
    Resolution,
    forced_workspaces,
    resolve,
)
from authtui.simulation.stored_record import keyring_error

if TYPE_CHECKING:
    from authtui.contracts import Contract
    from authtui.machine.observation import Observation

API_MODES = ("api_key", "bedrock")


class Violation(NamedTuple):
    """A restriction that the effective credential breaks, in the client's words.

    `rule` is the configuration key, `required` what it asks for, `found` what the credential has
    instead; `deletes` tells whether the client deletes the stored login.
    """

    text: str
    rule: str
    required: str
    found: str | None
    credential: Credential
    deletes: bool = False


class Enforcement(NamedTuple):
    """What `exec` finds before it starts: at most one of the two is set."""

    failure: Failure | None = None
    violation: Violation | None = None


def forced_method(observation: Observation) -> str | None:
    """`forced_login_method`: `api`, `chatgpt`, or None."""
    value = observation.config.get("forced_login_method")
    return value if value in ("api", "chatgpt") else None


def methods_that_count(observation: Observation, contract: Contract) -> set[str]:
    """The kinds of login that configuration and requirements let count."""
    method = forced_method(observation)
    allowed = {"chatgpt", "api"} if method is None else {method}
    if contract.requirements_decide:
        allowed &= set(required_methods(observation.config))
    return allowed


def enforce(observation: Observation, contract: Contract, ladder: Ladder) -> Enforcement:
    """The result of enforcing the restrictions when `exec` starts."""
    restricted = forced_method(observation) or forced_workspaces(observation, contract)
    if not contract.enforces_always and not restricted:
        return Enforcement()
    found = resolve(ladder, contract, on_exec=True)
    if found.failure:
        return Enforcement(failure=found.failure)
    if found.credential is None:
        return Enforcement()
    violation = _violation(observation, contract, found.credential)
    if violation is None:
        return Enforcement()
    deletes, problem = removal(observation, contract, ladder)
    text = violation.text
    if problem:
        text = f"{text}. {contract.removal_failed}: {problem}"
    return Enforcement(violation=violation._replace(text=text, deletes=deletes))


def filtered(
    observation: Observation, contract: Contract, ladder: Ladder, *, on_exec: bool
) -> Resolution:
    """Walk the ladder with the silent policy filters of 0.147 and later.

    `filtered` in the result names the rule that made a stored login count as absent; the failure
    `Login is restricted to workspace id(s) …` comes from an agent identity or a personal access
    token, which these versions check while they load it.
    """
    if not contract.status_enforces or not ladder.workload.empty:
        return resolve(ladder, contract, on_exec=on_exec)
    method, allowed = forced_method(observation), methods_that_count(observation, contract)
    found = resolve(
        ladder,
        contract,
        on_exec=on_exec,
        chatgpt_allowed="chatgpt" in allowed,
        api_allowed="api" in allowed,
    )
    mode = found.credential.mode if found.credential else None
    if found.failure and found.failure.mode:
        mode = MODES.get(found.failure.mode, found.failure.mode)
    is_api = mode in API_MODES
    kind = "api" if is_api else "chatgpt"
    if mode and kind not in allowed:
        by_config = method is not None and method != kind
        return Resolution(None, filtered="forced_login_method" if by_config else METHODS)
    wanted = forced_workspaces(observation, contract)
    required = required_workspaces(observation.config) if contract.requirements_decide else None
    rule = "forced_chatgpt_workspace_id"
    if (not wanted and required is None) or is_api:
        return found
    if required is not None:
        account = found.credential.account_id if found.credential else None
        rule = WORKSPACES if not wanted or account in wanted else rule
        wanted = tuple(name for name in wanted or required if name in required)
    if found.failure:
        account = found.failure.account
        if account is None or account in wanted:
            return found
        return _of_another_workspace(
            found.failure.source, found.failure.where, account, wanted, rule
        )
    credential = found.credential
    if credential is None:
        return found
    account = credential.account_id
    if credential.mode in CHATGPT_MODES:
        beside = beside_login(credential, observation, contract)
        if beside and beside.text:
            return Resolution(None, beside)
        if beside and beside.account not in wanted:
            return _of_another_workspace(beside.source, beside.where, beside.account, wanted, rule)
        if (account or credential.policy_account) not in wanted:
            return Resolution(None, filtered=rule)
    elif credential.mode in ("agent_identity", "personal_access_token") and account not in wanted:
        return _of_another_workspace(credential.source, credential.where, account, wanted, rule)
    return found


def _of_another_workspace(
    source: str, where: str, account: str | None, wanted: tuple[str, ...], rule: str
) -> Resolution:
    text = f"Login is restricted to workspace id(s) {', '.join(wanted)}."
    reason = f"the token belongs to {account}"
    failure = Failure(source, where, text, reason, "account_id")
    return Resolution(None, failure, filtered=rule)


def _violation(
    observation: Observation, contract: Contract, credential: Credential
) -> Violation | None:
    """What the credential breaks; whether a login is deleted for it is not looked at here."""
    method = forced_method(observation)
    is_api = credential.mode in API_MODES
    if method == "api" and not is_api:
        text = "API key login is required, but ChatGPT is currently being used. Logging out."
        return Violation(text, "forced_login_method", "api", credential.mode, credential)
    if method == "chatgpt" and is_api:
        text = "ChatGPT login is required, but an API key is currently being used. Logging out."
        return Violation(text, "forced_login_method", "chatgpt", credential.mode, credential)
    wanted = forced_workspaces(observation, contract)
    if not wanted or is_api:
        return None
    rule = "forced_chatgpt_workspace_id"
    required = ", ".join(wanted)
    start = f"Login is restricted to {contract.workspace_word} {required}, but current"
    has = credential.policy_account
    if contract.identity_only and credential.mode == "agent_identity":
        if has in wanted:
            return None
        shown = f"Some({rust_debug(has)})" if has is not None else "None"
        text = f"{start} agent identity belongs to {shown}. Logging out."
    elif credential.mode in CHATGPT_MODES and not has_token_data(credential):
        has = None
        text = (
            "Failed to load ChatGPT credentials while enforcing workspace restrictions: "
            "Token data is not available.. Logging out."
        )
    elif has in wanted:
        return None
    elif has is None:
        text = f"{start} credentials lack a workspace identifier. Logging out."
    else:
        text = f"{start} credentials belong to {has}. Logging out."
    return Violation(text, rule, required, has, credential)


def has_token_data(credential: Credential) -> bool:
    """Whether the client can get at the tokens: it wants `tokens` and `last_refresh`."""
    document = credential.document
    return bool(document and document.tokens is not None and document.last_refresh is not None)


def removal(
    observation: Observation, contract: Contract, ladder: Ladder
) -> tuple[bool, str | None]:
    """Whether logging out removes a stored login, and the error if it cannot."""
    # Logging out removes the keyring entry first; an error there leaves auth.json in place.
    if ladder.store_mode == "ephemeral":
        return False, None
    if ladder.store_mode in ("keyring", "auto"):
        facts = observation.keyring
        if facts.status in ("no-backend", "locked", "denied", "hanging", "failed"):
            return False, keyring_error(facts, contract).replace(
                "failed to load CLI auth from keyring", "failed to delete auth from keyring"
            )
    if observation.auth_file.kind == "directory":
        return False, "Is a directory (os error 21)"
    return ladder.stored_somewhere, None
