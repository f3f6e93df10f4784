"""Registering: what is not done, what is only shown, and what cancelling leaves behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.lifecycle.world import FLAG_ON, World

if TYPE_CHECKING:
    from pathlib import Path

    from authtui.demo.backend.backend import Backend


@pytest.mark.parametrize(
    ("contract", "config", "words"),
    [
        ("current", "", "off"),
        ("first", "", "off"),
        ("explicit", FLAG_ON, "registers no agent identity"),
        ("managed", FLAG_ON, "registers no agent identity"),
    ],
)
async def test_without_the_flag_or_the_feature_nothing_is_registered(
    tmp_path: Path, backend: Backend, contract: str, config: str, words: str
) -> None:
    world = World(tmp_path, backend, contract, backend.mint.chatgpt_login().auth_json, config)
    outcome = await world.life.register()
    assert not outcome.done
    assert words in outcome.reason
    assert world.calls == []


async def test_a_preview_names_every_host_and_touches_nothing(
    tmp_path: Path, backend: Backend
) -> None:
    login = backend.mint.chatgpt_login().auth_json
    world = World(tmp_path, backend, "current", login, FLAG_ON, live=False, base_url=None)
    before = world.auth.read_bytes()
    outcome = await world.life.register()
    assert outcome.is_preview
    assert outcome.plan is not None
    assert outcome.plan.hosts == ("auth.openai.com",)
    assert [c.place for c in outcome.plan.changes] == ["auth.json"]
    assert world.calls == []
    assert world.logged == []
    assert world.auth.read_bytes() == before


async def test_a_second_program_that_changed_the_login_meanwhile_is_not_overwritten(
    tmp_path: Path, backend: Backend
) -> None:
    from authtui.demo.backend.state import Account

    world = World(tmp_path, backend, "current", backend.mint.chatgpt_login().auth_json, FLAG_ON)
    other = backend.mint.chatgpt_login(Account(account_id="workspace-demo-2")).auth_json.reveal()
    world.auth.write_text(other)
    outcome = await world.life.register()
    assert not outcome.done
    assert "another login" in outcome.reason
    assert world.auth.read_text() == other


async def test_after_another_login_the_preview_goes_by_the_identity_of_that_one(
    tmp_path: Path, backend: Backend
) -> None:
    other = backend.mint.managed_record(backend.state.accounts[1]).auth_json
    world = World(tmp_path, backend, "current", backend.mint.managed_record().auth_json, FLAG_ON)
    assert (await world.life.register()).done
    world.auth.write_text(other.reveal())
    world.session.load()
    preview = await world.life.preview("register")
    assert preview.plan is not None
    assert (preview.plan.calls, preview.plan.changes) == ((), ())
    assert (await world.life.register()).done
    assert world.calls == []


async def test_cancelling_a_registration_changes_nothing_and_the_next_one_works(
    tmp_path: Path, backend: Backend
) -> None:
    import asyncio

    backend.faults.set("agent-register", "hold", times=1)
    world = World(tmp_path, backend, "current", backend.mint.chatgpt_login().auth_json, FLAG_ON)
    before = world.auth.read_bytes()
    task = asyncio.ensure_future(world.life.register())
    async with asyncio.timeout(5):
        while not backend.faults.held:
            await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert world.auth.read_bytes() == before
    assert world.session.state.requests[-1].error is not None, "the log says it was given up"
    assert (await world.life.register()).done
    backend.faults.let_go()
    async with asyncio.timeout(5):  # the backend notes the one that was given up only at its end
        while world.calls.count("agent-register") < 2:
            await asyncio.sleep(0.02)


async def test_a_preview_of_a_live_run_knows_what_the_run_remembers(
    tmp_path: Path, backend: Backend
) -> None:
    world = World(tmp_path, backend, "identity-only", backend.mint.april_identity().auth_json)
    first = await world.life.preview("register")
    assert first.is_preview
    assert world.calls == []
    assert (await world.life.register()).done
    assert (await world.life.preview("assert")).is_preview
    assert world.calls == ["task-register"]


async def test_a_damaged_key_of_an_identity_only_login_is_told_and_not_removed(
    tmp_path: Path, backend: Backend
) -> None:
    import json

    text = json.loads(backend.mint.first_record().auth_json.reveal())
    text["agent_identity"]["agent_private_key"] = "AAAA"
    world = World(tmp_path, backend, "identity-only")
    world.auth.write_text(json.dumps(text))
    world.session.load()
    before = world.auth.read_bytes()
    outcome = await world.life.register()
    assert outcome.client_text == "stored agent identity private key is not valid PKCS#8"
    assert world.auth.read_bytes() == before


async def test_an_unknown_host_is_refused_by_the_newest_before_anything_is_sent(
    tmp_path: Path, backend: Backend
) -> None:
    config = f'chatgpt_base_url = "{backend.chatgpt_base_url}"\n' + FLAG_ON
    login = backend.mint.chatgpt_login().auth_json
    world = World(tmp_path, backend, "current", login, config, base_url=None)
    outcome = await world.life.register()
    text = "Agent Identity only supports production and staging ChatGPT environments"
    assert outcome.client_text == text
    assert world.calls == []


async def test_both_overrides_lead_the_newest_to_another_deployment(
    tmp_path: Path, backend: Backend
) -> None:
    config = f'chatgpt_base_url = "{backend.chatgpt_base_url}"\n' + FLAG_ON
    environ = {
        "CODEX_AGENT_IDENTITY_JWKS_BASE_URL": backend.chatgpt_base_url,
        "CODEX_AGENT_IDENTITY_AUTHAPI_BASE_URL": backend.authapi_base_url,
    }
    login = backend.mint.chatgpt_login().auth_json
    world = World(tmp_path, backend, "current", login, config, environ, base_url=None)
    assert (await world.life.register()).done
    assert world.calls == ["agent-register", "task-register"]
