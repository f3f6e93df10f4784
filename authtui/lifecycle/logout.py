"""Logging out: what is revoked, what is removed, what stays.

Sources: codex-rs/login/src/auth/revoke.rs @ 409afc20, codex-rs/login/src/auth/storage.rs.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, NamedTuple

from authtui.configuration.config import feature
from authtui.credentials.document import Document, parse_document
from authtui.credentials.encrypted_store import SECRETS_FEATURE
from authtui.credentials.store_writer import WriteFailure
from authtui.exchanges.answers import WireFailure
from authtui.exchanges.endpoints import CLIENT_ID
from authtui.lifecycle.context import Trouble
from authtui.lifecycle.preview import Plan, PlannedCall, PlannedChange
from authtui.lifecycle.refresh import message_of
from authtui.lifecycle.stores import FileStore, file_store, keyring_store, seen_in
from authtui.model import events as ev
from authtui.simulation.stored_record import store_mode

if TYPE_CHECKING:
    from authtui.credentials.store_writer import Reservation
    from authtui.lifecycle.context import Context, View
    from authtui.lifecycle.stores import Store
    from authtui.redaction import Secret
    from authtui.wire.client import Wire

NOT_LOGGED_IN: Final = "Not logged in"
WORKLOAD: Final = "workload identity auth is managed by the host and cannot be logged out"
SECONDS: Final = 10.0


class Revocable(NamedTuple):
    """The token that is revoked, and what the server is told it is."""

    token: Secret
    hint: str

    @property
    def body(self) -> dict[str, str]:
        """The request's body; the client id goes with a refresh token only."""
        body = {"token": self.token.reveal(), "token_type_hint": self.hint}
        if self.hint == "refresh_token":
            body["client_id"] = CLIENT_ID
        return body


def revocable(document: Document | None) -> Revocable | None:
    """What of a document is revoked: a token of a ChatGPT login, by the revoke code's own rule."""
    if document is None or document.tokens is None:
        return None
    # Older than the loader's: it knows neither personal access tokens nor Bedrock.
    mode = document.auth_mode or ("apikey" if document.openai_api_key is not None else "chatgpt")
    if mode != "chatgpt":
        return None
    for hint in ("refresh_token", "access_token"):
        token: Secret = getattr(document.tokens, hint)
        if token:
            return Revocable(token, hint)
    return None


class Removal(NamedTuple):
    """The stores to empty, in order, the token to revoke, and what stays, in sentences.

    `problem` says why nothing can be done.
    """

    stores: tuple[Store, ...]
    revoke: Revocable | None
    left: tuple[str, ...]
    problem: str | None = None


def removal_of(context: Context, view: View, *, revoke: bool) -> Removal:
    """What logging out would do in this state, by the configured store; pure."""
    observation, contract = view.observation, view.contract
    left = _left(view)
    if view.case.ladder.workload.credential is not None:
        return Removal((), None, left, WORKLOAD)
    mode = store_mode(observation)
    if mode == "ephemeral":
        reason = "the store mode is ephemeral: a login lives in the client's memory only"
        return Removal((), None, left, f"{NOT_LOGGED_IN}: {reason}")
    file, ring = file_store(observation), keyring_store(observation, context.keyring)
    stores: list[Store] = []
    if mode in ("keyring", "auto"):
        if _encrypted(view):
            reason = "authtui does not change the encrypted store; use `codex logout`"
            return Removal((), None, left, reason)
        if observation.keyring.status == "present":
            stores.append(ring)
        elif observation.keyring.status != "absent":
            # A keyring error comes first and leaves auth.json in place, as in the client.
            cause = observation.keyring.detail or observation.keyring.status
            return Removal((), None, left, f"failed to delete auth from keyring: {cause}")
    if observation.auth_file.exists:
        stores.append(file)
    if not stores:
        return Removal((), None, left, NOT_LOGGED_IN)
    token = None
    if revoke:
        data = seen_in(stores[0], observation)
        found = None
        if data is not None:
            found = parse_document(data, contract.document, contract.agent, now=observation.at)
        token = revocable(found if isinstance(found, Document) else None)
    return Removal(tuple(stores), token, left)


def _encrypted(view: View) -> bool:
    on = feature(view.observation.config, SECRETS_FEATURE)
    return on and view.contract.document.personal_access_token


