"""A stand-in has the shape of its secret, and nothing of the secret."""

from __future__ import annotations

import json

import pytest

from authtui.contracts import find
from authtui.identity.keys import PrivateKey, read_private_key
from authtui.rehearsal.stand_in import SecretStandIns
from authtui.simulation.api_keys import key_doubt
from authtui.tokens.jwt import decode
from tests.oracle import made_up
from tests.oracle.cases import runs
from tests.oracle.wide_values import AGENT_KEYS, KEYS

REFRESH = "rt-Planted0Secret1That2Nobody3May4See"


@pytest.mark.parametrize("key", [key for key in KEYS if key.strip()])
def test_a_key_is_as_damaged_as_the_one_it_stands_for(key: str) -> None:
    made = SecretStandIns().of(key)
    assert (len(made), key_doubt(made)) == (len(key), key_doubt(key))
    assert made != key or "ключ" in key


def test_the_same_secret_always_gets_the_same_stand_in() -> None:
    makes = SecretStandIns()
    assert makes.of(REFRESH) == makes.of(REFRESH)
    assert SecretStandIns().of(REFRESH) != makes.of(REFRESH)


@pytest.mark.parametrize("key", AGENT_KEYS)
def test_a_private_key_is_replaced_by_one_of_the_same_form(key: str) -> None:
    makes = SecretStandIns()
    made, real = read_private_key(makes.of(key)), read_private_key(key)
    assert type(made) is type(real)
    if isinstance(made, PrivateKey) and isinstance(real, PrivateKey):
        assert made.version == real.version
        assert made.public_bytes == makes.agent_public != real.public_bytes


def test_an_agent_identity_keeps_its_claims_and_gets_a_key_and_a_signature_of_ours() -> None:
    makes = SecretStandIns()
    token = made_up.jwt(made_up.AGENT_CLAIMS)
    made = decode(makes.of(token))
    claims = dict(made.claims or {})
    assert claims.pop("agent_private_key") != made_up.AGENT_KEY
    assert claims.items() <= made_up.AGENT_CLAIMS.items()
    assert [key["kid"] for key in makes.key_set()["keys"]] == ["k1"]


def test_a_document_keeps_lines_names_and_accounts_and_loses_every_secret() -> None:
    record = made_up.login("ws-1", "ws-1", OPENAI_API_KEY=made_up.KEY)
    record["tokens"]["refresh_token"] = REFRESH
    text = json.dumps(record, indent=2)
    made = SecretStandIns().document(text.encode()).decode()
    found = json.loads(made)
    assert made.count("\n") == text.count("\n")
    assert found.keys() == record.keys()
    assert found["tokens"]["account_id"] == "ws-1"
    assert REFRESH not in made
    assert made_up.KEY not in made


@pytest.mark.parametrize("end", range(40, 700, 60))
def test_half_a_document_loses_its_secrets_too(end: int) -> None:
    record = {"OPENAI_API_KEY": made_up.KEY, "tokens": {"refresh_token": REFRESH}}
    text = json.dumps(record)[:end]
    made = SecretStandIns().document(text.encode()).decode()
    assert REFRESH[:20] not in made
    assert made_up.KEY not in made


def test_what_is_recorded_is_read_the_same_way_with_stand_ins() -> None:
    """The document of every recorded state, as the newest client reads it."""
    from datetime import UTC, datetime

    from authtui.credentials.document import DocumentFault, parse_document

    found = find("current")
    assert found is not None
    contract, now = found[0], datetime(2026, 11, 23, tzinfo=UTC)
    texts = {run.given["auth_json"] for run in runs("status") if run.given.get("auth_json")}
    assert len(texts) > 150
    differing = []
    for text in texts:
        data = text.encode("utf-8", "surrogatepass")
        both = [
            parse_document(each, contract.document, contract.agent, now=now, store="file")
            for each in (data, SecretStandIns().document(data))
        ]
        told = [
            (one.client_text, one.line) if isinstance(one, DocumentFault) else (one.mode, None)
            for one in both
        ]
        if told[0] != told[1]:
            differing.append((text, told))
    assert len(differing) * 100 <= len(texts), differing[:3]
