"""A mark seen on the wire leads back to the place the credential is kept in."""

from __future__ import annotations

import json

from authtui.configuration.config import parse
from authtui.credentials.marks import mark_of, marks_of, public_keys_of, runtimes_of
from authtui.exchanges.exchange_redaction import auth_class
from authtui.machine.observation import ConfigFacts, FileFacts, KeyringFacts
from authtui.redaction import Secret
from tests.tui.homes import AGENT_KEY, OLD_KEY, read
from tests.tui.samples import observation


def test_a_bearer_on_the_wire_has_the_mark_of_the_stored_token() -> None:
    seen = read("shadowed")
    on_the_wire = auth_class(f"Bearer {OLD_KEY.reveal()}").mark
    assert on_the_wire is not None
    assert [str(place) for place in marks_of(seen)[on_the_wire]] == ["CODEX_API_KEY"]
    stored = json.loads(seen.auth_file.data or b"")["tokens"]["access_token"]
    mark = auth_class(f"Bearer {stored}").mark
    assert mark == mark_of(seen, "auth.json", "tokens.access_token")
    assert str(marks_of(seen)[mark or ""][0]) == "auth.json: tokens.access_token"


def test_a_value_kept_twice_has_both_places_and_the_variable_first() -> None:
    seen = read("shadowed")
    document = Secret(json.dumps({"OPENAI_API_KEY": OLD_KEY.reveal()}))
    seen = seen._replace(keyring=KeyringFacts("present", document=document))
    places = marks_of(seen)[f"#{OLD_KEY.fingerprint}"]
    assert [place.source for place in places] == ["CODEX_API_KEY", "keyring"]


def test_a_token_in_the_configuration_is_known() -> None:
    name = "model_providers.x.experimental_bearer_token"
    values, _ = parse(b'[model_providers.x]\nexperimental_bearer_token = "tok-1"\n')
    seen = observation()._replace(config=ConfigFacts(FileFacts("c"), values))
    assert str(marks_of(seen)[f"#{Secret('tok-1').fingerprint}"][0]) == f"config.toml: {name}"


def test_names_and_ids_are_no_secrets_and_have_no_mark() -> None:
    seen = read("healthy")
    assert f"#{Secret('org_mine').fingerprint}" not in marks_of(seen)
    assert f"#{Secret('').fingerprint}" not in marks_of(seen)


def test_the_public_key_of_an_identity_is_at_hand_wherever_it_is_kept() -> None:
    inside_a_jwt = public_keys_of(read("agent-identity"))
    in_a_variable = public_keys_of(read("workspace-token"))
    assert set(inside_a_jwt) == set(in_a_variable) == {"agent_7f3a"}
    assert inside_a_jwt == in_a_variable
    assert len(inside_a_jwt["agent_7f3a"]) == 32
    record = {"agent_identity": {"agent_runtime_id": "agent_9", "agent_private_key": AGENT_KEY}}
    seen = observation()._replace(
        auth_file=FileFacts("auth.json", "file", data=json.dumps(record).encode())
    )
    assert set(public_keys_of(seen)) == {"agent_9"}
    assert runtimes_of(seen) == {"agent_9": "auth.json"}


def test_a_key_that_cannot_be_read_is_left_out() -> None:
    record = {"agent_identity": {"agent_runtime_id": "a", "agent_private_key": "nothing"}}
    seen = observation()._replace(
        auth_file=FileFacts("auth.json", "file", data=json.dumps(record).encode())
    )
    assert public_keys_of(seen) == {}


def test_no_value_stands_in_a_table() -> None:
    seen = read("shadowed")
    assert OLD_KEY.reveal() not in repr(marks_of(seen))
