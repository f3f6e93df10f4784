"""Asserting: what goes out for each login, and which lamp its answer lights."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.lifecycle.world import FLAG_ON, World

if TYPE_CHECKING:
    from pathlib import Path

    from authtui.demo.backend.backend import Backend

LOOK_UP = "accounts-check"


def light(world: World) -> str:
    assert world.session.state.assessment is not None
    return world.session.state.assessment.lamps.accepted.light


@pytest.mark.parametrize("what", ["responses", "models"])
async def test_an_accepted_request_lights_the_lamp_green_and_is_in_the_log(
    tmp_path: Path, backend: Backend, what: str
) -> None:
    world = World(tmp_path, backend, "current", backend.mint.chatgpt_login().auth_json)
    assert light(world) == "grey"
    assert (await world.life.assert_login(what)).done  # type: ignore[arg-type]
    assert light(world) == "green"
    assert world.session.state.requests[-1].status == 200
    assert world.session.state.phase == "asserted"


@pytest.mark.parametrize(
    ("kind", "value", "colour"),
    [("status", 401, "red"), ("status", 403, "red"), ("status", 429, "amber"),
     ("status", 500, "amber"), ("html", None, "amber"), ("html", 403, "amber"),
     ("redirect", "https://portal.example.test/", "amber")],
)  # fmt: skip
async def test_only_the_servers_own_word_is_green_or_red(
    tmp_path: Path, backend: Backend, kind: str, value: str | int | None, colour: str
) -> None:
    world = World(tmp_path, backend, "current", backend.mint.chatgpt_login().auth_json)
    backend.faults.set("responses", kind, value)
    await world.life.assert_login()
    assert light(world) == colour


async def test_no_answer_leaves_the_lamp_grey_and_has_a_reason(
    tmp_path: Path, backend: Backend
) -> None:
    world = World(tmp_path, backend, "current", backend.mint.chatgpt_login().auth_json)
    backend.faults.set("responses", "drop")
    outcome = await world.life.assert_login()
    assert not outcome.done
    assert outcome.reason
    assert light(world) == "grey"


async def test_the_answer_is_forgotten_when_the_credential_changes_and_kept_otherwise(
    tmp_path: Path, backend: Backend
) -> None:
    world = World(tmp_path, backend, "current", backend.mint.chatgpt_login().auth_json)
    await world.life.assert_login()
    world.session.load()
    assert light(world) == "green"
    world.auth.write_text(backend.mint.api_key().auth_json.reveal())
    world.session.load()
    assert light(world) == "grey"


async def test_each_login_carries_its_own_class(tmp_path: Path, backend: Backend) -> None:
    mint = backend.mint
    rows = [
        ("current", mint.api_key().auth_json, "", "Bearer", "API key"),
        ("current", mint.chatgpt_login().auth_json, "", "Bearer", "ChatGPT access token"),
        ("current", mint.personal_token().auth_json, "", "Bearer", "personal access token"),
        ("current", mint.managed_record().auth_json, FLAG_ON, "AgentAssertion", "AgentAssertion"),
        ("current", mint.managed_record().auth_json, "", "Bearer", "ChatGPT access token"),
        ("identity-only", mint.first_record().auth_json, "", "AgentAssertion", "AgentAssertion"),
    ]
    for number, (contract, auth, config, kind, seen) in enumerate(rows):
        folder = tmp_path / str(number)
        folder.mkdir()
        world = World(folder, backend, contract, auth, config)
        if contract == "identity-only" or config:
            assert (await world.life.register()).done
        backend.state.forget_requests()
        assert (await world.life.assert_login()).done
        assert world.last("Asserted").authorization == kind
        assert [s.auth for s in backend.state.requests] == [seen]
        assert backend.state.refusals == ()


async def test_a_provider_that_asks_for_no_login_is_sent_none_and_no_token_is_used_up(
    tmp_path: Path, backend: Backend
) -> None:
    config = (
        'model_provider = "own"\n[model_providers.own]\nname = "own"\n'
        'base_url = "https://models.example.test/v1"\nwire_api = "responses"\n'
    )
    login = backend.mint.chatgpt_login().auth_json
    world = World(tmp_path, backend, "current", login, config)
    preview = await world.life.preview("assert", recover=True)
    assert preview.plan is not None
    assert [call.carries for call in preview.plan.calls] == ["no credential"]
    assert preview.plan.changes == ()
    outcome = await world.life.assert_login(recover=True)
    assert outcome.reason == "The 401 is final, a refresh cannot help: not chatgpt auth."
    assert world.last("Asserted").authorization is None
    assert [(seen.endpoint, seen.auth) for seen in backend.state.requests] == [
        ("responses", "none")
    ]


async def test_no_refresh_is_announced_for_a_key_which_has_none(
    tmp_path: Path, backend: Backend
) -> None:
    world = World(tmp_path, backend, "current", backend.mint.api_key().auth_json)
    preview = await world.life.preview("assert", recover=True)
    assert preview.plan is not None
    assert [call.purpose for call in preview.plan.calls] == ["does the server accept it"]
    assert preview.plan.warnings == ()


async def test_an_agent_without_a_task_sends_nothing_and_says_the_clients_words(
    tmp_path: Path, backend: Backend
) -> None:
    world = World(tmp_path, backend, "explicit", backend.mint.agent_identity().auth_json)
    outcome = await world.life.assert_login()
    assert outcome.client_text == "agent identity process task is not initialized"
    assert world.calls == []


async def test_with_the_flag_on_a_login_is_told_to_register_first(
    tmp_path: Path, backend: Backend
) -> None:
    world = World(tmp_path, backend, "current", backend.mint.chatgpt_login().auth_json, FLAG_ON)
    outcome = await world.life.assert_login()
    assert not outcome.done
    assert "Register first" in outcome.reason


async def test_the_task_of_another_runtime_is_dropped_when_registering(
    tmp_path: Path, backend: Backend
) -> None:
    world = World(tmp_path, backend, "identity-only", backend.mint.april_identity().auth_json)
    assert (await world.life.register()).done
    other = backend.mint.april_identity()
    world.auth.write_text(other.auth_json.reveal())
    world.session.load()
    outcome = await world.life.assert_login()
    assert outcome.client_text is not None
    assert outcome.client_text.startswith("agent task runtime ")
    assert (await world.life.register()).done
    assert "TaskDropped" in world.kinds()
    assert (await world.life.assert_login()).done
    assert light(world) == "green"


@pytest.mark.parametrize(
    ("method", "what"), [("register", "restriction"), ("assert_login", "restriction")]
)
async def test_what_a_restriction_forbids_is_not_done(
    tmp_path: Path, backend: Backend, method: str, what: str
) -> None:
    config = 'forced_login_method = "api"\n'
    world = World(tmp_path, backend, "first", backend.mint.chatgpt_login().auth_json, config)
    outcome = await getattr(world.life, method)()
    assert not outcome.done
    assert what in outcome.reason
    assert outcome.client_text is not None
    assert outcome.client_text.startswith("API key login is required")
    assert world.session.state.phase == "refused"
    assert world.auth.exists(), "looking deletes nothing"


async def test_nothing_is_sent_to_a_host_that_was_not_named(
    tmp_path: Path, backend: Backend
) -> None:
    config = 'openai_base_url = "http://elsewhere.example.test/v1"\n'
    login = backend.mint.chatgpt_login().auth_json
    world = World(tmp_path, backend, "current", login, config, base_url=None)
    outcome = await world.life.assert_login()
    assert not outcome.done
    assert "plain http" in outcome.reason
    assert world.calls == []


WHOAMI = [
    ("status", 401, "personal access token metadata request failed with status 401 Unauthorized"),
    ("html", None, "failed to decode personal access token metadata"),
    ("drop", None, "failed to request personal access token metadata"),
]


@pytest.mark.parametrize(("kind", "value", "text"), WHOAMI)
async def test_a_personal_access_token_is_looked_up_when_it_is_loaded_live(
    tmp_path: Path, backend: Backend, kind: str, value: int | None, text: str
) -> None:
    world = World(tmp_path, backend, "current", backend.mint.personal_token().auth_json)
    assert (await world.life.load()).done
    assert world.session.options.assumptions.whoami_account == "workspace-demo-1"
    backend.faults.set("whoami", kind, value)
    outcome = await world.life.load()
    assert outcome.client_text is not None
    assert outcome.client_text.startswith(text)


async def test_before_a_load_everything_is_refused_with_a_reason(
    tmp_path: Path, backend: Backend
) -> None:
    from authtui.assessment.assess import assess
    from authtui.assessment.options import Options
    from authtui.lifecycle.transitions import Lifecycle
    from authtui.model.session import AuthSession

    world = World(tmp_path, backend)
    session = AuthSession(lambda: None, assess, Options(), world.clock)  # type: ignore[arg-type,return-value]
    life = Lifecycle(session, lambda *_: None, clock=world.clock, live=True)  # type: ignore[arg-type]
    for method in (life.register, life.assert_login, life.refresh, life.logout, life.restore):
        outcome = await method()
        assert not outcome.done
        assert "load first" in outcome.reason


async def test_an_expired_login_is_still_only_looked_at(tmp_path: Path, backend: Backend) -> None:
    login = backend.mint.chatgpt_login(expires_in=timedelta(hours=-2)).auth_json
    world = World(tmp_path, backend, "current", login, live=False)
    await world.life.load()
    assert world.calls == []


async def test_the_next_process_signs_with_the_stored_task_at_once(
    tmp_path: Path, backend: Backend
) -> None:
    made = backend.mint.managed_record().auth_json
    world = World(tmp_path, backend, "current", made, FLAG_ON)
    assert (await world.life.assert_login()).done
    assert world.last("Asserted").authorization == "AgentAssertion"
    assert world.calls == ["responses"]


async def test_an_identity_of_another_workspace_is_not_signed_with(
    tmp_path: Path, backend: Backend
) -> None:
    import json

    from authtui.demo.backend.state import Account

    other = Account(account_id="workspace-demo-2")
    text = backend.mint.managed_record(other).auth_json.reveal()
    record = json.loads(text)["agent_identity"]
    login = backend.mint.chatgpt_login(agent_identity=record).auth_json
    world = World(tmp_path, backend, "current", login, FLAG_ON)
    await world.life.assert_login()
    assert [s.auth for s in backend.state.requests] == ["ChatGPT access token"]


async def test_what_the_look_up_says_ends_it_before_a_model_request(
    tmp_path: Path, backend: Backend
) -> None:
    login = backend.mint.chatgpt_login().auth_json
    world = World(tmp_path, backend, "current", login, looks_up=True)
    known = backend.state.accounts
    backend.state.accounts = (known[0], known[0])
    outcome = await world.life.assert_login()
    backend.state.accounts = known
    says = "duplicate workspace in routing discovery"
    assert (outcome.done, outcome.client_text) == (False, says)
    assert world.calls == [LOOK_UP]
    assert world.session.state.assessment is not None
    verdict = world.session.state.assessment.verdict
    assert (verdict.outcome, verdict.client_message) == ("degraded", f"ERROR: {says}")


async def test_the_look_up_comes_first_and_a_good_answer_lets_the_request_follow(
    tmp_path: Path, backend: Backend
) -> None:
    login = backend.mint.chatgpt_login().auth_json
    world = World(tmp_path, backend, "current", login, looks_up=True)
    outcome = await world.life.assert_login()
    assert outcome.done, outcome.reason
    assert world.calls == [LOOK_UP, "responses"]
    assert outcome.plan is not None
    assert outcome.plan.calls[0].purpose == "workspace look-up"
