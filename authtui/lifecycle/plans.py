"""What each transition would do in a state, and whether it is allowed there. Pure but for load."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal
from urllib.parse import quote

from authtui.lifecycle import bootstrap
from authtui.lifecycle.addresses import text_of
from authtui.lifecycle.policies import course_of, match_stored, stored_task, task_fits
from authtui.lifecycle.preview import Plan, PlannedCall, PlannedChange
from authtui.lifecycle.probe import probe_url
from authtui.lifecycle.refresh import WARNING
from authtui.lifecycle.registration import Trouble
from authtui.wire.answers import WireFailure

if TYPE_CHECKING:
    from authtui.lifecycle.context import Context, View
    from authtui.wire.client import Wire

NEW_RUNTIME: Final = "{agent_runtime_id}"
BEARER: Final = "Authorization: Bearer (the access token)"
SIGNED: Final = "a signature of the agent key in its body, no Authorization"
BISCUIT: Final = "X-OpenAI-Authorization: the biscuit"


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


def loads_identity(view: View) -> bool:
    """Whether loading this credential verifies and registers (#18785 on; never for G1)."""
    credential = view.credential
    if credential is None or credential.mode != "agent_identity" or credential.record is None:
        return False
    if not view.contract.agent.verified or view.contract.registration.task_kept == "thread":
        return False
    return credential.record.from_jwt or stored_task(credential.record) is None


def plan_load(view: View) -> Plan:
    """What the client's own loading sends; authtui does it only when asked, and live."""
    credential = view.credential
    if credential is not None and credential.mode == "personal_access_token":
        url = view.addresses.endpoints.whoami
        carries = "Authorization: Bearer (the personal access token)"
        return Plan("load", (PlannedCall("GET", url, carries, "whose token it is"),))
    if loads_identity(view):
        return Plan("load", _identity_calls(view))
    return Plan("load")


async def perform_load(context: Context, view: View, wire: Wire) -> Trouble | None:
    """Do what `plan_load` lists."""
    if loads_identity(view):
        return await bootstrap.prepare_identity(context, view, wire)
    credential = view.credential
    if credential is None or credential.secret is None:
        return None
    context.progress("asking whose token it is")
    answer = await wire.request(
        "GET",
        view.addresses.endpoints.whoami,
        headers=[("Authorization", f"Bearer {credential.secret.reveal()}")],
        timeout=15.0,
    )
    start = "personal access token metadata"
    if isinstance(answer, WireFailure):
        return Trouble(f"failed to request {start}: {answer.statement}", answer.retryable)
    if not answer.ok:
        text = f"{start} request failed with status {answer.status_text}"
        return Trouble(text, status=answer.status)
    value = answer.json()
    account = value.get("chatgpt_account_id") if isinstance(value, dict) else None
    if not isinstance(account, str):
        return Trouble(f"failed to decode {start}: the answer names no account")
    options = context.session.options
    assumptions = options.assumptions._replace(whoami_account=account)
    event = context.session.reassess(options._replace(assumptions=assumptions), "load")
    if event is not None:
        context.published.append(event)
    return None


def _identity_calls(view: View) -> tuple[PlannedCall, ...]:
    credential = view.credential
    record = credential.record if credential else None
    if record is None:
        return ()
    endpoints = view.addresses.endpoints
    calls = []
    if view.contract.agent.verified and record.from_jwt:
        calls.append(PlannedCall("GET", text_of(endpoints.jwks), "no credential", "key set"))
    url = text_of(endpoints.task_register(record.agent_runtime_id))
    calls.append(PlannedCall("POST", url, SIGNED, "task registration", "if no task is at hand"))
    return tuple(calls)


def plan_register(
    context: Context, view: View, use: Literal["identity", "managed", "none"]
) -> Plan:
    """What registering sends and writes in this state."""
    if use == "identity":
        return Plan("register", _identity_calls(view))
    credential, binding, contract = view.credential, view.binding, view.contract
    if credential is None or binding is None:
        return Plan("register")
    endpoints = view.addresses.endpoints
    biscuit = contract.managed_identity == "biscuit"
    record = context.memory.identity or credential.record
    match = match_stored(record, binding, contract) if record else None
    calls: list[PlannedCall] = []
    changes: list[PlannedChange] = []
    mint = PlannedCall("GET", endpoints.biscuit, BEARER, "biscuit for one call")
    runtime = NEW_RUNTIME
    fits = record is not None and match is not None and match.key is not None
    if record is not None and match is not None and match.key is None and match.removes:
        what = f"the stored agent identity is removed: {match.warning}"
        changes.append(PlannedChange(credential.source, what))
    if record is not None and fits:
        runtime = record.agent_runtime_id
        held = context.memory.task
        if stored_task(record) is not None or (held is not None and task_fits(held, record)):
            return Plan("register")
    else:
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
    warning = "An agent that is registered stays registered: there is no call that removes it."
    return Plan("register", tuple(calls), tuple(changes), () if fits else (warning,))


def assert_problem(context: Context, view: View) -> str | None:
    """Why no request can be sent yet; None when one can."""
    credential = view.credential
    if credential is None or context.memory.task is not None:
        return None
    course = course_of(credential, view.contract, view.policy)
    if course.use == "managed" and not context.memory.cooldown:
        kept = credential.record
        if kept is None or stored_task(kept) is None:
            return (
                "Register first: features.use_agent_identity is on, so the client would not send "
                "a request before it has an agent identity and a task."
            )
    return None


def plan_assert(view: View, what: Literal["responses", "models"], *, recover: bool) -> Plan:
    """The request, and what recovering would add."""
    method = "POST" if what == "responses" else "GET"
    request = view.start.request
    carries = f"Authorization: {request.authorization}" if request else "its credential"
    if request is not None and request.authorization is None:
        carries = "no credential"
    calls = [PlannedCall(method, probe_url(view, what), carries, "does the server accept it")]
    changes: tuple[PlannedChange, ...] = ()
    warnings: tuple[str, ...] = ()
    if recover:
        condition = "only after an answer 401, when auth.json is unchanged"
        url = view.addresses.endpoints.refresh
        calls.append(
            PlannedCall("POST", url, "the refresh token in its body", "refresh", condition)
        )
        source = view.credential.source if view.credential else "auth.json"
        changes = (PlannedChange(source, f"new tokens, {condition}"),)
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
