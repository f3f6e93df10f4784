"""Refreshing tokens and recovering from a 401: on request only, never by looking.

A refresh uses up a token that every copy of the login shares: whoever holds the old one is signed
out. Sources: spec auth_json.md 5, request_auth.md 9; codex-rs/login/src/auth/manager.rs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from authtui.checks.refreshing import KNOWN, judge_refusal, refusal_code
from authtui.contracts import SIGNED_OUT_SINCE
from authtui.credentials.store_writer import WriteFailure
from authtui.lifecycle.bootstrap import account_in
from authtui.lifecycle.registration import Trouble
from authtui.lifecycle.stores import seen_in, store_of
from authtui.model import events as ev
from authtui.redaction import Secret
from authtui.wire.answers import Answer, WireFailure

if TYPE_CHECKING:
    from datetime import datetime

    from authtui.contracts import Contract
    from authtui.credentials.selection import Credential
    from authtui.lifecycle.context import Context, View
    from authtui.lifecycle.stores import Store
    from authtui.wire.client import Wire

CLIENT_ID: Final = "app_EMoamEEZ73f0CkXaXp7hrann"
SECONDS: Final = 30.0
WARNING: Final = (
    "A refresh uses up the refresh token that every copy of this login shares: another machine or "
    "container with the old auth.json is signed out."
)
NO_TOKENS: Final = "Token data is not available."
NO_MORE: Final = "No more recovery steps available."
NO_EXTERNAL: Final = "external auth is not configured"

Step = Literal["reload", "refresh_token", "external_refresh", "done"]
Mode = Literal["managed", "external"]
Reason = Literal[
    "ready",
    "not_chatgpt_auth",
    "not_refreshable_auth",
    "no_external_auth",
    "recovery_exhausted",
]


class Recovery:
    """The steps after an answer 401, in the client's order and by its names. Pure."""

    def __init__(self, credential: Credential | None, contract: Contract) -> None:
        """Start for the credential that was refused."""
        mode = credential.mode if credential else None
        self.mode: Mode = "external" if mode == "chatgpt_auth_tokens" else "managed"
        identity_only = mode == "agent_identity" and contract.identity_only
        self._reason: Reason = "ready"
        if mode == "personal_access_token" and contract.registration.invalid_grant:
            self._reason = "not_refreshable_auth"
        elif mode not in ("chatgpt", "chatgpt_auth_tokens") and not identity_only:
            self._reason = "not_chatgpt_auth"
        elif self.mode == "external":
            # No host program hands out tokens here: authtui has nobody to ask.
            self._reason = "no_external_auth"
        self.step: Step = "external_refresh" if self.mode == "external" else "reload"

    @property
    def reason(self) -> Reason:
        """Why there is, or is no, next step."""
        if self._reason == "ready" and self.step == "done":
            return "recovery_exhausted"
        return self._reason

    @property
    def has_next(self) -> bool:
        """Whether another step can be tried."""
        return self.reason == "ready"

    def after(self, *, failed: bool) -> None:
        """Go on: `reload` leads to `refresh_token` unless it failed; everything else to `done`."""
        self.step = "refresh_token" if self.step == "reload" and not failed else "done"


class Reloaded(NamedTuple):
    """A guarded reload: what the store holds now, and whether that differs from before."""

    data: bytes | None
    changed: bool


def mark_of(data: bytes | None) -> str:
    """A mark of a stored document: a remembered failure counts for this very one."""
    return Secret((data or b"").decode("utf-8", "replace")).fingerprint + f":{len(data or b'')}"


def guarded_reload(view: View, store: Store) -> Reloaded | Trouble:
    """Re-read the store; another account than the cached one is a final failure."""
    before = seen_in(store, view.observation)
    now = store.read()
    if isinstance(now, WriteFailure):
        return Trouble(now.sentence, known=False)
    if now is None:
        return Trouble(NO_TOKENS)
    if account_in(before) is None or account_in(now) != account_in(before):
        return Trouble(SIGNED_OUT_SINCE)
    return Reloaded(now, changed=now != before)


def store_for(context: Context, view: View) -> Store | Trouble:
    """The store of the credential in use."""
    source = view.credential.source if view.credential else ""
    found = store_of(source, view.observation, context.keyring)
    return Trouble(found, known=False) if isinstance(found, str) else found


