"""Key set, biscuit, agent and task registration, assertions: checked for real, refused aloud."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import nacl.bindings
import nacl.exceptions
import nacl.public
import pytest

from authtui.demo.backend.agents import read_ssh_key, seal
from authtui.demo.backend.minting import new_key
from authtui.demo.backend.state import Account
from authtui.identity.keys import key_from_seed
from tests.demo.requests import (
    CODEX,
    agent_body,
    asserted,
    bearer,
    reason,
    register_task,
    task_body,
)

if TYPE_CHECKING:
    import httpx

    from authtui.demo.backend.backend import Backend
    from authtui.identity.keys import PrivateKey

VECTOR_SECRET = "28ad39fefd7fa3e200a9c626eef599e61a2d055c48a8288a4e7e4c4bca392878"
VECTOR_PUBLIC = bytes.fromhex("ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c")
REGISTER_PATHS = ("/backend-api/v1/agent/register", "/api/accounts/v1/agent/register")


def unsealed(key: PrivateKey, text: str) -> str:
    pair = key.reveal_seed() + key.public_bytes
    secret = nacl.bindings.crypto_sign_ed25519_sk_to_curve25519(pair)
    box = nacl.public.SealedBox(nacl.public.PrivateKey(secret))
    return box.decrypt(base64.b64decode(text)).decode()


def biscuit(http: httpx.Client, backend: Backend, path: str) -> str:
    login = backend.mint.chatgpt_login()
    answer = http.get(
        "/backend-api/authenticate_app_v2",
        headers={
            **bearer(login.access_token),
            "X-Original-Method": "POST",
            "X-Original-Url": backend.base_url + path,
        },
    )
    assert answer.status_code == 200
    return answer.headers["x-openai-authorization"]


@pytest.mark.parametrize(
    "path",
    [
        "/backend-api/wham/agent-identities/jwks",
        "/agent-identities/jwks",
        "/api/codex/agent-identities/jwks",
        "/backend-api/codex/wham/agent-identities/jwks",
    ],
)
def test_the_key_set_is_served_under_every_form_of_its_url(http: httpx.Client, path: str) -> None:
    keys = http.get(path).json()["keys"]
    assert [(key["kty"], key["alg"], key["use"]) for key in keys] == [("RSA", "RS256", "sig")]
    assert "d" not in keys[0]


def test_a_sealed_task_id_opens_with_the_x25519_key_of_the_published_vector() -> None:
    box = nacl.public.SealedBox(nacl.public.PrivateKey(bytes.fromhex(VECTOR_SECRET)))
    assert box.decrypt(base64.b64decode(seal("task-123", VECTOR_PUBLIC))) == b"task-123"


def test_the_ssh_text_of_a_key_gives_its_bytes_and_other_texts_give_none() -> None:
    key = key_from_seed(b"\x07" * 32)
    assert read_ssh_key(getattr(key, "ssh_text", "")) == VECTOR_PUBLIC
    zero = b"\x00\x00\x00\x0bssh-ed25519\x00\x00\x00\x20" + b"\xff" * 32
    for text in ("", "ssh-rsa AAAA", "ssh-ed25519", "ssh-ed25519 ????", "ssh-é AAAA"):
        assert read_ssh_key(text) is None
    assert read_ssh_key("ssh-ed25519 " + base64.b64encode(zero).decode()) is None


@pytest.mark.parametrize("path", REGISTER_PATHS)
def test_an_agent_is_registered_with_a_biscuit_made_for_that_call(
    http: httpx.Client, backend: Backend, path: str
) -> None:
    key = new_key()
    headers = {"X-OpenAI-Authorization": biscuit(http, backend, path)}
    answer = http.post(path, json=agent_body(key), headers=headers)
    agent = backend.state.agent(answer.json()["agent_runtime_id"])
    assert agent is not None
    assert (agent.public_key, agent.registered_by) == (key.public_bytes, "biscuit")


@pytest.mark.parametrize("path", REGISTER_PATHS)
def test_an_agent_is_registered_with_a_bearer(
    http: httpx.Client, backend: Backend, path: str
) -> None:
    login = backend.mint.chatgpt_login(backend.state.accounts[1])
    body = agent_body(new_key(), capabilities=["responsesapi"])
    answer = http.post(path, json=body, headers=bearer(login.access_token))
    agent = backend.state.agent(answer.json()["agent_runtime_id"])
    assert agent is not None
    assert (agent.account.account_id, agent.registered_by) == ("workspace-demo-2", "bearer")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"abom": ...}, "the body has no `abom`"),
        ({"abom": {"agent_version": "1"}}, "the abom lacks agent_harness_id, running_location"),
        ({"agent_public_key": ...}, "the body has no `agent_public_key`"),
        ({"agent_public_key": "ssh-rsa AAAA"}, "`agent_public_key` is not an ssh-ed25519 key"),
        ({"capabilities": "responsesapi"}, "`capabilities` is not a list of texts"),
        ({"ttl": "an hour"}, "`ttl` is neither null nor a whole number"),
    ],
)
def test_a_registration_with_a_wrong_body_is_refused_by_name(
    http: httpx.Client, backend: Backend, changes: dict[str, object], said: str
) -> None:
    headers = bearer(backend.mint.chatgpt_login().access_token)
    answer = http.post(REGISTER_PATHS[1], json=agent_body(new_key(), **changes), headers=headers)
    assert (answer.status_code, reason(answer)) == (400, said)
    assert backend.state.agents == ()


def test_a_registration_without_a_human_is_refused(http: httpx.Client) -> None:
    answer = http.post(REGISTER_PATHS[0], json=agent_body(new_key()))
    assert answer.status_code == 401


def test_a_biscuit_of_another_call_is_refused(http: httpx.Client, backend: Backend) -> None:
    headers = {"X-OpenAI-Authorization": biscuit(http, backend, REGISTER_PATHS[1])}
    answer = http.post(REGISTER_PATHS[0], json=agent_body(new_key()), headers=headers)
    assert (answer.status_code, reason(answer)) == (
        401,
        f"the biscuit was given out for {REGISTER_PATHS[1]}, not for {REGISTER_PATHS[0]}",
    )


def test_an_invented_biscuit_is_refused(http: httpx.Client) -> None:
    headers = {"X-OpenAI-Authorization": "biscuit-from-nowhere"}
    answer = http.post(REGISTER_PATHS[0], json=agent_body(new_key()), headers=headers)
    assert reason(answer) == "the biscuit was not given out by this backend"


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ({}, "X-Original-Method is missing"),
        ({"X-Original-Method": "POST"}, "X-Original-Url is missing or not a URL"),
        (
            {"X-Original-Method": "POST", "X-Original-Url": "http://[::1/"},
            "X-Original-Url is missing or not a URL",
        ),
    ],
)
def test_a_biscuit_is_given_out_for_a_named_call_only(
    http: httpx.Client, backend: Backend, headers: dict[str, str], said: str
) -> None:
    auth = bearer(backend.mint.chatgpt_login().access_token)
    answer = http.get("/backend-api/authenticate_app_v2", headers={**auth, **headers})
    assert (answer.status_code, reason(answer)) == (400, said)


def test_a_biscuit_needs_a_login(http: httpx.Client) -> None:
    assert http.get("/backend-api/authenticate_app_v2").status_code == 401


@pytest.mark.parametrize("base", ["/backend-api", "/api/accounts", ""])
def test_a_task_is_registered_under_every_base_and_answered_sealed(
    http: httpx.Client, backend: Backend, base: str
) -> None:
    identity = backend.mint.agent_identity()
    answer = register_task(http, identity, base)
    task_id = unsealed(identity.key, answer.json()["encrypted_task_id"])
    agent = backend.state.agent(identity.runtime_id)
    assert agent is not None
    assert agent.tasks == (task_id,)


@pytest.mark.parametrize(
    ("style", "field"),
    [("plain-snake", "task_id"), ("plain-camel", "taskId"), ("sealed-camel", "encryptedTaskId")],
)
def test_the_task_answer_has_the_shape_that_is_set(
    http: httpx.Client, backend: Backend, style: str, field: str
) -> None:
    backend.settings.task_answer = style  # type: ignore[assignment] # one of its literals
    identity = backend.mint.agent_identity()
    answer = register_task(http, identity).json()
    assert list(answer) == [field]
    value = answer[field]
    task_id = unsealed(identity.key, value) if style.startswith("sealed") else value
    agent = backend.state.agent(identity.runtime_id)
    assert agent is not None
    assert agent.tasks == (task_id,)


def test_a_task_signed_with_another_key_is_refused(http: httpx.Client, backend: Backend) -> None:
    identity = backend.mint.agent_identity()
    body = task_body(new_key(), identity.runtime_id)
    answer = http.post(f"/v1/agent/{identity.runtime_id}/task/register", json=body)
    said = "the registration is not signed with the agent's registered key"
    assert (answer.status_code, reason(answer)) == (401, said)


def test_an_unregistered_agent_gets_no_task(http: httpx.Client, backend: Backend) -> None:
    answer = register_task(http, backend.mint.agent_identity(registered=False))
    assert (answer.status_code, reason(answer)) == (404, "the agent is not registered")


@pytest.mark.parametrize(
    ("timestamp", "status", "said"),
    [
        ("2020-01-01T00:00:00Z", 401, "seconds old"),
        ("2099-01-01T00:00:00Z", 401, "seconds ahead of the clock"),
        ("yesterday", 400, "not RFC 3339"),
        ("2026-01-01T00:00:00", 400, "not RFC 3339"),
    ],
)
def test_a_task_with_a_timestamp_out_of_time_is_refused(
    http: httpx.Client, backend: Backend, timestamp: str, status: int, said: str
) -> None:
    identity = backend.mint.agent_identity()
    body = task_body(identity.key, identity.runtime_id, timestamp)
    answer = http.post(f"/v1/agent/{identity.runtime_id}/task/register", json=body)
    assert answer.status_code == status
    assert said in reason(answer)


def test_a_biscuit_of_another_account_does_not_register_a_task(
    http: httpx.Client, backend: Backend
) -> None:
    identity = backend.mint.agent_identity(backend.state.accounts[1])
    path = f"/backend-api/v1/agent/{identity.runtime_id}/task/register"
    headers = {"X-OpenAI-Authorization": biscuit(http, backend, path)}
    answer = register_task(http, identity, "/backend-api", **headers)
    assert reason(answer) == "the biscuit speaks for another account than the agent's"


def test_an_assertion_is_accepted_for_a_registered_task(
    http: httpx.Client, backend: Backend
) -> None:
    identity = backend.mint.agent_identity()
    task_id = unsealed(identity.key, register_task(http, identity).json()["encrypted_task_id"])
    answer = http.post(CODEX, json={}, headers=asserted(identity, task_id))
    assert answer.status_code == 200
    assert backend.state.requests[-1].auth == "AgentAssertion"


@pytest.mark.parametrize("wrong", ["account", "no account", "task", "old", "key", "garbage"])
def test_a_wrong_assertion_is_refused_with_its_reason(
    http: httpx.Client, backend: Backend, wrong: str
) -> None:
    identity = backend.mint.managed_record()
    task = identity.task_id or ""
    headers, said = {
        "account": (
            asserted(identity, task, account="workspace-demo-2"),
            "the account header names another account than the credential",
        ),
        "no account": (asserted(identity, task, account=None), "the account header is missing"),
        "task": (
            asserted(identity, "task-unknown"),
            "the task of the assertion is not one of this agent's",
        ),
        "old": (asserted(identity, task, timestamp="2020-01-01T00:00:00Z"), "seconds old"),
        "key": (
            asserted(identity, task, key=new_key()),
            "the assertion is not signed with the agent's registered key",
        ),
        "garbage": (
            {"Authorization": "AgentAssertion ????"},
            "the assertion is not base64url of JSON",
        ),
    }[wrong]
    answer = http.post(CODEX, json={}, headers=headers)
    assert answer.status_code == 401
    assert said in reason(answer)
    assert said in (backend.state.refusals[-1].refused or "")


def test_a_task_that_a_human_vouched_for_needs_no_account_header(
    http: httpx.Client, backend: Backend
) -> None:
    identity = backend.mint.first_record(with_login=True)
    path = f"/backend-api/v1/agent/{identity.runtime_id}/task/register"
    headers = {"X-OpenAI-Authorization": biscuit(http, backend, path)}
    sealed = register_task(http, identity, "/backend-api", **headers).json()["encrypted_task_id"]
    task_id = unsealed(identity.key, sealed)
    answer = http.post(CODEX, json={}, headers=asserted(identity, task_id, account=None))
    assert answer.status_code == 200


def test_a_forgotten_agent_and_an_expired_task_are_refused(
    http: httpx.Client, backend: Backend
) -> None:
    identity = backend.mint.managed_record(Account())
    headers = asserted(identity, identity.task_id or "")
    backend.state.forget_tasks()
    assert "not one of this agent's" in reason(http.post(CODEX, json={}, headers=headers))
    backend.state.remove_agent(identity.runtime_id)
    assert "not registered" in reason(http.post(CODEX, json={}, headers=headers))


def test_a_sealed_task_id_opens_with_no_other_key(backend: Backend) -> None:
    sealed = seal("task-1", backend.mint.new_public_key())
    with pytest.raises(nacl.exceptions.CryptoError):
        unsealed(new_key(), sealed)
