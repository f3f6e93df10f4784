"""Logging out: every row of its table, what stays, and the way back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.lifecycle.world import FLAG_ON, World

if TYPE_CHECKING:
    from pathlib import Path

    from authtui.demo.backend.backend import Backend


class Ring:
    """A keyring of one entry that works, or refuses to let go."""

    def __init__(self, value: str | None = None, *, stuck: bool = False) -> None:
        self.value = value
        self.stuck = stuck

    def get_password(self, service: str, username: str, /) -> str | None:
        del service, username
        return self.value

    def set_password(self, service: str, username: str, password: str, /) -> None:
        del service, username
        self.value = password

    def delete_password(self, service: str, username: str, /) -> None:
        del service, username
        if self.stuck:
            raise RuntimeError("the entry is held")
        self.value = None


def names(world: World) -> list[str]:
    """What stands in the home, the locks of the client apart."""
    found = (p.name.partition(".authtui-")[0] for p in world.home.iterdir())
    return sorted(name for name in found if not name.endswith(".lock"))


async def test_a_login_is_revoked_by_its_refresh_token_and_removed(
    tmp_path: Path, backend: Backend
) -> None:
    login = backend.mint.chatgpt_login()
    world = World(tmp_path, backend, "current", login.auth_json)
    before = world.auth.read_bytes()
    outcome = await world.life.logout()
    assert outcome.done, outcome.reason
    assert backend.state.is_revoked(login.refresh_token.reveal())
    event = world.last("LoggedOut")
    assert event.removed == ("auth.json",)
    assert event.revoked == "refresh_token"
    assert event.warnings == ()
    assert not world.auth.exists()
    assert world.session.state.phase == "logged-out"
    assert world.session.state.assessment is not None
    assert world.session.state.assessment.verdict.outcome == "not-logged-in"
    assert (await world.life.restore()).done
    assert world.auth.read_bytes() == before
    assert world.last("Restored").place == "auth.json"


async def test_without_a_refresh_token_the_access_token_is_revoked(
    tmp_path: Path, backend: Backend
) -> None:
    login = backend.mint.chatgpt_login()
    document = json.loads(login.auth_json.reveal())
    document["tokens"]["refresh_token"] = ""
    world = World(tmp_path, backend, "current")
    world.auth.write_text(json.dumps(document))
    world.session.load()
    await world.life.logout()
    assert world.last("LoggedOut").revoked == "access_token"
    assert backend.state.is_revoked(login.access_token.reveal())


@pytest.mark.parametrize("fault", [("status", 500), ("drop", None)])
async def test_a_revocation_that_fails_is_a_warning_and_the_login_is_removed_all_the_same(
    tmp_path: Path, backend: Backend, fault: tuple[str, int | None]
) -> None:
    backend.faults.set("revoke", *fault)
    world = World(tmp_path, backend, "current", backend.mint.chatgpt_login().auth_json)
    outcome = await world.life.logout()
    assert outcome.done
    event = world.last("LoggedOut")
    assert event.revoked is None
    assert event.warnings[0].startswith("failed to revoke refresh_token: ")
    assert outcome.reason == f"Logged out here; the server was not told: {event.warnings[0]}"
    if fault[0] == "status":
        wanted = "failed to revoke refresh_token: 500 Internal Server Error: a fault was set"
        assert event.warnings[0] == wanted
    assert not world.auth.exists()


@pytest.mark.parametrize("kind", ["api_key", "agent_identity", "april_identity", "personal_token"])
async def test_other_logins_are_removed_without_any_request(
    tmp_path: Path, backend: Backend, kind: str
) -> None:
    contract = "identity-only" if kind == "april_identity" else "current"
    world = World(tmp_path, backend, contract, getattr(backend.mint, kind)().auth_json)
    assert (await world.life.logout()).done
    assert world.calls == []
    assert not world.auth.exists()
    left = world.last("LoggedOut").left
    assert any("stays registered on the server" in text for text in left) == ("identity" in kind)


async def test_logging_out_on_request_without_revoking(tmp_path: Path, backend: Backend) -> None:
    world = World(tmp_path, backend, "current", backend.mint.chatgpt_login().auth_json)
    assert (await world.life.logout(revoke=False)).done
    assert world.calls == []


async def test_with_nothing_stored_there_is_nothing_to_log_out(
    tmp_path: Path, backend: Backend
) -> None:
    world = World(tmp_path, backend, "current")
    outcome = await world.life.logout()
    assert not outcome.done
    assert outcome.reason == "Not logged in"


async def test_a_variable_keeps_the_user_logged_in_and_is_named(
    tmp_path: Path, backend: Backend
) -> None:
    environ = {"CODEX_API_KEY": "sk-proj-made-up-0000000000000000"}
    login = backend.mint.chatgpt_login()
    world = World(tmp_path, backend, "current", login.auth_json, "", environ)
    assert (await world.life.logout()).done
    event = world.last("LoggedOut")
    assert event.revoked == "refresh_token", "the variable does not hide the stored token"
    assert any("CODEX_API_KEY stays set" in text for text in event.left)
    assert world.session.state.assessment is not None
    assert world.session.state.assessment.verdict.outcome == "ready"


async def test_a_managed_identity_goes_with_the_login_and_its_agent_stays(
    tmp_path: Path, backend: Backend
) -> None:
    made = backend.mint.managed_record()
    world = World(tmp_path, backend, "current", made.auth_json, FLAG_ON)
    assert (await world.life.logout()).done
    left = world.last("LoggedOut").left
    assert any(made.runtime_id in text for text in left)
    assert backend.state.agent(made.runtime_id) is not None


@pytest.mark.parametrize("mode", ["keyring", "auto"])
async def test_in_the_keyring_modes_entry_and_file_both_go_and_both_come_back(
    tmp_path: Path, backend: Backend, mode: str
) -> None:
    login = backend.mint.chatgpt_login()
    ring = Ring(json.dumps(json.loads(login.auth_json.reveal())))
    stored = ring.value
    config = f'cli_auth_credentials_store = "{mode}"\n'
    other = backend.mint.api_key().auth_json
    world = World(tmp_path, backend, "current", other, config, keyring=ring)
    assert (await world.life.logout()).done
    event = world.last("LoggedOut")
    assert event.removed == ("keyring", "auth.json")
    assert backend.state.is_revoked(login.refresh_token.reveal())
    assert ring.value is None
    assert names(world) == ["auth.json", "config.toml", "keyring-auth.json"]
    for backup in event.backups:
        assert (await world.life.restore(backup)).done
    assert ring.value == stored
    assert world.auth.read_text() == other.reveal()


async def test_a_keyring_that_does_not_let_go_leaves_the_file_in_place(
    tmp_path: Path, backend: Backend
) -> None:
    ring = Ring(backend.mint.api_key().auth_json.reveal(), stuck=True)
    config = 'cli_auth_credentials_store = "keyring"\n'
    auth = backend.mint.api_key().auth_json
    world = World(tmp_path, backend, "current", auth, config, keyring=ring)
    outcome = await world.life.logout()
    assert not outcome.done
    assert outcome.reason.startswith("failed to delete auth from keyring: the entry is held")
    assert world.auth.exists()
    assert world.last("Failed").transition == "logout"
    assert [e.kind for e in world.told].count("Failed") == 1


async def test_in_file_mode_a_keyring_entry_left_behind_stays_and_is_named(
    tmp_path: Path, backend: Backend
) -> None:
    ring = Ring("{}")
    world = World(tmp_path, backend, "current", backend.mint.api_key().auth_json, keyring=ring)
    assert (await world.life.logout()).done
    assert ring.value == "{}"
    assert any("the keyring entry stays" in text for text in world.last("LoggedOut").left)


async def test_the_in_memory_store_has_nothing_that_could_be_removed_from_outside(
    tmp_path: Path, backend: Backend
) -> None:
    config = 'cli_auth_credentials_store = "ephemeral"\n'
    world = World(tmp_path, backend, "current", backend.mint.api_key().auth_json, config)
    outcome = await world.life.logout()
    assert not outcome.done
    assert outcome.reason.startswith("Not logged in")
    assert world.auth.exists()


async def test_a_workload_identity_cannot_be_logged_out(tmp_path: Path, backend: Backend) -> None:
    token = tmp_path / "token"
    token.write_text("made-up")
    environ = {
        "OPENAI_FEDERATION_RULE_ID": "rule-1",
        "OPENAI_IDENTITY_TOKEN_FILE": str(token),
    }
    auth = backend.mint.api_key().auth_json
    world = World(tmp_path, backend, "current", auth, "", environ)
    outcome = await world.life.logout()
    text = "workload identity auth is managed by the host and cannot be logged out"
    assert outcome.reason == text
    assert world.auth.exists()


async def test_the_preview_says_what_is_removed_revoked_and_left(
    tmp_path: Path, backend: Backend
) -> None:
    login = backend.mint.chatgpt_login().auth_json
    world = World(tmp_path, backend, "current", login, live=False, base_url=None)
    outcome = await world.life.logout()
    assert outcome.is_preview
    assert outcome.plan is not None
    assert [c.url for c in outcome.plan.calls] == ["https://auth.openai.com/oauth/revoke"]
    assert [c.place for c in outcome.plan.changes] == ["auth.json"]
    assert names(world) == ["auth.json"]


async def test_a_damaged_login_is_removed_without_revoking_and_not_taken_for_one_later(
    tmp_path: Path, backend: Backend
) -> None:
    world = World(tmp_path, backend, "current")
    world.auth.write_text("{ not json")
    world.session.load()
    assert (await world.life.logout()).done
    assert world.calls == []
    outcome = await world.life.restore()
    assert not outcome.done
    assert "is no login (it is not whole, or not JSON)" in outcome.reason
    assert not world.auth.exists()


async def test_there_may_be_no_backup(tmp_path: Path, backend: Backend) -> None:
    world = World(tmp_path, backend, "current")
    assert (await world.life.restore()).reason == "There is no backup to put back."
    assert (await world.life.restore("nothing")).reason == "There is no such backup."
