"""One small request with the selected credential, and the recovery after an answer 401."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

from authtui.lifecycle.policies import Task, match_stored, stored_task, task_fits
from authtui.lifecycle.refresh import (
    NO_MORE,
    Recovery,
    ask_authority,
    guarded_reload,
    store_for,
)
from authtui.lifecycle.registration import Trouble
from authtui.model import events as ev
from authtui.redaction import Secret
from authtui.request_auth import (
    AgentAssertionAuth,
    AgentTask,
    AuthProblem,
    BearerAuth,
    httpx_auth,
    provider_for,
)
from authtui.wire.answers import Answer, WireFailure

if TYPE_CHECKING:
    from authtui.lifecycle.context import Context, View
    from authtui.request_auth import AuthProvider
    from authtui.wire.client import Wire

What = Literal["responses", "models"]
SECONDS: Final = 30.0
DEFAULT_MODEL: Final = "gpt-5"


def provider_of(context: Context, view: View) -> AuthProvider:
    """The provider of the selected credential with the task at hand, if one fits."""
    credential = view.credential
    record = credential.record if credential else None
    held = context.memory.task
    kept = stored_task(record) if record else None
    if held is None and record is not None and kept is not None:
        held = Task(record.agent_runtime_id, Secret(kept))
    task = None
    if credential is not None and held is not None:
        managed = credential.mode != "agent_identity"
        if not managed or (_may_sign(view) and task_fits(held, record)):
            task = AgentTask(held.agent_runtime_id, held.task_id)
    return provider_for(credential, view.contract, task)


def _may_sign(view: View) -> bool:
    """Whether a ChatGPT login is signed for: the policy allows it and the identity is its own."""
    record = view.credential.record if view.credential else None
    if view.policy != "ChatGptAuth" or record is None or view.binding is None:
        return False
    return match_stored(record, view.binding, view.contract).key is not None


def probe_url(view: View, what: What) -> str:
    """The address of the probe."""
    base = view.addresses.model.rstrip("/")
    if what == "responses":
        return f"{base}/responses"
    return f"{base}/models?client_version={view.contract.version or '0.0.0'}"


def probe_body(view: View) -> dict[str, Any]:
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
    answer = await _send(context, view, wire, what)
    if isinstance(answer, Trouble):
        return answer
    attempts = 1
    if recover and isinstance(answer, Answer) and answer.status == 401:
        machine = Recovery(view.credential, view.contract)
        if not machine.has_next:
            _finish(context, view, what, answer, attempts)
            text = NO_MORE if machine.reason == "recovery_exhausted" else None
            sentence = f"The answer 401 is final: {machine.reason.replace('_', ' ')}."
            return Trouble(text or sentence, known=text is not None, status=401)
        while machine.has_next:
            trouble = await _step(context, view, wire, machine)
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


async def _step(context: Context, view: View, wire: Wire, machine: Recovery) -> Trouble | None:
    step = machine.step
    changed: bool | None = None
    trouble: Trouble | None = None
    store = store_for(context, view)
    if isinstance(store, Trouble):
        trouble = store
    elif step == "reload":
        found = guarded_reload(view, store)
        if isinstance(found, Trouble):
            trouble = found
        else:
            changed = found.changed
            if changed:
                context.reload("recover")
    else:
        trouble = await ask_authority(context, view, wire, store, "recover")
        changed = True if trouble is None else None
    machine.after(failed=trouble is not None)
    problem = trouble.text if trouble else None
    following, mode = machine.step, machine.mode
    context.publish(
        lambda n, at: ev.RecoveryStep(n, at, "recover", mode, step, changed, following, problem)
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
    from authtui.lifecycle.addresses import host_of

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
