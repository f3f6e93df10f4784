"""What a registration, a request or a refresh would do, and why it may be impossible. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from authtui.lifecycle.addresses import text_of
from authtui.lifecycle.policies import (
    identity_for,
    identity_use,
    match_stored,
    stored_task,
    task_for,
)
from authtui.lifecycle.preview import Plan, PlannedCall, PlannedChange
from authtui.lifecycle.probe import looks_up, probe_url, sent_credential
from authtui.lifecycle.refresh import WARNING, recovery_problem
from authtui.lifecycle.registration import BISCUIT_HEADER
from authtui.lifecycle.stores import file_store, keyring_store
from authtui.lifecycle.unsaved import kept_where

if TYPE_CHECKING:
    from authtui.lifecycle.context import Context, View
    from authtui.lifecycle.probe import What

NEW_RUNTIME: Final = "{agent_runtime_id}"
BEARER: Final = "Authorization: Bearer (the access token)"
SIGNED: Final = "a signature of the agent key in its body, no Authorization"
BISCUIT: Final = f"{BISCUIT_HEADER}: the biscuit"


def refusal(view: View) -> tuple[str, str | None] | None:
    """Why nothing can be done here: a sentence, and the client's text; None where it can."""
    start = view.start
    if start.violation is not None:
        return "A login restriction forbids this credential.", start.violation.text
    if view.credential is not None:
        return None
    failure = start.failure
    if failure is not None:
        return f"{failure.where} cannot be used: {failure.reason}.", failure.text
    if start.filtered:
        return f"The stored login is dropped by {start.filtered}.", None
    return "Not logged in: nothing is selected.", "Not logged in"


def identity_calls(view: View) -> tuple[PlannedCall, ...]:
    """What getting an identity without tokens ready sends: `bootstrap.prepare_identity`."""
    credential = view.credential
    record = credential.record if credential else None
    if record is None:
        return ()
    endpoints = view.addresses.endpoints
    calls = []
    if view.contract.agent.verified and record.from_jwt:
        calls.append(PlannedCall("GET", text_of(endpoints.jwks), "no credential", "key set"))
    url = text_of(endpoints.task_register(record.agent_runtime_id))
    calls.append(
        PlannedCall("POST", url, SIGNED, "task registration", "if there is no task in memory")
    )
    return tuple(calls)


def plan_register(context: Context, view: View) -> Plan:
    """What registering an identity beside tokens sends and writes: `bootstrap.prepare_managed`."""
    credential, binding, contract = view.credential, view.binding, view.contract
    if credential is None or binding is None:
        return Plan("register")
    endpoints = view.addresses.endpoints
    biscuit = contract.managed_identity == "biscuit"
    record = identity_for(credential, context.memory.identity, binding, contract)
    match = match_stored(record, binding, contract) if record else None
    paused = context.paused_until(view)
    calls: list[PlannedCall] = []
    changes: list[PlannedChange] = []
    mint = PlannedCall("GET", endpoints.biscuit, BEARER, "biscuit for one call")
    runtime = NEW_RUNTIME
    fits = match is not None and match.key is not None
    if match is not None and match.removes:
        what = f"the stored agent identity is removed: {match.warning}"
        changes.append(PlannedChange(credential.source, what))
    if record is not None and fits:
        runtime = record.agent_runtime_id
        if task_for(record, context.memory.task) is not None:
            return Plan("register")
    if paused is not None:
        text = f"Registering is paused until {paused:%H:%M:%S} UTC: its last attempts failed."
        return Plan("register", (), tuple(changes), (text,))
    if not fits:
        url = text_of(endpoints.agent_register)
        calls += [mint] if biscuit else []
        carries = BISCUIT if biscuit else BEARER
        calls.append(PlannedCall("POST", url, carries, "agent registration"))
        what = "agent_identity is added" if record is None else "agent_identity is replaced"
        changes.append(PlannedChange(credential.source, f"{what}; the tokens stay"))
    task = text_of(endpoints.task_register(runtime)).replace(quote(NEW_RUNTIME), NEW_RUNTIME)
    calls += [mint] if biscuit else []
    carries = f"{BISCUIT}, and {SIGNED}" if biscuit else SIGNED
    calls.append(PlannedCall("POST", task, carries, "task registration"))
    if fits and not biscuit:
        changes.append(PlannedChange(credential.source, "agent_identity.task_id is added"))
    warning = "A registered agent stays registered: no request removes it."
    return Plan("register", tuple(calls), tuple(changes), () if fits else (warning,))


