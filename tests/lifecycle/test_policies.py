"""The tables of policy, binding and stale identities, row by row."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authtui import contracts
from authtui.answers.findings import Binding
from authtui.credentials.document import AgentRecord
from authtui.identity.keys import PrivateKey, key_from_seed
from authtui.lifecycle.context import Trouble
from authtui.lifecycle.policies import (
    identity_use,
    managed_binding_problem,
    match_stored,
    stored_task,
    task_for,
)
from authtui.lifecycle.registration import (
    TaskAnswer,
    agent_body,
    box_secret,
    new_key,
    open_task,
    read_task,
    task_body,
)
from authtui.redaction import Secret
from authtui.request_auth import AgentTask
from authtui.simulation.selection import Credential
from tests.lifecycle.world import FLAG_ON, World

if TYPE_CHECKING:
    from pathlib import Path

    from authtui.demo.backend.backend import Backend

SEED = b"\x07" * 32
PKCS8 = "MC4CAQAwBQYDK2VwBCIEIAcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH"
FIRST, CURRENT = contracts.BY_NAME["first"], contracts.BY_NAME["current"]


def key() -> PrivateKey:
    found = key_from_seed(SEED)
    assert isinstance(found, PrivateKey)
    return found


def record(account: str = "A", user: str | None = "u", text: str = PKCS8) -> AgentRecord:
    return AgentRecord(account, "agent-1", Secret(text), user)


@pytest.mark.parametrize(
    ("mode", "jwt_only", "chatgpt_auth"),
    [
        ("agent_identity", "identity", "identity"),
        ("chatgpt", "none", "managed"),
        ("chatgpt_auth_tokens", "none", "none"),
        ("personal_access_token", "none", "none"),
        ("headers", "none", "none"),
        ("api_key", "none", "none"),
        ("bedrock", "none", "none"),
    ],
)
def test_the_policy_table(mode: str, jwt_only: str, chatgpt_auth: str) -> None:
    for policy, kind in (("JwtOnly", jwt_only), ("ChatGptAuth", chatgpt_auth)):
        use = identity_use(Credential(mode, "s", "s"), CURRENT, policy)  # type: ignore[arg-type] # one of its literals
        assert use.kind == kind
        assert bool(use.reason) == (kind == "none")


MATCHES = [
    # contract, record account, user, key; binding account, user; matches, removes
    (FIRST, "A", "u", PKCS8, "A", "u", True, False),
    (FIRST, "A", "u", PKCS8, "A", None, True, False),
    (FIRST, "A", None, PKCS8, "A", None, True, False),
    (FIRST, "A", None, PKCS8, "A", "u", False, True),
    (FIRST, "A", "v", PKCS8, "A", "u", False, True),
    (FIRST, "B", "u", PKCS8, "A", "u", False, True),
    (FIRST, "A", "u", "not base64!", "A", "u", False, True),
    (FIRST, "A", "u", "AAAA", "A", "u", False, True),
    (CURRENT, "A", "u", PKCS8, "A", "u", True, False),
    (CURRENT, "A", "v", PKCS8, "A", "u", False, False),
    (CURRENT, "B", "u", PKCS8, "A", "u", False, False),
    (CURRENT, "A", "u", "AAAA", "A", "u", False, False),
]


@pytest.mark.parametrize(
    ("contract", "account", "user", "text", "bound", "bound_user", "matches", "removes"), MATCHES
)
def test_a_stored_identity_matches_a_binding_or_is_stale(
    contract: contracts.Contract, account: str, user: str | None, text: str, bound: str,
    bound_user: str | None, matches: bool, removes: bool,
) -> None:  # fmt: skip
    binding = Binding(f"chatgpt-account-{bound}", bound, bound_user, access_token=True)
    found = match_stored(record(account, user, text), binding, contract)
    assert (found.key is not None) == matches
    assert found.removes == removes
    assert bool(found.warning) != matches


def test_the_warnings_are_the_clients() -> None:
    binding = Binding(None, "A", "u", access_token=True)
    assert match_stored(record("A", "u", "%"), binding, FIRST).warning == (
        "stored agent identity private key is not valid base64"
    )
    assert match_stored(record("A", "u", "AAAA"), binding, FIRST).warning == (
        "stored agent identity private key is not valid PKCS#8"
    )


def test_a_task_belongs_to_its_runtime() -> None:
    own, other = AgentTask("agent-1", Secret("t")), AgentTask("agent-2", Secret("t"))
    kept = AgentTask("agent-1", Secret("kept"))
    assert task_for(record(), own) == own
    assert task_for(record(), other) is None
    assert task_for(record()._replace(task_id="kept"), own) == own
    assert task_for(record()._replace(task_id="kept"), other) == kept


@pytest.mark.parametrize(
    ("kept", "found"), [(None, None), ("", None), (" \t", None), ("task-1", "task-1")]
)
def test_a_blank_task_counts_as_missing(kept: str | None, found: str | None) -> None:
    task = stored_task(record()._replace(task_id=kept))
    assert (task.task_id.reveal() if task else None) == found


@pytest.mark.parametrize(
    ("account", "user", "problem"), [("A", "u", False), ("A", None, True), ("A", "", True)]
)
def test_a_managed_binding_wants_account_and_user(
    account: str, user: str | None, problem: bool
) -> None:
    binding = Binding(None, account, user, access_token=True)
    text = managed_binding_problem(binding, CURRENT)
    assert text == ("ChatGPT auth is unavailable" if problem else None)
    assert managed_binding_problem(None, FIRST) == "ChatGPT auth is unavailable"
    assert managed_binding_problem(binding, FIRST) is None


BINDINGS = [
    # contract, tokens.account_id, claims' account, last_refresh, wanted account
    ("first", "T", "C", True, "T"),
    ("first", None, "C", True, None),
    ("first", "T", "C", False, None),
    ("identity-only", "T", "C", True, "T"),
    ("current", "T", "C", True, "T"),
    ("current", None, "C", True, "C"),
    ("current", None, None, True, None),
]


@pytest.mark.parametrize(("contract", "stored", "claim", "refreshed", "wanted"), BINDINGS)
async def test_where_the_account_of_a_binding_comes_from(
    tmp_path: Path, backend: Backend, contract: str, stored: str | None, claim: str | None,
    refreshed: bool, wanted: str | None,
) -> None:  # fmt: skip
    from authtui.demo.backend.state import Account

    login = backend.mint.chatgpt_login(Account(account_id=claim or "")).auth_json.reveal()
    document = json.loads(login)
    document["tokens"]["account_id"] = stored
    if not refreshed:
        del document["last_refresh"]
    if claim is None:
        text = base64.urlsafe_b64encode(b'{"email": "a@example.test"}').decode().rstrip("=")
        document["tokens"]["id_token"] = f"e30.{text}.c2ln"
    world = World(tmp_path, backend, contract, Secret(json.dumps(document)), FLAG_ON)
    view = world.life._context.view()
    assert view is not None
    assert (view.binding.account_id if view.binding else None) == wanted


def test_keys_come_from_the_random_bytes_of_the_caller() -> None:
    first = new_key(FIRST, lambda n: b"\x07" * n)
    newest = new_key(CURRENT, lambda n: b"\x07" * n)
    assert isinstance(first, PrivateKey)
    assert isinstance(newest, PrivateKey)
    assert first.reveal_seed() == SEED
    seed = "17ba56f719298885e5ac99c573e3fe698d6041200b614d2129a1ad0a3c5a2677"
    assert newest.reveal_seed().hex() == seed


def test_the_box_key_and_the_signature_of_the_test_vector() -> None:
    from datetime import UTC, datetime

    secret = "28ad39fefd7fa3e200a9c626eef599e61a2d055c48a8288a4e7e4c4bca392878"
    assert box_secret(SEED).hex() == secret
    body = task_body(key(), "agent-123", datetime(2026, 4, 21, tzinfo=UTC))
    assert body["timestamp"] == "2026-04-21T00:00:00Z"
    assert body["signature"] == (
        "uKRrm5BcByO0RRuVMxSsYpx91QrfZfW8a4pP569AvhtySvQczm177Lk5VoufUwDsB5KvGgEm+A59eqC5BPEsDg=="
    )


def test_the_bodies_of_an_agent_registration() -> None:
    assert agent_body(FIRST, key(), "linux") == {
        "abom": {
            "agent_version": "0.123.0",
            "agent_harness_id": "codex-cli",
            "running_location": "cli-linux",
        },
        "agent_public_key": key().ssh_text,
        "capabilities": [],
    }
    newest = agent_body(CURRENT, key(), "linux")
    assert newest["capabilities"] == ["responsesapi"]
    assert newest["ttl"] is None
    assert newest["abom"]["running_location"] == "exec-linux"


def sealed(data: bytes) -> str:
    from nacl.bindings import crypto_sign_ed25519_pk_to_curve25519
    from nacl.public import PublicKey, SealedBox

    box = SealedBox(PublicKey(crypto_sign_ed25519_pk_to_curve25519(key().public_bytes)))
    return base64.b64encode(box.encrypt(data)).decode()


def test_each_way_a_sealed_task_id_can_fail_has_its_own_text() -> None:
    assert open_task(sealed(b"task-1"), key()) == Secret("task-1")
    assert open_task("%%%", key()) == Trouble("encrypted task id is not valid base64")
    assert open_task("AAAA", key()) == Trouble("failed to decrypt encrypted task id")
    assert open_task(sealed(b"\xff"), key()) == Trouble("decrypted task id is not valid UTF-8")


def test_of_several_task_fields_the_first_wins() -> None:
    fields = CURRENT.registration.task_fields
    both = {"encryptedTaskId": sealed(b"e"), "taskId": "camel", "task_id": "snake"}
    assert read_task(both, fields, key()) == TaskAnswer(Secret("snake"), sealed=False)
    del both["task_id"]
    assert read_task(both, fields, key()) == TaskAnswer(Secret("camel"), sealed=False)
    del both["taskId"]
    assert read_task(both, fields, key()) == TaskAnswer(Secret("e"), sealed=True)
    assert read_task({}, fields, key()) is None
    assert read_task({"task_id": 1}, fields, key()) is None


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda b: base64.b64encode(b).decode()))
def test_any_text_is_no_sealed_task_id_and_raises_nothing(text: str) -> None:
    assert isinstance(open_task(text, key()), Trouble)
