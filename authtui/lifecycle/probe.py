"""One small request with the selected credential, and the recovery after a 401."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from authtui.exchanges.answers import Answer, WireFailure
from authtui.exchanges.record_builder import look_up_fault
from authtui.lifecycle.addresses import host_of
from authtui.lifecycle.context import Trouble
from authtui.lifecycle.policies import match_stored, stored_task, task_fits
from authtui.lifecycle.refresh import ask_authority, guarded_reload, recovery_problem
from authtui.lifecycle.stores import store_of
from authtui.model import events as ev
from authtui.request_auth import (
    AgentAssertionAuth,
    AuthProblem,
    BearerAuth,
    httpx_auth,
    provider_for,
)
from authtui.simulation.prerequisites import is_routed, routing_trouble
from authtui.simulation.selection import CHATGPT_MODES

if TYPE_CHECKING:
    from authtui.lifecycle.context import Context, View
    from authtui.request_auth import AgentTask, AuthProvider
    from authtui.simulation.selection import Credential
    from authtui.wire.client import Wire

What = Literal["responses", "models"]
SECONDS: Final = 30.0
DEFAULT_MODEL: Final = "gpt-5"
RECOVERY: Final = (("reload", "refresh_token"), ("refresh_token", "done"))
"""The client's steps after a 401, each with the one that follows it."""


def sent_credential(view: View) -> Credential | None:
    """The credential that the client sends here: none to a provider that asks for none."""
    request = view.start.request
    return None if request is not None and request.authorization is None else view.credential


def provider_of(context: Context, view: View) -> AuthProvider:
    """The provider of the credential to send, with the task at hand if one fits."""
    credential = sent_credential(view)
    record = credential.record if credential else None
    task = context.memory.task or (stored_task(record) if record else None)
    alone = credential is not None and credential.mode == "agent_identity"
    if task is not None and not alone and not _may_sign(view, task):
        task = None
    return provider_for(credential, view.contract, task)


def _may_sign(view: View, task: AgentTask) -> bool:
    """Whether requests of a ChatGPT login are signed: by policy, with its own identity and task."""
    record = view.credential.record if view.credential else None
    if view.policy != "ChatGptAuth" or record is None or view.binding is None:
        return False
    match = match_stored(record, view.binding, view.contract)
    return match.key is not None and task_fits(task, record)


def probe_url(view: View, what: What) -> str:
    """The address of the probe."""
    base = view.addresses.model.rstrip("/")
    if what == "responses":
        return f"{base}/responses"
    return f"{base}/models?client_version={view.contract.version or '0.0.0'}"


def probe_body(view: View) -> dict[str, object]:
    """The smallest model call that a server takes."""
    model = view.observation.config.get("model")
    text = {"type": "input_text", "text": "ping"}
    return {
        "model": model if isinstance(model, str) and model else DEFAULT_MODEL,
        "instructions": "Answer with one word.",
        "input": [{"type": "message", "role": "user", "content": [text]}],
        "stream": True,
        "store": False,
    }


async def probe(
    context: Context, view: View, wire: Wire, what: What, *, recover: bool
) -> Trouble | str | None:
    """Send the request; the `Asserted` event carries what came back."""
    stopped = await look_up(context, view, wire)
    if stopped is not None:
        return stopped
    answer = await _send(context, view, wire, what)
    if isinstance(answer, Trouble):
        return answer
    attempts = 1
    if recover and isinstance(answer, Answer) and answer.status == 401:
        problem = recovery_problem(sent_credential(view), view.contract)
        if problem is not None:
            _finish(context, view, what, answer, attempts)
            text = f"The 401 is final, a refresh cannot help: {problem.replace('_', ' ')}."
            return Trouble(text, known=False, status=401)
        for step, following in RECOVERY:
            trouble = await _recover(context, view, wire, step, following)
            if trouble is not None:
                _finish(context, view, what, answer, attempts)
                return trouble
            view = context.view() or view
            again = await _send(context, view, wire, what)
            if isinstance(again, Trouble):
                return again
            answer, attempts = again, attempts + 1
            if isinstance(answer, WireFailure) or answer.status != 401:
                break
    _finish(context, view, what, answer, attempts)
    return None if isinstance(answer, Answer) else Trouble(answer.statement, known=False)