def as_it_will_be(context: Context, view: View, plan: Plan) -> Plan:
    """The plan, or that nothing of it will be done where what it changes cannot be changed."""
    warnings = list(plan.warnings)
    file = file_store(view.observation)
    stores = {store.place: store for store in (file, keyring_store(view.observation, None))}
    for change in plan.changes:
        store = stores.get(change.place)
        removes = plan.action == "logout"
        obstacle = store.obstacle(removes=removes) if store is not None else None
        if obstacle is not None:
            verb = "removed" if removes else "changed"
            text = (
                f"{change.place} cannot be {verb}: {obstacle.reason}; {obstacle.advice}. Nothing "
                "will be sent or changed."
            )
            if plan.action != "assert":
                return Plan(plan.action, (), (), (text,))
            warnings.append(f"After a 401 it ends there: {text}")
        mode = view.observation.auth_file.mode
        if store is file and not removes and mode is not None and mode & 0o077:
            warnings.append(
                f"{change.place} has mode {mode:04o}; the new file has 0600, as the client makes "
                "it, and is readable by its owner alone."
            )
    if context.memory.unsaved is not None:
        warnings.append(
            f"An earlier step is tried again. {kept_where(context.memory.unsaved.rescue)}"
        )
    return plan._replace(warnings=tuple(warnings))


def assert_problem(context: Context, view: View) -> str | None:
    """Why no request can be sent yet; None when one can."""
    credential = view.credential
    if credential is None or context.memory.task is not None:
        return None
    use = identity_use(credential, view.contract, view.policy)
    if use.kind == "managed" and context.paused_until(view) is None:
        kept = credential.record
        if kept is None or stored_task(kept) is None:
            return (
                "Register first: features.use_agent_identity is on, so the client would not send "
                "a request before it has an agent identity and a task."
            )
    return None


def plan_assert(context: Context, view: View, what: What, *, recover: bool) -> Plan:
    """The request, and what recovering adds where the credential allows it."""
    method = "POST" if what == "responses" else "GET"
    request = view.start.request
    carries = f"Authorization: {request.authorization}" if request else "its credential"
    if request is not None and request.authorization is None:
        carries = "no credential"
    calls = []
    if looks_up(context, view):
        first = "as the client does first: whether it is in the list"
        url = view.addresses.endpoints.accounts_check
        calls.append(PlannedCall("GET", url, carries, "workspace look-up", first))
    calls.append(PlannedCall(method, probe_url(view, what), carries, "does the server accept it"))
    changes: tuple[PlannedChange, ...] = ()
    warnings: tuple[str, ...] = ()
    credential = sent_credential(view)
    if recover and credential and recovery_problem(credential, view.contract) is None:
        condition = "only after a 401, and only if auth.json has not changed"
        url = view.addresses.endpoints.refresh
        calls.append(
            PlannedCall("POST", url, "the refresh token in its body", "refresh", condition)
        )
        changes = (PlannedChange(credential.source, f"new tokens, {condition}"),)
        warnings = (WARNING,)
    return Plan("assert", tuple(calls), changes, warnings)


def plan_refresh(view: View) -> Plan:
    """The refresh POST and the rewrite."""
    source = view.credential.source if view.credential else "auth.json"
    condition = "unless another process has refreshed already"
    call = PlannedCall(
        "POST",
        view.addresses.endpoints.refresh,
        "the refresh token in its body, no Authorization",
        "token refresh",
        condition,
    )
    change = PlannedChange(source, "tokens and last_refresh are replaced; everything else stays")
    return Plan("refresh", (call,), (change,), (WARNING,))
