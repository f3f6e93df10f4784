"""Getting an agent identity and its task ready: verify, reuse, register, keep.

A function returns None when the task is ready, or the `Trouble` it met; events say how it went.
Sources: codex-rs/core/src/agent_identity.rs, codex-rs/login/src/auth/agent_identity.rs.
"""

from __future__ import annotations

import asyncio
import os
from datetime import timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from authtui.credentials.store_writer import REMOVE, WriteFailure
from authtui.exchanges.answers import AnswerProblem, WireFailure
from authtui.exchanges.endpoints import EndpointProblem
from authtui.identity.assertion import timestamp_text
from authtui.identity.keys import KeyProblem, PrivateKey, read_private_key
from authtui.lifecycle import registration as reg
from authtui.lifecycle.context import Trouble
from authtui.lifecycle.policies import (
    NO_TOKEN,
    identity_for,
    managed_binding_problem,
    match_stored,
    task_fits,
    task_for,
)
from authtui.lifecycle.stores import same_login, seen_in, store_of, update
from authtui.lifecycle.unsaved import kept_where, save
from authtui.model import events as ev
from authtui.request_auth import AgentTask

if TYPE_CHECKING:
    from authtui.answers.findings import Binding
    from authtui.credentials.document import AgentRecord
    from authtui.credentials.store_writer import Reservation, Written
    from authtui.lifecycle.context import Context, View
    from authtui.lifecycle.policies import Match
    from authtui.lifecycle.stores import Store
    from authtui.redaction import Secret
    from authtui.simulation.selection import Credential
    from authtui.wire.client import Wire

JWKS_SECONDS: Final = 10.0
CAUSE: Final = "register"


class _Login(NamedTuple):
    """A ChatGPT login that an identity can be bound to."""

    credential: Credential
    token: Secret
    binding: Binding


class _Ready(NamedTuple):
    """The store of the login, what it held, and the change that is held ready for it."""

    store: Store
    before: bytes | None
    held: Reservation


class _Stored(NamedTuple):
    """A stored identity that fits the login, and its key."""

    record: AgentRecord
    key: PrivateKey


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
    if isinstance(found, Trouble):
        # Nothing to fall back to: a JWT has no Bearer, so its load fails with the last cause.
        unanswered = found.exhausted and found.status is None
        return found._replace(text=contract.task_timeout) if unanswered else found
    _keep_task(context, record.agent_runtime_id, found)
    return None


def _task_at_hand(context: Context, record: AgentRecord) -> bool:
    """Whether a task of this identity is held or stored; it is held from here on."""
    held = context.memory.task
    if held is not None and not task_fits(held, record):
        reason = "the task in memory belongs to another agent runtime"
        runtime = held.agent_runtime_id
        context.publish(lambda n, at: ev.TaskDropped(n, at, CAUSE, runtime, reason))
    context.memory.task = task_for(record, held)
    return context.memory.task is not None


def _keep_task(
    context: Context, runtime: str, answer: reg.TaskAnswer, stored: str | None = None
) -> None:
    context.memory.task = AgentTask(runtime, answer.task_id)
    context.publish(
        lambda n, at: ev.TaskRegistered(n, at, CAUSE, runtime, sealed=answer.sealed, stored=stored)
    )


async def _task(
    context: Context,
    view: View,
    wire: Wire,
    runtime: str,
    key: PrivateKey,
    token: Secret | None,
) -> reg.TaskAnswer | Trouble:
    """Register a task; `token` is what a biscuit is minted with, None for a signature only."""
    contract = view.contract
    url = view.addresses.endpoints.task_register(runtime)
    if isinstance(url, EndpointProblem):
        return Trouble(url.client_error or url.statement)
    context.progress("registering a task")

    async def once() -> reg.TaskAnswer | Trouble:
        biscuit = None
        if token is not None:
            minted = await reg.mint_biscuit(
                wire, view.addresses.endpoints.biscuit, token, url, os.urandom
            )
            if isinstance(minted, Trouble):
                return minted
            biscuit = minted
        return await reg.register_task(wire, url, contract, key, runtime, context.clock(), biscuit)

    return await reg.attempt(contract, once)


