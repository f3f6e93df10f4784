"""Getting an agent identity and its task ready: verify, reuse, register, keep.

Every row of spec lifecycle.md 3 and 4. A function answers with None when the task is ready, or
with the `Trouble` it met; the events tell the way.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from authtui.identity.assertion import timestamp_text
from authtui.identity.keys import KeyProblem, PrivateKey, read_private_key
from authtui.lifecycle import registration as reg
from authtui.lifecycle.policies import (
    NO_TOKEN,
    Task,
    managed_binding_problem,
    match_stored,
    stored_task,
    task_fits,
)
from authtui.lifecycle.registration import Exhausted, Trouble
from authtui.lifecycle.stores import seen_in, store_of
from authtui.model import events as ev
from authtui.wire.answers import AnswerProblem, WireFailure
from authtui.wire.endpoints import EndpointProblem

if TYPE_CHECKING:
    from datetime import datetime

    from authtui.credentials.document import AgentRecord
    from authtui.lifecycle.context import Context, View
    from authtui.wire.client import Wire

JWKS_SECONDS: Final = 10.0
CAUSE: Final = "register"


async def verify_token(context: Context, view: View, wire: Wire) -> Trouble | None:
    """Fetch the key set and let it judge the agent's JWT, as every load of one does (#19763)."""
    endpoint = view.addresses.endpoints.jwks
    if isinstance(endpoint, EndpointProblem):
        return Trouble(endpoint.client_error or endpoint.statement)
    context.progress("fetching the key set")
    answer = await wire.request("GET", endpoint, timeout=JWKS_SECONDS)
    if isinstance(answer, WireFailure):
        return Trouble("failed to request agent identity JWKS", answer.retryable)
    if not answer.ok:
        return Trouble("agent identity JWKS endpoint returned an error", status=answer.status)
    value = answer.json()
    if isinstance(value, AnswerProblem) or not isinstance(value, dict):
        return Trouble("failed to decode agent identity JWKS", status=answer.status)
    context.memory.key_set = answer.text
    context.adopt(view.observation._replace(key_set=answer.text), "load")
    again = context.view()
    failure = again.start.failure if again else None
    return None if failure is None else Trouble(failure.text)


async def prepare_identity(context: Context, view: View, wire: Wire) -> Trouble | None:
    """An identity without tokens: verify it where the generation does, and register its task.

    What comes from a variable is never written anywhere; the task stays in memory.
    """
    credential = view.credential
    record = credential.record if credential else None
    if credential is None or record is None:
        return Trouble("there is no agent identity", known=False)
    contract = view.contract
    if contract.agent.verified and record.from_jwt and context.memory.key_set is None:
        trouble = await verify_token(context, view, wire)
        if trouble is not None:
            return trouble
    key = read_private_key(record.agent_private_key.reveal())
    if isinstance(key, KeyProblem):
        return Trouble(key.client_error or key.statement, known=key.client_error is not None)
    if _task_at_hand(context, record):
        context.publish(
            lambda n, at: ev.TaskRegistered(n, at, CAUSE, record.agent_runtime_id, reused=True)
        )
        return None
    found = await _task(context, view, wire, record.agent_runtime_id, key, None)
    if isinstance(found, Exhausted):
        # Nothing to fall back to: a JWT has no Bearer, so its load fails with the last cause.
        last = found.last
        return last if last.status is not None else last._replace(text=contract.task_timeout)
    if isinstance(found, Trouble):
        return found
    _keep_task(context, record.agent_runtime_id, found, None)
    return None


def _task_at_hand(context: Context, record: AgentRecord) -> bool:
    held = context.memory.task
    if held is not None and not task_fits(held, record):
        reason = "the task at hand belongs to another agent runtime"
        runtime = held.agent_runtime_id
        context.publish(lambda n, at: ev.TaskDropped(n, at, CAUSE, runtime, reason))
        context.memory.task = held = None
    kept = stored_task(record)
    if held is None and kept is not None:
        from authtui.redaction import Secret

        context.memory.task = held = Task(record.agent_runtime_id, Secret(kept))
    return held is not None


def _keep_task(context: Context, runtime: str, answer: reg.TaskAnswer, stored: str | None) -> None:
    context.memory.task = Task(runtime, answer.task_id)
    context.publish(
        lambda n, at: ev.TaskRegistered(n, at, CAUSE, runtime, sealed=answer.sealed, stored=stored)
    )


async def _task(
    context: Context,
    view: View,
    wire: Wire,
    runtime: str,
    key: PrivateKey,
    token: Any,  # noqa: ANN401 - Secret or None
) -> reg.TaskAnswer | Trouble | Exhausted:
    """Register a task; `token` is what a biscuit is minted with, None for a signature only."""
    contract = view.contract
    url = view.addresses.endpoints.task_register(runtime)
    if isinstance(url, EndpointProblem):
        return Trouble(url.client_error or url.statement)
    context.progress("registering a task")

    async def once(number: int) -> reg.TaskAnswer | Trouble:
        del number
        biscuit = None
        if token is not None and contract.registration.biscuit:
            minted = await reg.mint_biscuit(
                wire, view.addresses.endpoints.biscuit, token, url, context.random
            )
            if isinstance(minted, Trouble):
                return minted
            biscuit = minted
        return await reg.register_task(wire, url, contract, key, runtime, context.clock(), biscuit)

    return await reg.attempt(contract, once, "agent task registration")


