"""What the mint makes passes authtui's own readers, and holds no secret in its text."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from authtui import contracts
from authtui.identity.keys import PrivateKey, read_private_key
from authtui.tokens.agent import judge_agent_token
from authtui.tokens.jwt import decode, exp_of
from authtui.tokens.keyset import KeySet, parse_key_set, verify_rs256

if TYPE_CHECKING:
    import httpx

    from authtui.demo.backend.backend import Backend
    from authtui.redaction import Secret


def document(text: Secret) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text.reveal())
    return found


def test_an_agent_identity_token_passes_every_check_with_the_served_key_set(
    backend: Backend, http: httpx.Client
) -> None:
    identity = backend.mint.agent_identity()
    assert identity.token is not None
    keys = http.get("/backend-api/wham/agent-identities/jwks").text
    for name in ("explicit", "managed", "current"):
        contract = contracts.BY_NAME[name].agent
        found = judge_agent_token(
            decode(identity.token.reveal()), contract, datetime.now(UTC), keys
        )
        assert {field.status for field in found.fields} == {"pass"}
        assert found.client_error is None


def test_claims_can_be_changed_and_left_out(backend: Backend, http: httpx.Client) -> None:
    token = backend.mint.agent_identity(aud="someone-else", account_id=...).token
    assert token is not None
    keys = http.get("/agent-identities/jwks").text
    contract = contracts.BY_NAME["current"].agent
    found = judge_agent_token(decode(token.reveal()), contract, datetime.now(UTC), keys)
    assert {field.field for field in found.failed} == {"aud", "account_id"}


def test_an_expired_identity_is_signed_and_expired(backend: Backend, http: httpx.Client) -> None:
    token = backend.mint.agent_identity(expires_in=timedelta(days=-1)).token
    assert token is not None
    keys = http.get("/agent-identities/jwks").text
    contract = contracts.BY_NAME["current"].agent
    found = judge_agent_token(decode(token.reveal()), contract, datetime.now(UTC), keys)
    assert [field.field for field in found.failed] == ["exp"]


def test_the_april_token_passes_its_own_contract_only(backend: Backend) -> None:
    token = backend.mint.april_identity().token
    assert token is not None
    decoded, now = decode(token.reveal()), datetime.now(UTC)
    april = judge_agent_token(decoded, contracts.BY_NAME["identity-only"].agent, now)
    assert april.client_error is None
    current = judge_agent_token(decoded, contracts.BY_NAME["current"].agent, now)
    assert current.client_error is not None


def test_login_tokens_are_signed_with_the_served_key(backend: Backend, http: httpx.Client) -> None:
    login = backend.mint.chatgpt_login()
    keys = parse_key_set(http.get("/agent-identities/jwks").text)
    assert isinstance(keys, KeySet)
    for token in (login.id_token, login.access_token):
        assert verify_rs256(decode(token.reveal()), keys).status == "valid"
    assert document(login.auth_json)["tokens"]["account_id"] == "workspace-demo-1"


def test_the_expiry_of_a_login_is_what_was_asked_for(backend: Backend) -> None:
    for seconds in (-3600, 120, 86_400):
        login = backend.mint.chatgpt_login(expires_in=timedelta(seconds=seconds))
        expiry = exp_of(login.access_token.reveal())
        assert expiry is not None
        assert abs(expiry - datetime.now(UTC).timestamp() - seconds) < 5


def test_each_generation_gets_its_own_document(backend: Backend) -> None:
    mint = backend.mint
    assert document(mint.api_key().auth_json)["auth_mode"] == "apikey"
    assert "auth_mode" not in document(mint.personal_token().auth_json)
    jwt = document(mint.agent_identity().auth_json)
    assert (jwt["auth_mode"], type(jwt["agent_identity"])) == ("agentIdentity", str)
    first = document(mint.first_record().auth_json)
    assert first["agent_identity"]["workspace_id"] == "workspace-demo-1"
    assert "tokens" not in first
    assert "tokens" in document(mint.first_record(with_login=True).auth_json)
    managed = mint.managed_record()
    record = document(managed.auth_json)["agent_identity"]
    assert (record["account_id"], record["task_id"]) == ("workspace-demo-1", managed.task_id)
    assert "task_id" not in document(mint.managed_record(with_task=False).auth_json)
    mixed = mint.chatgpt_login(stored_account_id="workspace-demo-2")
    assert document(mixed.auth_json)["tokens"]["account_id"] == "workspace-demo-2"


def test_a_minted_key_is_read_as_the_client_reads_it(backend: Backend) -> None:
    identity = backend.mint.managed_record()
    record = document(identity.auth_json)["agent_identity"]
    key = read_private_key(record["agent_private_key"])
    assert isinstance(key, PrivateKey)
    assert key == identity.key


def test_no_secret_shows_in_a_repr_or_in_the_state(backend: Backend, http: httpx.Client) -> None:
    key, login = backend.mint.api_key(), backend.mint.chatgpt_login()
    personal, identity = backend.mint.personal_token(), backend.mint.managed_record()
    held = (key.key, login.access_token, login.refresh_token, personal.token)
    secrets = [secret.reveal() for secret in held]
    for secret in secrets:
        http.post("/v1/responses", headers={"Authorization": f"Bearer {secret}"})
        http.get(f"/leak/{secret}", headers={"ChatGPT-Account-ID": secret})
    shown = (
        repr((key, login, personal, identity))
        + http.get("/_authtui/state").text
        + repr(backend.state.requests)
    )
    assert [secret for secret in secrets if secret in shown] == []
