"""Who may use an agent identity, which binding it needs, and when a stored one is stale. Pure.

Sources: #19049 (AgentIdentityAuthPolicy), #17385 and #17386 (binding and removal), #18177
(identity-only), codex-rs/login/src/auth/manager.rs, codex-rs/core/src/agent_identity.rs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from authtui.identity.keys import KeyProblem, PrivateKey, read_private_key

if TYPE_CHECKING:
    from authtui.checks.findings import Binding
    from authtui.contracts import Contract
    from authtui.credentials.document import AgentRecord
    from authtui.credentials.observation import Observation
    from authtui.credentials.selection import Credential
    from authtui.redaction import Secret

Policy = Literal["JwtOnly", "ChatGptAuth"]
Use = Literal["identity", "managed", "none"]

FLAG: Final = "features.use_agent_identity"
NO_TOKEN: Final = "ChatGPT access token is unavailable"  # noqa: S105 - the client's text
NO_CHATGPT: Final = "ChatGPT auth is unavailable"
NO_TASK: Final = "agent identity process task is not initialized"


def policy_of(observation: Observation) -> Policy:
    """The policy a caller chooses: by the feature flag, which is off by default (#19049)."""
    return "ChatGptAuth" if observation.config.get(FLAG) is True else "JwtOnly"


def use_of(mode: str, policy: Policy) -> Use:
    """What a policy makes of an authentication mode: the table of #19049."""
    if mode == "agent_identity":
        return "identity"
    return "managed" if mode == "chatgpt" and policy == "ChatGptAuth" else "none"


class Course(NamedTuple):
    """What registering comes to for a credential under a generation.

    `identity`: use the one that is there. `managed`: reuse or create one beside the tokens.
    `none`: `reason` says in a sentence why there is nothing to register.
    """

    use: Use
    reason: str = ""


def course_of(credential: Credential, contract: Contract, policy: Policy) -> Course:
    """The policy table, with what the generation knows of it."""
    if credential.mode == "agent_identity":
        return Course("identity")
    if credential.mode not in ("chatgpt", "chatgpt_auth_tokens"):
        kind = credential.mode.replace("_", " ")
        return Course("none", f"a login of the kind {kind} has no agent identity to register")
    if contract.managed_identity == "none":
        return Course("none", f"{contract.title} registers no agent identity beside a login")
    if policy == "JwtOnly":
        return Course("none", f"{FLAG} is off, so the login stays a pure Bearer")
    if contract.managed_identity == "biscuit":
        return Course("managed")
    if use_of(credential.mode, policy) == "none":
        return Course("none", "tokens of a host program get no agent identity")
    return Course("managed")


class Match(NamedTuple):
    """Whether a stored identity may be used for a binding.

    `key` is there when it may. `warning` is the client's own, `removes`: the client rewrites the
    store without the identity (first generation) instead of replacing it after a registration.
    """

    key: PrivateKey | None
    warning: str = ""
    removes: bool = False


def match_stored(record: AgentRecord, binding: Binding, contract: Contract) -> Match:
    """The rules of `stored identity for a binding`, each generation's own."""
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


class Task(NamedTuple):
    """A task of an agent runtime, held by this process or kept in the record."""

    agent_runtime_id: str
    task_id: Secret


def task_fits(task: Task, record: AgentRecord | None) -> bool:
    """Whether a task at hand belongs to the identity in use (#17978, later form)."""
    return record is not None and task.agent_runtime_id == record.agent_runtime_id


def runtime_mismatch(task: Task, record: AgentRecord) -> str:
    """What the client says when it is asked to sign for another runtime's task."""
    return (
        f"agent task runtime {task.agent_runtime_id} does not match stored agent identity "
        f"{record.agent_runtime_id}"
    )


def stored_task(record: AgentRecord) -> str | None:
    """The run task a record keeps; a blank one counts as missing (#19049)."""
    text = record.task_id or ""
    return text if text.strip() else None


def managed_binding_problem(binding: Binding | None, contract: Contract) -> str | None:
    """Why a login cannot be bound to an identity, in the client's words; None when it can."""
    if contract.managed_identity == "biscuit":
        return None if binding is not None else NO_CHATGPT
    if binding is None or not binding.account_id or not binding.user_id:
        return NO_CHATGPT
    return None
