"""Refreshing tokens and recovering from a 401: on request only, never by looking.

A refresh uses up a token that every copy of the login shares: whoever holds the old one is signed
out. Source: codex-rs/login/src/auth/manager.rs.
"""

from __future__ import annotations

import asyncio
from datetime import UTC
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from authtui.contracts import SIGNED_OUT_SINCE
from authtui.credentials.store_writer import WriteFailure, merge
from authtui.exchanges.answers import Answer, WireFailure
from authtui.exchanges.endpoints import CLIENT_ID
from authtui.lifecycle.context import Trouble
from authtui.lifecycle.stores import account_in, seen_in, store_of, update
from authtui.lifecycle.unsaved import kept_where, save
from authtui.model import events as ev
from authtui.redaction import Secret, safe_text
from authtui.simulation.refreshing import KNOWN, judge_refusal, refusal_code

if TYPE_CHECKING:
    from datetime import datetime

    from authtui.contracts import Contract
    from authtui.credentials.document import Tokens
    from authtui.credentials.store_writer import Reservation, Written
    from authtui.lifecycle.context import Context, View
    from authtui.lifecycle.stores import Store
    from authtui.simulation.selection import Credential
    from authtui.wire.client import Wire

SECONDS: Final = 30.0
WARNING: Final = (
    "A refresh uses up the refresh token that every copy of this login shares: another machine or "
    "container with the old auth.json is signed out."
)
NO_TOKENS: Final = "Token data is not available."


class _Rotation(NamedTuple):
    """What is refreshed: the store, the document in it, its tokens, and for whom."""

    store: Store
    data: bytes | None
    tokens: Tokens
    cause: str


def recovery_problem(credential: Credential | None, contract: Contract) -> str | None:
    """Why a 401 is final for this credential, by the client's own name; None where it is not."""
    mode = credential.mode if credential else None
    if mode == "chatgpt" or (mode == "agent_identity" and contract.identity_only):
        return None
    if mode == "chatgpt_auth_tokens":
        # No host program hands out tokens here: authtui has nobody to ask.
        return "no_external_auth"
    if mode == "personal_access_token" and contract.registration.invalid_grant:
        return "not_refreshable_auth"
    return "not_chatgpt_auth"


def mark_of(data: bytes | None) -> str:
    """A mark of a stored document: a remembered failure counts for this very one."""
    return Secret((data or b"").decode("utf-8", "replace")).fingerprint + f":{len(data or b'')}"


async def guarded_reload(view: View, store: Store) -> bool | Trouble:
    """Re-read the store; whether it changed. Another account than before is a final failure."""
    before = seen_in(store, view.observation)
    now = await asyncio.to_thread(store.read)
    if isinstance(now, WriteFailure):
        return Trouble(now.sentence, known=False)
    if now is None:
        return Trouble(NO_TOKENS)
    problem = merge(now, {})
    if isinstance(problem, str):
        return Trouble(f"{store.place} cannot be changed: {problem}.", known=False)
    if account_in(before) is None or account_in(now) != account_in(before):
        return Trouble(SIGNED_OUT_SINCE)
    return now != before


async def refresh(context: Context, view: View, wire: Wire) -> Trouble | None:
    """The whole algorithm: reload, adopt what another process did, else ask the authority."""
    store = store_of(context, view)
    if isinstance(store, Trouble):
        return store
    changed = await guarded_reload(view, store)
    if isinstance(changed, Trouble):
        return changed
    if changed:
        await context.reload("refresh")
        context.publish(lambda n, at: ev.Refreshed(n, at, "refresh", changed=True, adopted=True))
        return None
    return await ask_authority(context, view, wire, store, "refresh")


async def ask_authority(
    context: Context, view: View, wire: Wire, store: Store, cause: str
) -> Trouble | None:
    """One refresh POST and the save. Once sent, it is seen through, cancelled or not."""
    work = asyncio.ensure_future(_ask(context, view, wire, store, cause))
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        # The authority may have used up the old token already: the new one must reach the store.
        while not work.done():
            try:
                await asyncio.wait({work})
            except asyncio.CancelledError:
                continue
        raise


async def _ask(
    context: Context, view: View, wire: Wire, store: Store, cause: str
) -> Trouble | None:
    data = await asyncio.to_thread(store.read)
    if isinstance(data, WriteFailure):
        return Trouble(data.sentence, known=False)
    remembered = context.memory.refresh_failures.get(mark_of(data))
    if remembered is not None:
        return Trouble(remembered)
    document = view.credential.document if view.credential else None
    tokens = document.tokens if document else None
    if tokens is None:
        return Trouble(NO_TOKENS)
    of = _Rotation(store, data, tokens, cause)
    if not context.reserves:
        return await _send(context, view, wire, of, None)
    held = await asyncio.to_thread(store.reserve, data, context.clock())
    if isinstance(held, WriteFailure):
        return Trouble(f"{held.sentence} No token was used up.", known=False)
    with held:
        return await _send(context, view, wire, of, held)


