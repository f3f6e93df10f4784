"""A secret that looks like nothing stays inside the place that is made for it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from authtui.assessment.assess import assess
from authtui.assessment.options import Options
from authtui.machine.observation import ConfigValue
from authtui.model.session import AuthSession
from tests.canaries.canary import leaks
from tests.canaries.outputs import (
    GENERATIONS,
    command,
    commands_of,
    lay_out,
    observed,
    reports_of,
    said_of,
)
from tests.canaries.typed import KEYRING, WORLDS, value, with_keyring
from tests.tui.homes import NOW

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from authtui.machine.observation import Observation


def clean(said: Mapping[str, str]) -> None:
    for output, text in said.items():
        assert leaks(text) == set(), output
        assert "ada@example.org" not in text


def here(name: str, folder: Path) -> Observation:
    world = WORLDS[name]
    env = dict(world.env)
    if "OPENAI_IDENTITY_TOKEN_FILE" in env:
        env["OPENAI_IDENTITY_TOKEN_FILE"] = str(folder / ".codex" / "token")
    return observed(world._replace(env=env), folder)


@pytest.mark.parametrize("name", WORLDS)
def test_every_generation_keeps_it_to_itself(name: str, tmp_path: Path) -> None:
    seen = here(name, tmp_path)
    for generation in GENERATIONS:
        clean(said_of(seen, generation))


@pytest.mark.parametrize("name", WORLDS)
def test_no_report_holds_it(name: str, tmp_path: Path) -> None:
    seen = here(name, tmp_path)
    for generation in ("current", "identity-only"):
        said = reports_of(seen, generation)
        clean(said)
        for text in said.values():
            assert not re.search(r"\*\*\*@|acct-mine|org_1|user-1\d|agent_1", text)


@pytest.mark.parametrize("name", WORLDS)
def test_no_other_command_says_it(name: str, tmp_path: Path) -> None:
    home = lay_out(WORLDS[name], tmp_path)
    clean(commands_of(home, tmp_path, WORLDS[name].env))


@pytest.mark.parametrize("mode", ["keyring", "auto", "file"])
def test_a_keyring_entry_and_an_encrypted_store_keep_theirs(mode: str, tmp_path: Path) -> None:
    seen = with_keyring(here("a login and a provider", tmp_path))
    values = {
        **seen.config.values,
        "cli_auth_credentials_store": ConfigValue(mode, "config.toml", 1),
        "features.secret_auth_storage": ConfigValue(mode == "auto", "config.toml", 2),
    }
    seen = seen._replace(config=seen.config._replace(values=values))
    for generation in GENERATIONS:
        clean(said_of(seen, generation))
    clean(reports_of(seen))


@pytest.mark.parametrize("name", WORLDS)
def test_no_value_prints_it_by_accident(name: str, tmp_path: Path) -> None:
    seen = with_keyring(here(name, tmp_path))
    session = AuthSession(lambda: seen, assess, Options(contract="current"), lambda: NOW)
    session.load("start")
    for thing in (seen.auth_file, seen.keyring, seen.encrypted, seen.environment, session.state):
        clean({"repr": repr(thing), "str": str(thing), "format": f"{thing}"})
    for event in session.events:
        clean({"repr": repr(event)})


def test_decode_shows_claims_and_neither_signature_nor_key(tmp_path: Path) -> None:
    for name in WORLDS:
        if not name.startswith("identity in a variable"):
            continue
        token = WORLDS[name].env["CODEX_ACCESS_TOKEN"]
        for options in (("-",), ("--json", "-"), (token,), ("--json", token)):
            said = command(("decode", *options), {"HOME": str(tmp_path)}, token)
            assert "agent_1" in said
            clean({f"decode {options[0][:8]}": said})


def test_decode_of_what_is_no_token_repeats_none_of_it(tmp_path: Path) -> None:
    for kind in ("API key", "opaque refresh token", "agent private key in PEM", "task id"):
        for options in ((), ("--json",)):
            said = command(("decode", *options, value(kind)), {"HOME": str(tmp_path)})
            clean({f"decode {kind}": said})
    clean({"decode a document": command(("decode", "-"), {"HOME": str(tmp_path)}, KEYRING)})
