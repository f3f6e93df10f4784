"""Registering: every row of the two register tables, and every text a fault can cause."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.lifecycle.world import FLAG_ON, World

if TYPE_CHECKING:
    from pathlib import Path

    from authtui.demo.backend.backend import Backend

WRAPPER = (
    "Agent task registration failed. Please try again; Codex will attempt to register the task "
    "again on the next turn: "
)


async def test_first_generation_mints_a_biscuit_for_each_registration_and_keeps_the_record(
    tmp_path: Path, backend: Backend
) -> None:
    world = World(tmp_path, backend, "first", backend.mint.chatgpt_login().auth_json, FLAG_ON)
    outcome = await world.life.register()
    assert outcome.done, outcome.reason
    assert world.calls == ["biscuit", "agent-register", "biscuit", "task-register"]
    assert backend.state.refusals == ()
    record = world.document["agent_identity"]
    assert record["workspace_id"] == "workspace-demo-1"
    assert record["agent_private_key"].startswith("MFECAQEwBQYDK2VwBCIEI")
    assert "background_task_id" not in record
    assert world.document["tokens"], "the tokens stay"
    assert world.logged == ["biscuit", "agent-register", "biscuit", "task-register"]
    assert world.kinds() == ["IdentityRegistered", "TaskRegistered"]
    assert world.session.state.phase == "registered"


async def test_the_newest_generation_registers_with_the_bearer_and_writes_once_both_are_done(
    tmp_path: Path, backend: Backend
) -> None:
    world = World(tmp_path, backend, "current", backend.mint.chatgpt_login().auth_json, FLAG_ON)
    outcome = await world.life.register()
    assert outcome.done, outcome.reason
    seen = backend.state.requests
    assert [(s.endpoint, s.auth) for s in seen] == [
        ("agent-register", "ChatGPT access token"),
        ("task-register", "none"),
    ]
    record = world.document["agent_identity"]
    assert sorted(record) == [
        "account_id", "agent_private_key", "agent_runtime_id", "chatgpt_account_is_fedramp",
        "chatgpt_user_id", "email", "plan_type", "task_id",
    ]  # fmt: skip
    assert record["task_id"] in backend.state.agents[-1].tasks


async def test_the_next_process_reuses_the_identity_and_its_one_task(
    tmp_path: Path, backend: Backend
) -> None:
    world = World(tmp_path, backend, "current", backend.mint.managed_record().auth_json, FLAG_ON)
    before = world.auth.read_bytes()
    outcome = await world.new_process().register()
    assert outcome.done
    assert world.calls == []
    assert world.auth.read_bytes() == before
    assert world.last("TaskRegistered").reused
    assert (await world.life.assert_login()).done
    assert world.last("Asserted").authorization == "AgentAssertion"


@pytest.mark.parametrize("blank", ["", "   ", None])
async def test_a_record_without_a_task_gets_one_and_keeps_it(
    tmp_path: Path, backend: Backend, blank: str | None
) -> None:
    import json

    made = backend.mint.managed_record(with_task=False)
    world = World(tmp_path, backend, "current", made.auth_json, FLAG_ON)
    if blank is not None:
        document = world.document
        document["agent_identity"]["task_id"] = blank
        world.auth.write_text(json.dumps(document))
        world.session.load()
    assert (await world.life.register()).done
    assert world.calls == ["task-register"]
    assert world.document["agent_identity"]["task_id"].startswith("task-demo-")
    assert world.document["agent_identity"]["agent_runtime_id"] == made.runtime_id


async def test_a_stale_record_is_replaced_by_the_newest_and_removed_by_the_first(
    tmp_path: Path, backend: Backend
) -> None:
    from authtui.demo.backend.state import Account

    other = Account(account_id="workspace-demo-2")
    record = dict(_record(backend, other))
    login = backend.mint.chatgpt_login(agent_identity=record)
    (tmp_path / "a").mkdir()
    world = World(tmp_path / "a", backend, "current", login.auth_json, FLAG_ON)
    assert (await world.life.register()).done
    assert world.kinds() == ["IdentityDropped", "IdentityRegistered", "TaskRegistered"]
    assert world.document["agent_identity"]["account_id"] == "workspace-demo-1"

    first = {
        "workspace_id": "workspace-demo-2",
        "agent_runtime_id": record["agent_runtime_id"],
        "agent_private_key": record["agent_private_key"],
        "registered_at": "2026-04-13T12:00:00Z",
    }
    login = backend.mint.chatgpt_login(agent_identity=first)
    (tmp_path / "b").mkdir()
    world = World(tmp_path / "b", backend, "first", login.auth_json, FLAG_ON)
    backend.faults.set("agent-register", "status", 403)
    assert not (await world.life.register()).done
    assert "agent_identity" not in world.document, "removed before anything new is there"
    dropped = world.last("IdentityDropped")
    assert dropped.removed_from == "auth.json"
    assert dropped.reason == (
        "stored agent identity workspace workspace-demo-2 does not match current workspace "
        "workspace-demo-1"
    )


def _record(backend: Backend, account: object) -> dict[str, object]:
    import json

    text = backend.mint.managed_record(account).auth_json.reveal()  # type: ignore[arg-type]
    found: dict[str, object] = json.loads(text)["agent_identity"]
    return found


async def test_identity_only_registers_its_task_with_a_signature_and_nothing_else(
    tmp_path: Path, backend: Backend
) -> None:
    made = backend.mint.april_identity()
    world = World(tmp_path, backend, "identity-only", made.auth_json)
    before = world.auth.read_bytes()
    assert (await world.life.register()).done
    assert [(s.endpoint, s.auth) for s in backend.state.requests] == [("task-register", "none")]
    assert world.auth.read_bytes() == before
    assert world.last("TaskRegistered").sealed
    assert (await world.life.register()).done
    assert world.calls == ["task-register"], "a task of the same runtime is reused"


async def test_an_identity_of_the_environment_is_never_written_to_disk(
    tmp_path: Path, backend: Backend
) -> None:
    made = backend.mint.april_identity()
    assert made.token is not None
    environ = {"CODEX_AGENT_IDENTITY": made.token.reveal()}
    world = World(tmp_path, backend, "identity-only", None, "", environ)
    assert (await world.life.register()).done
    assert (await world.life.assert_login()).done
    assert list(world.home.iterdir()) == []


@pytest.mark.parametrize(
    ("contract", "variable"),
    [("explicit", "CODEX_AGENT_IDENTITY"), ("managed", "CODEX_ACCESS_TOKEN"),
     ("current", "CODEX_ACCESS_TOKEN")],
)  # fmt: skip
async def test_loading_an_agent_token_fetches_the_key_set_and_registers_a_task(
    tmp_path: Path, backend: Backend, contract: str, variable: str
) -> None:
    made = backend.mint.agent_identity()
    assert made.token is not None
    environ = {variable: made.token.reveal()}
    config = f'chatgpt_base_url = "{backend.chatgpt_base_url}"\n' if contract == "explicit" else ""
    world = World(tmp_path, backend, contract, None, config, environ)
    outcome = await world.life.load()
    assert outcome.done, outcome.reason
    assert world.calls == ["jwks", "task-register"]
    assert (await world.life.assert_login()).done
    assert world.session.state.assessment is not None
    assert world.session.state.assessment.lamps.accepted.light == "green"


JWT_FAULTS = [
    ("jwks", "status", 500, "agent identity JWKS endpoint returned an error", None),
    ("jwks", "html", None, "failed to decode agent identity JWKS", None),
    ("jwks", "drop", None, "failed to request agent identity JWKS", None),
    ("jwks", "rotated-kid", None, "agent identity JWT kid {kid} is not trusted", None),
    ("task-register", "no-task-id", None, "agent task registration response omitted task id", None),
    ("task-register", "garbage", None, "failed to decrypt encrypted task id", None),
    ("task-register", "other-key", None, "failed to decrypt encrypted task id", None),
    ("task-register", "html", None, "failed to decode agent task registration response", None),
    ("task-register", "status", 403,
     "failed to register agent task with status 403 Forbidden: {body}",
     "agent task registration failed with status 403 Forbidden: {body}"),
    ("task-register", "drop", None, "failed to register agent task",
     "retryable agent identity registration failure: failed to register agent task"),
]  # fmt: skip


@pytest.mark.parametrize("contract", ["explicit", "current"])
@pytest.mark.parametrize(("endpoint", "kind", "value", "text", "newer"), JWT_FAULTS)
async def test_each_fault_of_loading_an_agent_token_has_the_client_text(
    tmp_path: Path, backend: Backend, contract: str, endpoint: str, kind: str,
    value: int | None, text: str, newer: str | None,
) -> None:  # fmt: skip
    import base64
    import json

    made = backend.mint.agent_identity()
    assert made.token is not None
    backend.faults.set(endpoint, kind, value)
    world = World(tmp_path, backend, contract, made.auth_json)
    outcome = await world.life.load()
    assert not outcome.done
    wanted = newer if contract == "current" and newer else text
    head = made.token.reveal().split(".")[0]
    kid = json.loads(base64.urlsafe_b64decode(head + "=="))["kid"]
    wanted = wanted.partition("{body}")[0].replace("{kid}", kid)
    assert outcome.client_text is not None
    assert outcome.client_text.startswith(wanted)
    assert "{body}" in text or outcome.client_text == wanted
    assert world.last("Failed").client_text == outcome.client_text
    tries = 3 if contract == "current" and kind == "drop" and endpoint == "task-register" else 1
    assert world.calls.count("task-register") == (tries if endpoint == "task-register" else 0)


FAILED = "agent identity registration failed for "
MINTING = "agent identity biscuit minting failed with status 403 Forbidden from "
REGISTERING = "agent identity registration failed with status 403 Forbidden from "
UNSENT = "failed to send agent identity registration request to "
UNPARSED = "failed to parse agent identity response from "
TASK_REFUSED = "agent task registration failed with status 500 Internal Server Error from "
TASK_UNSENT = "failed to send agent task registration request to "
NO_BISCUIT = "agent identity biscuit response did not include x-openai-authorization"
FIRST_FAULTS = [
    ("biscuit", "status", 403, MINTING + "{base}/authenticate_app_v2: "),
    ("biscuit", "no-biscuit", None, NO_BISCUIT),
    ("agent-register", "status", 403, REGISTERING + "{base}/v1/agent/register: "),
    ("agent-register", "drop", None, UNSENT + "{base}/v1/agent/register"),
    ("agent-register", "html", None, UNPARSED + "{base}/v1/agent/register"),
    ("task-register", "status", 500, TASK_REFUSED + "{base}/v1/agent/"),
    ("task-register", "drop", None, TASK_UNSENT + "{base}/v1/agent/"),
    ("task-register", "garbage", None, "failed to decrypt encrypted task id"),
    ("task-register", "other-key", None, "failed to decrypt encrypted task id"),
]  # fmt: skip


@pytest.mark.parametrize(("endpoint", "kind", "value", "text"), FIRST_FAULTS)
async def test_each_fault_of_the_first_generation_has_the_client_text_and_is_tried_once(
    tmp_path: Path, backend: Backend, endpoint: str, kind: str, value: int | None, text: str
) -> None:
    backend.faults.set(endpoint, kind, value)
    world = World(tmp_path, backend, "first", backend.mint.chatgpt_login().auth_json, FLAG_ON)
    outcome = await world.life.register()
    assert not outcome.done
    assert outcome.client_text is not None
    assert outcome.client_text.startswith(WRAPPER + text.format(base=backend.chatgpt_base_url))
    assert world.calls.count(endpoint) == 1
    kept = "agent_identity" in world.document
    assert kept == (endpoint == "task-register"), "the record is kept before the task"


async def test_a_plain_task_id_is_none_to_the_first_generation(
    tmp_path: Path, backend: Backend
) -> None:
    backend.settings.task_answer = "plain-snake"
    world = World(tmp_path, backend, "identity-only", backend.mint.april_identity().auth_json)
    assert not (await world.life.register()).done


@pytest.mark.parametrize("answer", ["sealed-snake", "sealed-camel", "plain-snake", "plain-camel"])
async def test_later_generations_read_a_task_id_in_four_forms(
    tmp_path: Path, backend: Backend, answer: str
) -> None:
    backend.settings.task_answer = answer  # type: ignore[assignment]
    world = World(tmp_path, backend, "current", backend.mint.agent_identity().auth_json)
    assert (await world.life.load()).done
    assert world.last("TaskRegistered").sealed == answer.startswith("sealed")


@pytest.mark.parametrize(
    ("fault", "value"), [("status", 429), ("status", 500), ("status", 503), ("drop", None)]
)
async def test_what_may_pass_is_tried_three_times_then_paused_for_an_hour(
    tmp_path: Path, backend: Backend, fault: str, value: int | None
) -> None:
    backend.faults.set("agent-register", fault, value)
    login = backend.mint.chatgpt_login(expires_in=timedelta(hours=5)).auth_json
    world = World(tmp_path, backend, "current", login, FLAG_ON)
    before = world.auth.read_bytes()
    assert (await world.life.register()).done
    fell = world.last("FellBack")
    start = (
        "agent identity bootstrap unavailable after 3 attempts during agent identity registration: "
    )
    assert fell.reason.startswith(start)
    assert world.calls == ["agent-register"] * 3
    await world.life.register()
    assert world.calls == ["agent-register"] * 3, "no attempt while paused"
    preview = await world.life.preview("register")
    assert preview.plan is not None
    assert preview.plan.calls == ()
    assert preview.plan.warnings[0].startswith("Registering is paused until ")
    assert (await world.life.assert_login()).done
    assert world.last("Asserted").authorization == "Bearer"
    assert world.auth.read_bytes() == before
    backend.faults.clear()
    world.clock.ahead = timedelta(minutes=61)
    backend.clock = world.clock
    try:
        assert "Register first" in (await world.life.assert_login()).reason
        assert (await world.life.register()).done
    finally:
        from authtui.demo.backend.backend import utc_now

        backend.clock = utc_now
    assert "agent_identity" in world.document


async def test_a_success_in_the_third_attempt_is_a_success(
    tmp_path: Path, backend: Backend
) -> None:
    backend.faults.set("task-register", "status", 502, times=2)
    world = World(tmp_path, backend, "current", backend.mint.chatgpt_login().auth_json, FLAG_ON)
    assert (await world.life.register()).done
    assert world.calls == ["agent-register"] + ["task-register"] * 3
    assert world.kinds() == ["IdentityRegistered", "TaskRegistered"]


@pytest.mark.parametrize(
    ("endpoint", "kind", "value", "text"),
    [
        ("agent-register", "status", 403, FAILED + "{base}/v1/agent/register"),
        ("agent-register", "html", None, UNPARSED + "{base}/v1/agent/register"),
        ("task-register", "status", 403,
         "agent task registration failed with status 403 Forbidden: "),
        ("task-register", "other-key", None, "failed to decrypt encrypted task id"),
    ],
)  # fmt: skip
async def test_what_will_not_pass_is_reported_at_once_and_nothing_is_written(
    tmp_path: Path, backend: Backend, endpoint: str, kind: str, value: int | None, text: str
) -> None:
    backend.faults.set(endpoint, kind, value)
    world = World(tmp_path, backend, "current", backend.mint.chatgpt_login().auth_json, FLAG_ON)
    before = world.auth.read_bytes()
    outcome = await world.life.register()
    assert not outcome.done
    assert outcome.client_text is not None
    assert outcome.client_text.startswith(text.format(base=backend.authapi_base_url))
    assert world.calls.count(endpoint) == 1
    assert world.auth.read_bytes() == before
    assert "FellBack" not in world.kinds()