def _left(view: View) -> tuple[str, ...]:
    """What logging out does not remove, in sentences."""
    observation, ladder = view.observation, view.case.ladder
    found = [
        f"{rung.name} stays set: the next start still uses it"
        for rung in (ladder.api_key, ladder.agent)
        if not rung.empty
    ]
    mode = store_mode(observation)
    if mode == "file" and observation.keyring.status == "present":
        found.append("the keyring entry stays: with store mode file only auth.json is removed")
    elif mode == "file" and observation.keyring.status == "not-probed":
        found.append("a keyring entry, if there is one, stays: the store mode is file")
    for credential in (ladder.store.credential, ladder.agent.credential):
        record = credential.record if credential else None
        if record is not None:
            runtime = record.agent_runtime_id
            found.append(f"agent {runtime} stays registered on the server, with its tasks")
    link = observation.auth_file.link_target
    if link is not None:
        found.append(f"the target of the link, {link}, stays: only the link is removed")
    return tuple(found)


def plan(view: View, removal: Removal) -> Plan:
    """Say which requests a logout will send and which stores it empties."""
    calls: tuple[PlannedCall, ...] = ()
    if removal.revoke is not None:
        carries = f"the {removal.revoke.hint.replace('_', ' ')} in its body, no Authorization"
        url = view.addresses.endpoints.revoke
        calls = (PlannedCall("POST", url, carries, "token revocation"),)
    changes = [
        PlannedChange(store.place, "removed, with a backup beside it")
        if isinstance(store, FileStore)
        else PlannedChange(store.place, "removed; a copy is kept in the home, mode 0600")
        for store in removal.stores
    ]
    return Plan("logout", calls, tuple(changes), removal.left)


async def perform(context: Context, view: View, removal: Removal, wire: Wire) -> Trouble | str:
    """Revoke, then remove whatever the revocation came to, as the client does.

    Whether it can be removed is found out first: nothing is revoked for a login that stays.
    """
    held: list[tuple[Store, Reservation]] = []
    try:
        for store in removal.stores:
            seen = seen_in(store, view.observation)
            found = await asyncio.to_thread(store.reserve_removal, seen, context.clock())
            if isinstance(found, WriteFailure):
                revoked = " Nothing was revoked." if removal.revoke else ""
                return Trouble(f"{found.sentence}{revoked}", known=False)
            held.append((store, found))
            if len(removal.stores) > 1:
                found.let_all()  # the two share the locks of the home
        return await _perform(context, view, removal, held, wire)
    finally:
        for _, each in held:
            each.release()


async def _perform(
    context: Context,
    view: View,
    removal: Removal,
    held: list[tuple[Store, Reservation]],
    wire: Wire,
) -> Trouble | str:
    warnings: list[str] = []
    revoked = problem = None
    if removal.revoke is not None:
        context.progress("revoking the token")
        problem = await _revoke(view, removal.revoke, wire)
        if problem is None:
            revoked = removal.revoke.hint
        else:
            warnings.append(problem)
    removed: list[str] = []
    backups: list[str] = []
    for store, each in held:
        done = await asyncio.to_thread(each.remove)
        each.let_all()
        if isinstance(done, WriteFailure):
            if removed:
                warnings.append(done.sentence)
                continue
            reason = done.sentence
            if revoked:
                reason = f"{reason} Its {revoked.replace('_', ' ')} is revoked all the same."
            return Trouble(reason, known=False)
        removed.append(store.place)
        if done.backup is not None:
            backups.append(done.backup)
    context.memory.identity = context.memory.task = context.memory.key_set = None
    await context.reload("logout")
    ladder, copies, left = tuple(removed), tuple(backups), removal.left
    context.publish(
        lambda n, at: ev.LoggedOut(n, at, "logout", ladder, revoked, copies, left, tuple(warnings))
    )
    if problem is not None:
        return f"Logged out here; the server was not told: {problem}"
    return "Logged out."


async def _revoke(view: View, token: Revocable, wire: Wire) -> str | None:
    url = view.addresses.endpoints.revoke
    answer = await wire.request("POST", url, json=token.body, timeout=SECONDS)
    if isinstance(answer, WireFailure):
        return f"failed to revoke {token.hint}: {answer.statement}"
    if answer.ok:
        return None
    return f"failed to revoke {token.hint}: {answer.status_text}: {message_of(answer)}"