async def _send(
    context: Context, view: View, wire: Wire, of: _Rotation, held: Reservation | None
) -> Trouble | None:
    context.progress("refreshing the tokens")
    store, data, tokens, cause = of
    old = tokens.refresh_token.reveal()
    body = {"client_id": CLIENT_ID, "grant_type": "refresh_token", "refresh_token": old}
    answer = await wire.request(
        "POST", view.addresses.endpoints.refresh, json=body, timeout=SECONDS
    )
    if isinstance(answer, WireFailure):
        if answer.kind == "bad-url":
            return Trouble("builder error")
        return Trouble(f"Failed to refresh token: {answer.statement}", answer.retryable)
    if not answer.ok:
        message = f"{answer.status_text}: {message_of(answer)}"
        refused = judge_refusal(answer.status, answer.body, message, view.contract)
        code = refusal_code(answer.body)
        if code in KNOWN or (answer.status in (400, 401) and not answer.looks_like_html):
            _tell_rotation(context, cause, old, None, code)
        if refused.permanent:
            context.memory.refresh_failures[mark_of(data)] = refused.text
        return Trouble(refused.text, not refused.permanent, answer.status)
    value = answer.json()
    if not isinstance(value, dict):
        return Trouble("Failed to refresh token: the answer is not a JSON object", True)
    changes: dict[str, Any] = {
        f"tokens.{name}": value[name]
        for name in ("id_token", "access_token", "refresh_token")
        if isinstance(value.get(name), str)
    }
    changes["last_refresh"] = last_refresh_text(context.clock())
    # The old token is used up: before anything else the new one is written down.
    if held is not None:
        account = account_in(data)
        done = await save(
            context, store, held, changes, data, lambda now: account_in(now) == account
        )
    else:
        done = await asyncio.to_thread(_as_client, context, store, account_in(data), changes)
    rotated = changes.get("tokens.refresh_token", old) != old
    if rotated:
        _tell_rotation(context, cause, old, changes["tokens.refresh_token"])
    if isinstance(done, WriteFailure):
        text = f"The tokens were refreshed but could not be stored. {done.sentence}"
        if held is not None:
            text = f"{text} {kept_where(done.rescue)}"
        return Trouble(text, known=False)
    backup = done.backup
    await context.reload(cause)
    context.publish(
        lambda n, at: ev.Refreshed(n, at, cause, changed=True, rotated=rotated, backup=backup)
    )
    return None


def _tell_rotation(context: Context, cause: str, old: str, new: str | None, code: str = "") -> None:
    """Who used up which refresh token; `new` None where the authority refused the old one."""
    by, used = context.program, Secret(old).mark if old else None
    got = None if new is None else Secret(new).mark
    done, why = new is not None, safe_text(code, 100) or None
    context.publish(lambda n, at: ev.RotationSeen(n, at, cause, by, used, got, done, why))


def _as_client(
    context: Context, store: Store, account: str | None, changes: dict[str, Any]
) -> Written | WriteFailure:
    """The save of a client, for which nothing was held ready: what fails is lost."""
    latest = store.read()
    if isinstance(latest, WriteFailure):
        return latest
    if account_in(latest) != account:
        return WriteFailure("changed-underneath", SIGNED_OUT_SINCE, store.place)
    return update(store, changes, latest, context.clock())


def message_of(answer: Answer) -> str:
    """`error.message` of a JSON body, else the body itself, harmless."""
    return answer.error_message or safe_text(answer.text, 2000)


def last_refresh_text(at: datetime) -> str:
    """UTC with microseconds, as the client writes `last_refresh`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def refresh_problem(view: View) -> str | None:
    """Why there is nothing to refresh; None where there is."""
    credential = view.credential
    if credential is None:
        return "There is no login to refresh."
    if credential.mode == "chatgpt":
        return None if credential.document and credential.document.tokens else NO_TOKENS
    return {
        "api_key": "An API key is never refreshed; there is nothing to do.",
        "personal_access_token": "A personal access token is never refreshed.",
        "agent_identity": "An agent identity is never refreshed; a new task is registered instead.",
        "chatgpt_auth_tokens": "external auth is not configured: these tokens are refreshed by "
        "the host program.",
    }.get(credential.mode, "This kind of login is never refreshed.")