async def prepare_managed(context: Context, view: View, wire: Wire) -> Trouble | None:
    """An identity beside ChatGPT tokens: reuse the stored one, or create and keep a new one."""
    credential, binding, contract = view.credential, view.binding, view.contract
    problem = managed_binding_problem(binding, contract)
    if problem is not None or credential is None or binding is None:
        return Trouble(problem or NO_TOKEN)
    if credential.secret is None:
        return Trouble(NO_TOKEN)
    held = context.memory.identity
    if held is not None and match_stored(held, binding, contract).key is None:
        context.memory.identity = held = None  # of another login: this one's own record decides
    record = held or credential.record
    key: PrivateKey | None = None
    if record is not None:
        match = match_stored(record, binding, contract)
        key = match.key
        if key is None:
            context.memory.task = None
            trouble = _drop(context, view, match.warning, removes=match.removes)
            if trouble is not None:
                return trouble
            record = None
    paused = _paused(context, view)
    if paused is not None and (record is None or not _has_task(context, record)):
        reason = "registration failed three times within the last hour: requests carry the Bearer"
        context.publish(lambda n, at: ev.FellBack(n, at, CAUSE, reason, paused))
        return None
    if contract.managed_identity == "biscuit":
        return await _first_generation(context, view, wire, record, key)
    return await _record_generation(context, view, wire, record, key)


def _has_task(context: Context, record: AgentRecord) -> bool:
    held = context.memory.task
    return stored_task(record) is not None or (held is not None and task_fits(held, record))


def _drop(context: Context, view: View, warning: str, *, removes: bool) -> Trouble | None:
    """A stored identity that does not fit: the first generation rewrites the store without it."""
    if not removes:
        context.publish(lambda n, at: ev.IdentityDropped(n, at, CAUSE, warning))
        return None
    from authtui.credentials.store_writer import REMOVE

    written = _write(context, view, {"agent_identity": REMOVE})
    if isinstance(written, Trouble):
        return written
    place, backup = written
    context.publish(lambda n, at: ev.IdentityDropped(n, at, CAUSE, warning, place, backup))
    return None


def _write(
    context: Context, view: View, changes: dict[str, Any]
) -> tuple[str, str | None] | Trouble:
    """Re-read the store, replace these fields, save; the place and its backup."""
    from authtui.credentials.store_writer import WriteFailure

    credential = view.credential
    source = credential.source if credential else ""
    store = store_of(source, view.observation, context.keyring)
    if isinstance(store, str):
        return Trouble(store, known=False)
    now = store.read()
    if isinstance(now, WriteFailure):
        return Trouble(now.sentence, known=False)
    if not _same_login(seen_in(store, view.observation), now):
        text = f"{store.place} holds another login by now; nothing was written. Load anew."
        return Trouble(text, known=False)
    done = store.update(changes, now, context.clock())
    if isinstance(done, WriteFailure):
        return Trouble(done.sentence, known=False)
    context.reload(CAUSE)
    return store.place, done.backup


def _same_login(before: bytes | None, now: bytes | None) -> bool:
    """Whether both documents are of one account: a refresh in between is no other login."""
    return before == now or (
        account_in(before) is not None and account_in(before) == account_in(now)
    )


def account_in(data: bytes | None) -> str | None:
    """`tokens.account_id` of a stored document, or None."""
    import json

    try:
        value = json.loads(data or b"null")
    except (ValueError, RecursionError):
        return None
    tokens = value.get("tokens") if isinstance(value, dict) else None
    found = tokens.get("account_id") if isinstance(tokens, dict) else None
    return found if isinstance(found, str) and found else None


async def _first_generation(
    context: Context, view: View, wire: Wire, record: AgentRecord | None, key: PrivateKey | None
) -> Trouble | None:
    """Biscuit, agent, record; biscuit, task (#17385 to #17387). The record is kept at once."""
    credential, binding = view.credential, view.binding
    assert credential is not None  # noqa: S101 - the caller looked
    assert binding is not None  # noqa: S101 - as above
    token = credential.secret
    wrapper = view.contract.registration.wrapper
    if record is None or key is None:
        made = await _new_agent(context, view, wire)
        if isinstance(made, Trouble):
            return made._replace(text=wrapper + made.text) if made.known else made
        if isinstance(made, Exhausted):
            return Trouble(wrapper + made.text)
        fields: dict[str, Any] = {
            "workspace_id": binding.account_id,
            "chatgpt_user_id": binding.user_id,
            "agent_runtime_id": made.agent_runtime_id,
            "agent_private_key": made.key.reveal_pkcs8(),
            "registered_at": timestamp_text(context.clock()),
        }
        if binding.user_id is None:
            del fields["chatgpt_user_id"]
        written = _write(context, view, {"agent_identity": fields})
        if isinstance(written, Trouble):
            return written
        _identity_event(context, view, made.agent_runtime_id, stored=written[0])
        context.memory.task = None
        runtime, key = made.agent_runtime_id, made.key
    else:
        runtime = record.agent_runtime_id
        _identity_event(context, view, runtime, reused=True)
        if _task_at_hand(context, record):
            context.publish(lambda n, at: ev.TaskRegistered(n, at, CAUSE, runtime, reused=True))
            return None
    found = await _task(context, view, wire, runtime, key, token)
    if isinstance(found, Exhausted):
        return Trouble(wrapper + found.text)
    if isinstance(found, Trouble):
        return found._replace(text=wrapper + found.text) if found.known else found
    _keep_task(context, runtime, found, None)
    return None