async def prepare_managed(context: Context, view: View, wire: Wire) -> Trouble | None:
    """An identity beside ChatGPT tokens: reuse the stored one, or create and keep a new one."""
    credential, binding, contract = view.credential, view.binding, view.contract
    problem = managed_binding_problem(binding, contract)
    if problem is not None or credential is None or binding is None or credential.secret is None:
        return Trouble(problem or NO_TOKEN)
    login = _Login(credential, credential.secret, binding)
    record = identity_for(credential, context.memory.identity, binding, contract)
    if record is not context.memory.identity:
        context.memory.identity = None
    stored: _Stored | None = None
    if record is not None:
        match = match_stored(record, binding, contract)
        if match.key is not None:
            stored = _Stored(record, match.key)
        else:
            context.memory.task = None
            trouble = await _drop(context, view, match)
            if trouble is not None:
                return trouble
    paused = context.paused_until(view)
    if paused is not None and not (stored and task_for(stored.record, context.memory.task)):
        reason = (
            "registration failed three times within the last hour: requests carry the access "
            "token instead"
        )
        context.publish(lambda n, at: ev.FellBack(n, at, CAUSE, reason, paused))
        return None
    if contract.managed_identity == "biscuit":
        return await _first_generation(context, view, wire, login, stored)
    return await _record_generation(context, view, wire, login, stored)


async def _drop(context: Context, view: View, match: Match) -> Trouble | None:
    """A stored identity that does not fit: the first generation rewrites the store without it."""
    warning = match.warning
    if not match.removes:
        context.publish(lambda n, at: ev.IdentityDropped(n, at, CAUSE, warning))
        return None
    store = store_of(context, view)
    if isinstance(store, Trouble):
        return store
    done = await asyncio.to_thread(_drop_from, context, view, store)
    if isinstance(done, WriteFailure):
        return Trouble(done.sentence, known=False)
    await context.reload(CAUSE)
    place, backup = store.place, done.backup
    context.publish(lambda n, at: ev.IdentityDropped(n, at, CAUSE, warning, place, backup))
    return None


def _drop_from(context: Context, view: View, store: Store) -> Written | WriteFailure:
    now = store.read()
    if isinstance(now, WriteFailure):
        return now
    if not same_login(seen_in(store, view.observation), now):
        return WriteFailure("changed-underneath", _another(store), store.place)
    return update(store, {"agent_identity": REMOVE}, now, context.clock())


def _another(store: Store) -> str:
    return f"{store.place} now holds another login; nothing was written. Load again."


async def _ready(context: Context, view: View) -> _Ready | Trouble:
    """Make sure that what is registered can be kept, before anything is sent."""
    store = store_of(context, view)
    if isinstance(store, Trouble):
        return store
    now = await asyncio.to_thread(store.read)
    if isinstance(now, WriteFailure):
        return Trouble(now.sentence, known=False)
    if not same_login(seen_in(store, view.observation), now):
        return Trouble(_another(store), known=False)
    held = await asyncio.to_thread(store.reserve, now, context.clock())
    if isinstance(held, WriteFailure):
        return Trouble(f"{held.sentence} Nothing was registered.", known=False)
    held.let_all()  # a registration may take minutes, for which no client waits
    return _Ready(store, now, held)


async def _keep(context: Context, ready: _Ready, changes: dict[str, object]) -> str | Trouble:
    """Save what was registered; the place where it is kept."""
    store, before, held = ready
    done = await save(context, store, held, changes, before, lambda now: same_login(before, now))
    if isinstance(done, WriteFailure):
        text = f"What was registered could not be stored. {done.sentence} {kept_where(done.rescue)}"
        return Trouble(text, known=False)
    await context.reload(CAUSE)
    return store.place


async def _first_generation(
    context: Context, view: View, wire: Wire, login: _Login, stored: _Stored | None
) -> Trouble | None:
    """Biscuit, agent, record; biscuit, task (#17385 to #17387). The record is kept at once."""
    wrapper = view.contract.registration.wrapper
    if stored is None:
        ready = await _ready(context, view)
        if isinstance(ready, Trouble):
            return ready
        with ready.held:
            made = await _new_agent(context, view, wire, login)
            if isinstance(made, Trouble):
                return made._replace(text=wrapper + made.text) if made.known else made
            runtime, key = made
            fields: dict[str, object] = {
                "workspace_id": login.binding.account_id,
                "chatgpt_user_id": login.binding.user_id,
                "agent_runtime_id": runtime,
                "agent_private_key": key.reveal_pkcs8(),
                "registered_at": timestamp_text(context.clock()),
            }
            if login.binding.user_id is None:
                del fields["chatgpt_user_id"]
            written = await _keep(context, ready, {"agent_identity": fields})
        if isinstance(written, Trouble):
            return written
        _identity_event(context, login, runtime, stored=written)
        context.memory.task = None
    else:
        runtime, key = stored.record.agent_runtime_id, stored.key
        _identity_event(context, login, runtime, reused=True)
        if _task_at_hand(context, stored.record):
            context.publish(lambda n, at: ev.TaskRegistered(n, at, CAUSE, runtime, reused=True))
            return None
    found = await _task(context, view, wire, runtime, key, login.token)
    if isinstance(found, Trouble):
        return found._replace(text=wrapper + found.text) if found.known else found
    _keep_task(context, runtime, found)
    return None