def looks_up(context: Context, view: View) -> bool:
    """Whether the client looks the workspace of this credential up before its first request."""
    credential, request = sent_credential(view), view.start.request
    if not context.looks_up:
        return False
    if credential is None or request is None or not credential.account_id:
        return False
    return credential.mode in CHATGPT_MODES and is_routed(view.case, request.base_url)


async def look_up(context: Context, view: View, wire: Wire) -> Trouble | None:
    """Look the workspace up as the client does first, and judge again with what was answered.

    A 401 is left to the request that follows: it tells whether the token is accepted.
    """
    credential = sent_credential(view)
    if credential is None or not looks_up(context, view):
        return None
    provider = provider_of(context, view)
    if isinstance(provider.add_headers(context.clock()), AuthProblem):
        return None
    context.progress("looking the workspace up")
    answer = await wire.request(
        "GET",
        view.addresses.endpoints.accounts_check,
        timeout=SECONDS,
        auth=httpx_auth(provider, context.clock),
    )
    if isinstance(answer, WireFailure):
        fault: str | None = "unreachable"
    else:
        fault = look_up_fault(answer, credential.account_id or "")
    if fault is None or fault == "401":
        return None
    options = context.session.options
    assumptions = options.assumptions._replace(accounts_check=fault)
    event = context.session.reassess(options._replace(assumptions=assumptions), "assert")
    if event is not None:
        context.published.append(event)
    after = context.view() or view
    text = routing_trouble(after.case, credential, _base_of(view))
    status = None if isinstance(answer, WireFailure) else answer.status
    return Trouble(text or "workspace routing discovery failed", status=status)


def _base_of(view: View) -> str:
    return view.start.request.base_url if view.start.request else ""


async def _recover(
    context: Context, view: View, wire: Wire, step: str, following: str
) -> Trouble | None:
    """Take one step of the recovery; where it fails, none follows."""
    store = store_of(context, view)
    if isinstance(store, Trouble):
        found: bool | Trouble = store
    elif step == "reload":
        found = await guarded_reload(view, store)
        if found is True:
            await context.reload("recover")
    else:
        found = await ask_authority(context, view, wire, store, "recover") or True
    trouble = found if isinstance(found, Trouble) else None
    changed = None if isinstance(found, Trouble) else found
    then, problem = (following, None) if trouble is None else ("done", trouble.text)
    context.publish(
        lambda n, at: ev.RecoveryStep(n, at, "recover", "managed", step, changed, then, problem)
    )
    return trouble


async def _send(
    context: Context, view: View, wire: Wire, what: What
) -> Answer | WireFailure | Trouble:
    url = probe_url(view, what)
    method = "POST" if what == "responses" else "GET"
    provider = provider_of(context, view)
    checked = provider.add_headers(context.clock())
    if isinstance(checked, AuthProblem):
        known = checked.client_error is not None
        return Trouble(checked.client_error or checked.statement, known=known)
    context.progress("sending a request")
    return await wire.request(
        method,
        url,
        headers=[("accept", "text/event-stream")] if what == "responses" else (),
        json=probe_body(view) if what == "responses" else None,
        timeout=SECONDS,
        auth=httpx_auth(provider, context.clock),
    )


def _finish(
    context: Context, view: View, what: What, answer: Answer | WireFailure, attempts: int
) -> None:
    host = host_of(probe_url(view, what))
    kind = _class_of(provider_of(context, view))
    record = next(
        (r for r in reversed(context.session.state.requests) if r.number == answer.number), None
    )
    if isinstance(answer, WireFailure):
        text = answer.statement
        context.publish(
            lambda n, at: ev.Asserted(n, at, "assert", None, kind, host, False, text, attempts)
        )
        return
    meaning = record.meaning if record else ""
    own = by_auth_server(answer)
    status = answer.status
    context.publish(
        lambda n, at: ev.Asserted(n, at, "assert", status, kind, host, own, meaning, attempts)
    )


def _class_of(provider: AuthProvider) -> str | None:
    if isinstance(provider, AgentAssertionAuth):
        return "AgentAssertion"
    if isinstance(provider, BearerAuth):
        return "Bearer" if provider.token is not None else None
    return None


def by_auth_server(answer: Answer) -> bool:
    """Whether the service itself answered: no web page, no edge of a network, no other host."""
    in_between = answer.looks_like_html or answer.header("cf-mitigated") is not None
    return not in_between and answer.redirect_host is None and answer.status != 407
