"""Who may use an agent identity, which binding it needs, and when a stored one is stale. Pure.

Sources: #19049 (AgentIdentityAuthPolicy), #17385 and #17386 (binding and removal), #18177
(identity-only), codex-rs/login/src/auth/manager.rs, codex-rs/core/src/agent_identity.rs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from authtui.identity.keys import KeyProblem, PrivateKey, read_private_key
from authtui.redaction import Secret
from authtui.request_auth import AgentTask

if TYPE_CHECKING:
    from authtui.answers.findings import Binding
    from authtui.contracts import Contract
    from authtui.credentials.document import AgentRecord
    from authtui.machine.observation import Observation
    from authtui.simulation.selection import Credential

Policy = Literal["JwtOnly", "ChatGptAuth"]

FLAG: Final = "features.use_agent_identity"
NO_TOKEN: Final = "ChatGPT access token is unavailable"  # noqa: S105 - the client's text
NO_CHATGPT: Final = "ChatGPT auth is unavailable"


def policy_of(observation: Observation) -> Policy:
    """The policy that the feature flag chooses; the flag is off by default (#19049)."""
    return "ChatGptAuth" if observation.config.get(FLAG) is True else "JwtOnly"


class IdentityUse(NamedTuple):
    """What registering means for a credential under a generation.

    `identity`: use the one that is there. `managed`: reuse or create one beside the tokens.
    `none`: `reason` says why there is nothing to register.
    """

    kind: Literal["identity", "managed", "none"]
    reason: str = ""


def identity_use(credential: Credential, contract: Contract, policy: Policy) -> IdentityUse:
    """The policy table of #19049, as far as the generation knows it."""
    if credential.mode == "agent_identity":
        return IdentityUse("identity")
    if credential.mode not in ("chatgpt", "chatgpt_auth_tokens"):
        kind = credential.mode.replace("_", " ")
        return IdentityUse("none", f"this kind of login ({kind}) has no agent identity")
    if contract.managed_identity == "none":
        return IdentityUse("none", f"{contract.title} registers no agent identity beside a login")
    if policy == "JwtOnly":
        return IdentityUse("none", f"{FLAG} is off, so requests carry the access token as Bearer")
    if credential.mode == "chatgpt_auth_tokens" and contract.managed_identity == "bearer":
        return IdentityUse("none", "tokens of a host program get no agent identity")
    return IdentityUse("managed")


class Match(NamedTuple):
    """Whether a stored identity may be used for a binding: `key` is set where it may.

    `warning` is the client's own. `removes`: the client rewrites the store without the identity
    (first generation) instead of replacing it after a registration.
    """

    key: PrivateKey | None
    warning: str = ""
    removes: bool = False


def match_stored(record: AgentRecord, binding: Binding, contract: Contract) -> Match:
    """Compare a stored identity with a binding, by the generation's rules (#17385, #17386)."""
    first = contract.managed_identity == "biscuit"
    if record.account_id != binding.account_id:
        return Match(
            None,
            f"stored agent identity workspace {record.account_id} does not match current "
            f"workspace {binding.account_id}",
            removes=first,
        )
    key = read_private_key(record.agent_private_key.reveal())
    if isinstance(key, KeyProblem):
        return Match(None, key.client_error or key.statement, removes=first)
    wanted = binding.user_id
    # A binding without a user matches any; an identity without one matches no binding with one.
    if (wanted is not None or not first) and record.user_id != wanted:
        return Match(
            None,
            f"stored agent identity user {record.user_id} does not match current user {wanted}",
            removes=first,
        )
    return Match(key)


def identity_for(
    credential: Credential, held: AgentRecord | None, binding: Binding, contract: Contract
) -> AgentRecord | None:
    """The identity of a login: the one this run holds if it belongs to it, else the stored one."""
    fits = held is not None and match_stored(held, binding, contract).key is not None
    return held if fits else credential.record


def task_fits(task: AgentTask, record: AgentRecord) -> bool:
    """Whether a task belongs to an identity (#17978, later form)."""
    return task.agent_runtime_id == record.agent_runtime_id


def stored_task(record: AgentRecord) -> AgentTask | None:
    """The task that a record keeps; a blank one counts as missing (#19049)."""
    text = record.task_id or ""
    return AgentTask(record.agent_runtime_id, Secret(text)) if text.strip() else None


def task_for(record: AgentRecord, held: AgentTask | None) -> AgentTask | None:
    """The task of an identity: the one this run holds if it belongs to it, else the stored one."""
    return held if held is not None and task_fits(held, record) else stored_task(record)


def managed_binding_problem(binding: Binding | None, contract: Contract) -> str | None:
    """Why a login cannot be bound to an identity, in the client's words; None when it can."""
    if contract.managed_identity == "biscuit":
        return None if binding is not None else NO_CHATGPT
    if binding is None or not binding.account_id or not binding.user_id:
        return NO_CHATGPT
    return None