async def _record_generation(
    context: Context, view: View, wire: Wire, login: _Login, stored: _Stored | None
) -> Trouble | None:
    """Agent and task, then one save with both (#19049); a stored identity needs only a task."""
    if stored is not None and _task_at_hand(context, stored.record):
        runtime = stored.record.agent_runtime_id
        context.memory.identity = stored.record
        _identity_event(context, login, runtime, reused=True)
        context.publish(lambda n, at: ev.TaskRegistered(n, at, CAUSE, runtime, reused=True))
        return None
    ready = await _ready(context, view)
    if isinstance(ready, Trouble):
        return ready
    with ready.held:
        return await _register_record(context, view, wire, login, stored, ready)


async def _register_record(
    context: Context, view: View, wire: Wire, login: _Login, stored: _Stored | None, ready: _Ready
) -> Trouble | None:
    if stored is None:
        made = await _new_agent(context, view, wire, login)
        if isinstance(made, Trouble):
            return _pause(context, view, made, "agent identity registration")
        runtime, key = made
    else:
        runtime, key = stored.record.agent_runtime_id, stored.key
    found = await _task(context, view, wire, runtime, key, None)
    if isinstance(found, Trouble):
        return _pause(context, view, found, "agent task registration")
    if stored is not None:
        changes: dict[str, object] = {"agent_identity.task_id": found.task_id.reveal()}
    else:
        document = login.credential.document
        claims = document.tokens.id_claims if document and document.tokens else None
        changes = {
            "agent_identity": {
                "agent_runtime_id": runtime,
                "agent_private_key": key.reveal_pkcs8(),
                "account_id": login.binding.account_id,
                "chatgpt_user_id": login.binding.user_id,
                "email": (claims.email if claims else None) or "",
                "plan_type": login.credential.plan or "unknown",
                "chatgpt_account_is_fedramp": login.credential.fedramp,
                "task_id": found.task_id.reveal(),
            }
        }
    place = await _keep(context, ready, changes)
    if isinstance(place, Trouble):
        return place
    _identity_event(context, login, runtime, reused=stored is not None, stored=place)
    _keep_task(context, runtime, found, place)
    return None


def _identity_event(
    context: Context,
    login: _Login,
    runtime: str,
    *,
    reused: bool = False,
    stored: str | None = None,
) -> None:
    account = login.binding.account_id
    context.publish(
        lambda n, at: ev.IdentityRegistered(n, at, CAUSE, runtime, account, reused, stored)
    )


async def _new_agent(
    context: Context, view: View, wire: Wire, login: _Login
) -> reg.RegisteredAgent | Trouble:
    contract, endpoints = view.contract, view.addresses.endpoints
    url = endpoints.agent_register
    if isinstance(url, EndpointProblem):
        return Trouble(url.client_error or url.statement)
    key = reg.new_key(contract, os.urandom)
    if isinstance(key, KeyProblem):
        return Trouble(key.statement, known=False)
    context.progress("registering an agent identity")

    async def once() -> str | Trouble:
        proof = login.token
        if contract.managed_identity == "biscuit":
            minted = await reg.mint_biscuit(wire, endpoints.biscuit, proof, url, os.urandom)
            if isinstance(minted, Trouble):
                return minted
            proof = minted
        fedramp = login.credential.fedramp
        return await reg.register_agent(
            wire, url, contract, key, proof, context.system, fedramp=fedramp
        )

    found = await reg.attempt(contract, once)
    return found if isinstance(found, Trouble) else reg.RegisteredAgent(found, key)


def _pause(context: Context, view: View, trouble: Trouble, what: str) -> Trouble | None:
    """After the last attempt: an hour's pause for this account and base, Bearer meanwhile.

    Any other trouble, and the last attempt of a generation without a pause, is returned.
    """
    if not trouble.exhausted:
        return trouble
    rules = view.contract.registration
    text = (
        f"agent identity bootstrap unavailable after {rules.attempts} attempts during {what}: "
        f"{trouble.text}"
    )
    if not rules.cooldown_seconds:
        return Trouble(text, retryable=True)
    until = context.clock() + timedelta(seconds=rules.cooldown_seconds)
    context.memory.cooldown[view.pause_key] = until
    context.publish(lambda n, at: ev.FellBack(n, at, CAUSE, text, until))
    return None
