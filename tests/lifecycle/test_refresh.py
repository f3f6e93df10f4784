"""Refreshing and recovering: only on request, each step by its name, never a token lost."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from authtui import contracts
from authtui.lifecycle.refresh import recovery_problem
from authtui.simulation.refreshing import GENERIC, KNOWN, judge_refusal
from authtui.simulation.selection import Credential
from tests.lifecycle.world import World

if TYPE_CHECKING:
    from pathlib import Path

    from authtui.demo.backend.backend import Backend

MISMATCH = (
    "Your access token could not be refreshed because you have since logged out or signed in to "
    "another account. Please sign in again."
)
EXPIRED = timedelta(hours=-1)


async def test_a_refresh_replaces_the_returned_fields_and_nothing_else(
    tmp_path: Path, backend: Backend
) -> None:
    world = World(tmp_path, backend, "current", backend.mint.managed_record().auth_json)
    before = world.document
    world.auth.write_text(json.dumps({**before, "mine": {"kept": 1}}))
    world.session.load()
    outcome = await world.life.refresh()
    assert outcome.done, outcome.reason
    after = world.document
    assert after["agent_identity"] == before["agent_identity"], "the identity is untouched"
    assert after["mine"] == {"kept": 1}
    assert after["tokens"]["account_id"] == before["tokens"]["account_id"]
    for name in ("access_token", "refresh_token"):
        assert after["tokens"][name] != before["tokens"][name]
    assert after["last_refresh"] != before["last_refresh"]
    event = world.last("Refreshed")
    assert (event.changed, event.rotated, event.adopted) == (True, True, False)
    assert event.backup is not None
    assert (await world.life.assert_login()).done
    assert world.last("Asserted").status == 200


async def test_what_another_process_refreshed_is_adopted_without_a_request(
    tmp_path: Path, backend: Backend
) -> None:
    world = World(tmp_path, backend, "current", backend.mint.chatgpt_login().auth_json)
    world.auth.write_text(backend.mint.chatgpt_login().auth_json.reveal())
    assert (await world.life.refresh()).done
    assert world.calls == []
    assert world.last("Refreshed").adopted


@pytest.mark.parametrize("gone", [True, False])
async def test_another_account_or_no_document_in_the_store_ends_it(
    tmp_path: Path, backend: Backend, gone: bool
) -> None:
    from authtui.demo.backend.state import Account

    world = World(tmp_path, backend, "current", backend.mint.chatgpt_login().auth_json)
    if gone:
        world.auth.unlink()
    else:
        other = Account(account_id="workspace-demo-2")
        world.auth.write_text(backend.mint.chatgpt_login(other).auth_json.reveal())
    outcome = await world.life.refresh()
    assert outcome.client_text == ("Token data is not available." if gone else MISMATCH)
    assert world.calls == []


@pytest.mark.parametrize(
    ("status", "code"),
    [("expired", "refresh_token_expired"), ("used", "refresh_token_reused"),
     ("revoked", "refresh_token_invalidated")],
)  # fmt: skip
async def test_a_dead_refresh_token_is_told_by_name_and_asked_about_only_once(
    tmp_path: Path, backend: Backend, status: str, code: str
) -> None:
    login = backend.mint.chatgpt_login(refresh=status)  # type: ignore[arg-type]
    world = World(tmp_path, backend, "current", login.auth_json)
    before = world.auth.read_bytes()
    for _ in range(2):
        outcome = await world.life.refresh()
        assert outcome.client_text == KNOWN[code]
    assert world.calls == ["token"], "the same text again, without a request"
    assert world.auth.read_bytes() == before
    world.auth.write_text(backend.mint.chatgpt_login().auth_json.reveal())
    world.session.load()
    assert (await world.life.refresh()).done, "a new login starts anew"


PERMANENT = [
    # contract, status, code, text or None where it may pass
    ("first", 401, "anything", GENERIC),
    ("first", 400, "refresh_token_reused", None),
    ("first", 400, "invalid_grant", None),
    ("explicit", 400, "refresh_token_reused", None),
    ("managed", 400, "refresh_token_reused", KNOWN["refresh_token_reused"]),
    ("explicit", 400, "invalid_grant", None),
    ("managed", 403, "REFRESH_TOKEN_EXPIRED", KNOWN["refresh_token_expired"]),
    ("current", 400, "invalid_grant", GENERIC),
    ("current", 401, "invalid_grant", GENERIC),
    ("current", 500, "", None),
    ("current", 429, "", None),
]


@pytest.mark.parametrize(("contract", "status", "code", "text"), PERMANENT)
@pytest.mark.parametrize("shape", ["object", "text", "top"])
def test_what_is_final_differs_between_generations(
    contract: str, status: int, code: str, text: str | None, shape: str
) -> None:
    bodies = {"object": {"error": {"code": code}}, "text": {"error": code}, "top": {"code": code}}
    body = json.dumps(bodies[shape]).encode()
    found = judge_refusal(status, body, f"{status} X: y", contracts.BY_NAME[contract])
    assert found.permanent == (text is not None)
    assert found.text == (text or f"Failed to refresh token: {status} X: y")


async def test_a_refusal_that_may_pass_leaves_everything_and_can_be_tried_again(
    tmp_path: Path, backend: Backend
) -> None:
    backend.faults.set("token", "status", 503, times=1)
    world = World(tmp_path, backend, "current", backend.mint.chatgpt_login().auth_json)
    outcome = await world.life.refresh()
    assert outcome.client_text is not None
    assert outcome.client_text.startswith("Failed to refresh token: 503 Service Unavailable: ")
    assert (await world.life.refresh()).done


async def test_no_token_is_used_up_where_the_new_one_could_not_be_kept(
    tmp_path: Path, backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    from authtui.credentials import backups

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    world = World(tmp_path, backend, "current", backend.mint.chatgpt_login().auth_json)
    monkeypatch.setattr(backups, "open_new", full)
    outcome = await world.life.refresh()
    assert not outcome.done
    assert "No token was used up" in outcome.reason
    assert world.calls == []


async def test_a_refresh_that_is_cancelled_on_its_way_still_reaches_the_store(
    tmp_path: Path, backend: Backend
) -> None:
    backend.faults.set("token", "delay", 0.3, times=1)
    world = World(tmp_path, backend, "current", backend.mint.chatgpt_login().auth_json)
    before = world.document["tokens"]["refresh_token"]
    task = asyncio.ensure_future(world.life.refresh())
    await asyncio.sleep(0.15)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert world.document["tokens"]["refresh_token"] != before
    assert (await world.life.assert_login()).done, "the next transition may run"


async def test_two_transitions_at_once_are_refused_with_a_reason(
    tmp_path: Path, backend: Backend
) -> None:
    backend.faults.set("token", "delay", 0.2, times=1)
    world = World(tmp_path, backend, "current", backend.mint.chatgpt_login().auth_json)
    one, two = await asyncio.gather(world.life.refresh(), world.life.refresh())
    assert one.done
    assert not two.done
    assert "under way" in two.reason


async def test_the_preview_warns_that_a_shared_token_is_used_up(
    tmp_path: Path, backend: Backend
) -> None:
    login = backend.mint.chatgpt_login().auth_json
    world = World(tmp_path, backend, "current", login, live=False)
    outcome = await world.life.refresh()
    assert outcome.plan is not None
    assert "every copy of this login shares" in outcome.plan.warnings[0]
    assert world.calls == []


async def test_recovery_reloads_first_then_refreshes_and_repeats_the_request(
    tmp_path: Path, backend: Backend
) -> None:
    login = backend.mint.chatgpt_login(expires_in=EXPIRED).auth_json
    world = World(tmp_path, backend, "current", login)
    outcome = await world.life.assert_login(recover=True)
    assert outcome.done, outcome.reason
    steps = [e for e in world.told if e.kind == "RecoveryStep"]
    assert [(s.mode, s.step, s.changed, s.next_step) for s in steps] == [  # type: ignore[attr-defined]
        ("managed", "reload", False, "refresh_token"),
        ("managed", "refresh_token", True, "done"),
    ]
    assert world.calls == ["responses", "responses", "token", "responses"]
    assert world.last("Asserted").status == 200


async def test_recovery_ends_at_the_reload_where_another_process_helped(
    tmp_path: Path, backend: Backend
) -> None:
    login = backend.mint.chatgpt_login(expires_in=EXPIRED).auth_json
    world = World(tmp_path, backend, "current", login)
    world.auth.write_text(backend.mint.chatgpt_login().auth_json.reveal())
    assert (await world.life.assert_login(recover=True)).done
    assert world.calls == ["responses", "responses"]
    assert world.last("RecoveryStep").changed


async def test_without_being_asked_a_401_is_not_recovered(tmp_path: Path, backend: Backend) -> None:
    login = backend.mint.chatgpt_login(expires_in=EXPIRED).auth_json
    world = World(tmp_path, backend, "current", login)
    assert (await world.life.assert_login()).done
    assert world.calls == ["responses"]
    assert world.session.state.assessment is not None
    assert world.session.state.assessment.lamps.accepted.light == "red"


async def test_a_401_to_an_agent_identity_is_final(tmp_path: Path, backend: Backend) -> None:
    world = World(tmp_path, backend, "current", backend.mint.agent_identity().auth_json)
    assert (await world.life.load()).done
    backend.state.forget_tasks()
    outcome = await world.life.assert_login(recover=True)
    assert not outcome.done
    assert "not chatgpt auth" in outcome.reason
    assert world.calls.count("responses") == 1


@pytest.mark.parametrize(
    ("mode", "contract", "problem"),
    [
        (None, "current", "not_chatgpt_auth"),
        ("api_key", "current", "not_chatgpt_auth"),
        ("agent_identity", "current", "not_chatgpt_auth"),
        ("agent_identity", "identity-only", None),
        ("personal_access_token", "current", "not_refreshable_auth"),
        ("personal_access_token", "managed", "not_chatgpt_auth"),
        ("chatgpt", "first", None),
        ("chatgpt_auth_tokens", "first", "no_external_auth"),
    ],
)
def test_who_can_recover(mode: str | None, contract: str, problem: str | None) -> None:
    credential = Credential(mode, "auth.json", "auth.json") if mode else None
    assert recovery_problem(credential, contracts.BY_NAME[contract]) == problem


async def test_identity_only_recovery_ends_with_the_misleading_text(
    tmp_path: Path, backend: Backend
) -> None:
    world = World(tmp_path, backend, "identity-only", backend.mint.april_identity().auth_json)
    assert (await world.life.register()).done
    backend.state.forget_tasks()
    outcome = await world.life.assert_login(recover=True)
    assert outcome.client_text == MISMATCH
    assert "token" not in world.calls


async def test_an_empty_override_of_the_refresh_address_is_used_as_it_is(
    tmp_path: Path, backend: Backend
) -> None:
    login = backend.mint.chatgpt_login().auth_json
    environ = {"CODEX_REFRESH_TOKEN_URL_OVERRIDE": ""}
    world = World(tmp_path, backend, "current", login, "", environ, base_url=None)
    assert (await world.life.refresh()).client_text == "builder error"


async def test_an_override_leads_refresh_and_revocation_to_the_same_server(
    tmp_path: Path, backend: Backend
) -> None:
    login = backend.mint.chatgpt_login().auth_json
    environ = {"CODEX_REFRESH_TOKEN_URL_OVERRIDE": backend.refresh_url}
    world = World(tmp_path, backend, "current", login, "", environ, base_url=None)
    assert (await world.life.refresh()).done
    assert (await world.life.logout()).done
    assert world.calls == ["token", "revoke"]


@pytest.mark.parametrize("kind", ["api_key", "personal_token", "agent_identity"])
async def test_what_is_never_refreshed_says_so(tmp_path: Path, backend: Backend, kind: str) -> None:
    world = World(tmp_path, backend, "current", getattr(backend.mint, kind)().auth_json)
    outcome = await world.life.refresh()
    assert not outcome.done
    assert "never refreshed" in outcome.reason
    assert world.calls == []


async def test_a_login_in_the_keyring_is_refreshed_there(tmp_path: Path, backend: Backend) -> None:
    from tests.lifecycle.test_logout import Ring

    ring = Ring(json.dumps(json.loads(backend.mint.chatgpt_login().auth_json.reveal())))
    before = ring.value
    config = 'cli_auth_credentials_store = "keyring"\n'
    world = World(tmp_path, backend, "current", None, config, keyring=ring)
    assert (await world.life.refresh()).done
    assert ring.value != before
    assert ring.value is not None
    assert "\n" not in ring.value
    assert not world.auth.exists()