async def _record_generation(
    context: Context, view: View, wire: Wire, record: AgentRecord | None, key: PrivateKey | None
) -> Trouble | None:
    """Agent and task, then one save with both (#19049); a stored record lends what it has."""
    credential, binding = view.credential, view.binding
    assert credential is not None  # noqa: S101 - the caller looked
    assert binding is not None  # noqa: S101 - as above
    if record is not None and key is not None:
        runtime = record.agent_runtime_id
        if _task_at_hand(context, record):
            context.memory.identity = record
            _identity_event(context, view, runtime, reused=True)
            context.publish(lambda n, at: ev.TaskRegistered(n, at, CAUSE, runtime, reused=True))
            return None
        made = reg.Agent(runtime, key)
    else:
        fresh = await _new_agent(context, view, wire)
        if isinstance(fresh, Exhausted):
            return _rest(context, view, fresh)
        if isinstance(fresh, Trouble):
            return fresh
        made = fresh
    found = await _task(context, view, wire, made.agent_runtime_id, made.key, None)
    if isinstance(found, Exhausted):
        return _rest(context, view, found)
    if isinstance(found, Trouble):
        return found
    if record is not None:
        changes: dict[str, Any] = {"agent_identity.task_id": found.task_id.reveal()}
    else:
        claims = credential.document.tokens if credential.document else None
        email = claims.id_claims.email if claims else None
        changes = {
            "agent_identity": {
                "agent_runtime_id": made.agent_runtime_id,
                "agent_private_key": made.key.reveal_pkcs8(),
                "account_id": binding.account_id,
                "chatgpt_user_id": binding.user_id,
                "email": email or "",
                "plan_type": credential.plan or "unknown",
                "chatgpt_account_is_fedramp": credential.fedramp,
                "task_id": found.task_id.reveal(),
            }
        }
    written = _write(context, view, changes)
    if isinstance(written, Trouble):
        return written
    _identity_event(
        context, view, made.agent_runtime_id, reused=record is not None, stored=written[0]
    )
    _keep_task(context, made.agent_runtime_id, found, written[0])
    return None


def _identity_event(
    context: Context, view: View, runtime: str, *, reused: bool = False, stored: str | None = None
) -> None:
    account = view.binding.account_id if view.binding else None
    context.publish(
        lambda n, at: ev.IdentityRegistered(n, at, CAUSE, runtime, account, reused, stored)
    )


async def _new_agent(context: Context, view: View, wire: Wire) -> reg.Agent | Trouble | Exhausted:
    credential, contract = view.credential, view.contract
    url = view.addresses.endpoints.agent_register
    if isinstance(url, EndpointProblem):
        return Trouble(url.client_error or url.statement)
    token = credential.secret if credential else None
    if token is None or credential is None:
        return Trouble(NO_TOKEN)
    key = reg.new_key(contract, context.random)
    if isinstance(key, KeyProblem):
        return Trouble(key.statement, known=False)
    context.progress("registering an agent identity")

    async def once(number: int) -> str | Trouble:
        del number
        if not contract.registration.biscuit:
            return await reg.register_managed_agent(
                wire, url, contract, key, token, context.system, fedramp=credential.fedramp
            )
        minted = await reg.mint_biscuit(
            wire, view.addresses.endpoints.biscuit, token, url, context.random
        )
        if isinstance(minted, Trouble):
            return minted
        return await reg.register_agent(wire, url, contract, key, minted, context.system)

    found = await reg.attempt(contract, once, "agent identity registration")
    return found if isinstance(found, Trouble | Exhausted) else reg.Agent(found, key)


def _rest(context: Context, view: View, exhausted: Exhausted) -> Trouble | None:
    """After the last attempt: an hour's pause for this account and base, Bearer meanwhile."""
    seconds = view.contract.registration.cooldown_seconds
    if not seconds:
        return Trouble(exhausted.text, retryable=True)
    until = context.clock() + timedelta(seconds=seconds)
    context.memory.cooldown[_pause_key(view)] = until
    context.publish(lambda n, at: ev.FellBack(n, at, CAUSE, exhausted.text, until))
    return None


def _paused(context: Context, view: View) -> datetime | None:
    until = context.memory.cooldown.get(_pause_key(view))
    return until if until is not None and context.clock() < until else None


def _pause_key(view: View) -> tuple[str, str]:
    base = view.addresses.endpoints.agent_base
    account = view.binding.account_id if view.binding else ""
    return account, base if isinstance(base, str) else ""
