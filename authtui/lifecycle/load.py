"""What the client's own loading asks of servers: done only when asked for, and live.

For an agent identity JWT that is the key set and a task, for a personal access token its look-up.
Sources: codex-rs/login/src/auth/agent_identity.rs and personal_access_token.rs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authtui.exchanges.answers import WireFailure
from authtui.lifecycle import bootstrap
from authtui.lifecycle.context import Trouble
from authtui.lifecycle.plans import identity_calls
from authtui.lifecycle.policies import stored_task
from authtui.lifecycle.preview import Plan, PlannedCall

if TYPE_CHECKING:
    from authtui.lifecycle.context import Context, View
    from authtui.wire.client import Wire

SECONDS: Final = 15.0


def loads_identity(view: View) -> bool:
    """Whether loading this credential verifies and registers (#18785 on)."""
    credential = view.credential
    if credential is None or credential.mode != "agent_identity" or credential.record is None:
        return False
    if not view.contract.agent.verified or view.contract.registration.task_kept == "thread":
        return False
    return credential.record.from_jwt or stored_task(credential.record) is None


def plan(view: View) -> Plan:
    """Say which requests loading this credential will send."""
    credential = view.credential
    if credential is not None and credential.mode == "personal_access_token":
        url = view.addresses.endpoints.whoami
        carries = "Authorization: Bearer (the personal access token)"
        return Plan("load", (PlannedCall("GET", url, carries, "whose token it is"),))
    return Plan("load", identity_calls(view) if loads_identity(view) else ())


async def perform(context: Context, view: View, wire: Wire) -> Trouble | str:
    """Do what `plan` lists."""
    work = bootstrap.prepare_identity if loads_identity(view) else _look_up
    return await work(context, view, wire) or "Loaded, as a start of the client would."


async def _look_up(context: Context, view: View, wire: Wire) -> Trouble | None:
    """Ask whose personal access token it is, and judge again with the answer."""
    credential = view.credential
    if credential is None or credential.secret is None:
        return None
    context.progress("asking whose token it is")
    answer = await wire.request(
        "GET",
        view.addresses.endpoints.whoami,
        headers=[("Authorization", f"Bearer {credential.secret.reveal()}")],
        timeout=SECONDS,
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