async def refresh(
    context: Context, view: View, wire: Wire, cause: str = "refresh"
) -> Trouble | None:
    """The whole algorithm: reload, adopt what another process did, else ask the authority."""
    store = store_for(context, view)
    if isinstance(store, Trouble):
        return store
    found = guarded_reload(view, store)
    if isinstance(found, Trouble):
        return found
    if found.changed:
        context.reload(cause)
        context.publish(lambda n, at: ev.Refreshed(n, at, cause, changed=True, adopted=True))
        return None
    return await ask_authority(context, view, wire, store, cause)


async def ask_authority(
    context: Context, view: View, wire: Wire, store: Store, cause: str
) -> Trouble | None:
    """One refresh POST and the save. Once it left, it is seen through, cancelled or not."""
    import asyncio

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
    data = store.read()
    if isinstance(data, WriteFailure):
        return Trouble(data.sentence, known=False)
    remembered = context.memory.dead.get(mark_of(data))
    if remembered is not None:
        return Trouble(remembered)
    document = view.credential.document if view.credential else None
    tokens = document.tokens if document else None
    if tokens is None:
        return Trouble(NO_TOKENS)
    problem = store.rehearse(data) if context.rehearses else None
    if problem is not None:
        text = f"{problem.sentence} No token was used up."
        return Trouble(text, known=False)
    context.progress("refreshing the tokens")
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
        if refusal_code(answer.body) in KNOWN:
            _tell_rotation(context, cause, old, None)
        if refused.permanent:
            context.memory.dead[mark_of(data)] = refused.text
        return Trouble(refused.text, not refused.permanent, answer.status)
    value = answer.json()
    if not isinstance(value, dict):
        return Trouble("Failed to refresh token: the answer is no JSON object", True)
    changes: dict[str, Any] = {
        f"tokens.{name}": value[name]
        for name in ("id_token", "access_token", "refresh_token")
        if isinstance(value.get(name), str)
    }
    rotated = changes.get("tokens.refresh_token", old) != old
    if rotated:
        _tell_rotation(context, cause, old, changes["tokens.refresh_token"])
    changes["last_refresh"] = moment(context.clock())
    return _save(context, store, account_in(data), changes, cause, rotated=rotated)


def _tell_rotation(context: Context, cause: str, old: str, new: str | None) -> None:
    """Who used up which refresh token; `new` None where the authority refused the old one."""
    by, used = context.program, f"#{Secret(old).fingerprint}"
    got = None if new is None else f"#{Secret(new).fingerprint}"
    context.publish(lambda n, at: ev.RotationSeen(n, at, cause, by, used, got, new is not None))


def _save(
    context: Context,
    store: Store,
    account: str | None,
    changes: dict[str, Any],
    cause: str,
    *,
    rotated: bool,
) -> Trouble | None:
    latest = store.read()
    if isinstance(latest, WriteFailure) or account_in(latest) != account:
        why = latest.sentence if isinstance(latest, WriteFailure) else SIGNED_OUT_SINCE
        return Trouble(f"The tokens were refreshed and could not be kept. {why}", known=False)
    done = store.update(changes, latest, context.clock())
    if isinstance(done, WriteFailure):
        text = f"The tokens were refreshed and could not be kept. {done.sentence}"
        return Trouble(text, known=False)
    backup = done.backup
    context.reload(cause)
    context.publish(
        lambda n, at: ev.Refreshed(n, at, cause, changed=True, rotated=rotated, backup=backup)
    )
    return None


def message_of(answer: Answer) -> str:
    """`error.message` of a JSON body, else the body itself, harmless."""
    from authtui.redaction import printable, redact_text

    return answer.error_message or printable(redact_text(answer.text), 2000)


def moment(at: datetime) -> str:
    """UTC with microseconds, as the client writes `last_refresh`."""
    from datetime import UTC

    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def refreshable(view: View) -> str | None:
    """None where a refresh makes sense; otherwise a sentence why not (spec auth_json.md 5.1)."""
    credential = view.credential
    if credential is None:
        return "There is no login to refresh."
    if credential.mode == "chatgpt":
        return None if credential.document and credential.document.tokens else NO_TOKENS
    return {
        "api_key": "An API key is never refreshed; there is nothing to do.",
        "personal_access_token": "A personal access token is never refreshed.",
        "agent_identity": "An agent identity is never refreshed; a new task is registered instead.",
        "chatgpt_auth_tokens": f"{NO_EXTERNAL}: these tokens are refreshed by the host program.",
    }.get(credential.mode, "This kind of login is never refreshed.")
