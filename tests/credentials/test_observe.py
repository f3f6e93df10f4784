"""Looking at everything once: complete, without traces, and quick to give up."""

from __future__ import annotations

import io
import json
import os
import socket
from argparse import Namespace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from authtui.commands import ProcessContext, paths
from authtui.credentials.backups import write_backup
from authtui.credentials.encrypted_store import STORE
from authtui.credentials.keyring_store import SERVICE, auth_account, secrets_account
from authtui.credentials.observe import read_keyring, read_observation
from authtui.machine.observation import FileFacts, Observation
from authtui.redaction import Secret
from tests.credentials.age_files import sealed
from tests.credentials.keyring_backends import HangingKeyring, MemoryKeyring

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 4, 13, 12, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / ".codex"
    folder.mkdir(mode=0o700)
    return folder


def look(home: Path, **environ: str) -> Observation:
    return read_observation(
        environ={"HOME": str(home.parent), **environ},
        home_option=None,
        now=NOW,
        system_dir=home.parent / "etc",
        installed=False,
        root=home.parent,
    )


def test_an_empty_home_is_all_absent(home: Path) -> None:
    seen = look(home)
    assert (seen.home.exists, seen.home.error, seen.at) == (True, None, NOW)
    assert (seen.auth_file.kind, seen.config.file.kind) == ("absent", "absent")
    assert (seen.keyring.status, seen.encrypted.status) == ("not-probed", "absent")
    assert seen.keyring.account == auth_account(str(home))


def test_a_home_that_does_not_exist_yet_is_no_error(tmp_path: Path) -> None:
    seen = look(tmp_path / ".codex")
    assert (seen.home.exists, seen.home.error, seen.auth_file.kind) == (False, None, "absent")


def test_where_the_client_would_stop_only_the_environment_is_seen(home: Path) -> None:
    (home / "auth.json").write_text("{}")
    seen = look(home, CODEX_HOME="/nonexistent/codex", CODEX_API_KEY="k")
    assert seen.home.error is not None
    assert seen.auth_file == FileFacts("/nonexistent/codex/auth.json")
    assert seen.environment.dotenv == FileFacts("/nonexistent/codex/.env")
    assert seen.environment.trimmed("CODEX_API_KEY") == "k"


def test_files_variables_and_configuration_are_filled_in(home: Path) -> None:
    (home / "auth.json").write_text('{"OPENAI_API_KEY": "sk-x"}')
    (home / ".env").write_text("MINE=from-file\n")
    (home / "config.toml").write_text(
        'model_provider = "m"\n[model_providers.m]\nenv_key = "MINE"\n'
    )
    (home / "token").write_text("jwt")
    seen = look(home, OPENAI_IDENTITY_TOKEN_FILE=f"{home}/token", SSL_CERT_FILE=f"{home}/no.pem")
    assert seen.auth_file.data == b'{"OPENAI_API_KEY": "sk-x"}'
    assert seen.environment.trimmed("MINE") == "from-file"
    assert seen.config.where("model_providers.m.env_key") == "config.toml:3"
    assert seen.token_file is not None
    assert seen.token_file.data == b"jwt"
    assert seen.ca_file is not None
    assert seen.ca_file.kind == "absent"


def test_a_key_set_is_read_from_the_file_given(home: Path, tmp_path: Path) -> None:
    (tmp_path / "jwks.json").write_text('{"keys": []}')
    seen = read_observation(
        environ={"HOME": str(tmp_path)},
        home_option=str(home),
        now=NOW,
        key_set_file=tmp_path / "jwks.json",
        installed=False,
    )
    assert seen.key_set == '{"keys": []}'
    assert seen.home.chosen_by == "option"


@pytest.mark.parametrize(
    ("mode", "asked"), [("file", False), ("ephemeral", False), ("keyring", True), ("auto", True)]
)
def test_the_keyring_is_asked_only_where_the_client_would(
    home: Path, monkeypatch: pytest.MonkeyPatch, mode: str, asked: bool
) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    (home / "config.toml").write_text(f'cli_auth_credentials_store = "{mode}"\n')
    assert (look(home).keyring.status != "not-probed") is asked


def test_a_later_probe_completes_the_observation(home: Path) -> None:
    seen = look(home)
    backend = MemoryKeyring()
    backend.entries[SERVICE, auth_account(str(home))] = "{}"
    later = read_keyring(seen, backend=backend)
    assert later.keyring.document == Secret("{}")
    assert seen.keyring.status == "not-probed"


def test_a_hanging_keyring_is_asked_once_not_twice(home: Path) -> None:
    seen = look(home)
    assert read_keyring(seen, backend=HangingKeyring(), timeout=0.05).keyring.status == "hanging"


def test_the_encrypted_store_is_opened_where_the_flag_says_so(home: Path) -> None:
    pytest.importorskip("pyrage", reason="the extra encrypted-store is not installed")
    (home / "secrets").mkdir()
    clear = {"version": 1, "secrets": {"global/CODEX_AUTH": "{}"}}
    (home / STORE).write_bytes(sealed(json.dumps(clear).encode(), "pw"))
    (home / "config.toml").write_text('cli_auth_credentials_store = "file"\n')
    seen = look(home)
    assert seen.encrypted.status == "not-probed"
    backend = MemoryKeyring()
    backend.entries["codex", secrets_account(str(home))] = "pw"
    assert read_keyring(seen, backend=backend).encrypted.status == "not-probed"

    (home / "config.toml").write_text(
        'cli_auth_credentials_store = "auto"\n[features]\nsecret_auth_storage = true\n'
    )
    seen = read_observation(
        environ={}, home_option=str(home), now=NOW, probe_keyring=False, installed=False
    )
    assert read_keyring(seen, backend=backend).encrypted.document == Secret("{}")


def test_looking_leaves_no_trace_and_opens_no_connection(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "auth.json").write_text("{}")
    (home / "config.toml").write_text('model = "m"\n')

    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("a connection was opened")

    def census() -> list[tuple[str, int, int]]:
        found = sorted(home.parent.rglob("*"))
        return [(str(p), p.stat().st_mtime_ns, p.stat().st_size) for p in found]

    before = census()
    monkeypatch.setattr(socket.socket, "connect", forbidden)
    monkeypatch.setattr(os, "fork", forbidden)
    look(home)
    assert census() == before


def test_strange_things_in_place_of_every_file_are_all_answered(home: Path) -> None:
    os.mkfifo(home / "auth.json")
    (home / "config.toml").mkdir()
    (home / ".env").symlink_to("gone")
    (home / "secrets").write_text("")
    seen = look(home)
    assert seen.auth_file.kind == "fifo"
    assert seen.config.error is not None
    assert seen.environment.dotenv.kind == "dangling-link"
    assert seen.encrypted.status == "absent"


def test_paths_lists_every_place_and_whether_it_is_there(home: Path) -> None:
    (home / "auth.json").write_text("planted")
    (home / "auth.json").chmod(0o644)
    write_backup(str(home / "auth.json"), b"planted", NOW)
    environ = {"HOME": str(home.parent), "XDG_CONFIG_HOME": "/xdg", "SSL_CERT_FILE": "/no.pem"}
    out = io.StringIO()
    status = paths.run(
        Namespace(home=None, json=False), ProcessContext(environ, io.StringIO(), out, out)
    )
    text = out.getvalue()
    lines = {line.strip().split("  ")[0]: line for line in text.splitlines()}
    assert status == 0
    assert "~/.codex/auth.json" in lines["login"]
    assert "present" in lines["login"]
    assert "mode 0644" in lines["login"]
    assert "written or removed on request" in lines["login"]
    assert auth_account(str(home)) in lines["keyring entry"]
    assert "~/.codex/auth.json.authtui-*" in lines["backups of the login"]
    assert "present" in lines["backups of the login"]
    assert "absent" in lines["backups of the keyring entry"]
    assert "absent" in lines["file named by SSL_CERT_FILE"]
    assert "/xdg/authtui/config.toml" in lines["settings"]
    assert "planted" not in text


def test_paths_as_json_is_one_document_and_names_a_broken_home() -> None:
    out = io.StringIO()
    arguments = Namespace(home="/nonexistent/\x1b[1m", json=True)
    status = paths.run(arguments, ProcessContext({}, io.StringIO(), out, out))
    tree = json.loads(out.getvalue())
    assert status == 1
    assert "does not exist" in tree["home_error"]
    assert "\x1b" not in out.getvalue()
    assert {place["owner"] for place in tree["places"]} == {"client", "system", "authtui"}
    assert all(set(place) == set(paths.Place._fields) for place in tree["places"])


def test_the_place_where_the_client_would_start_is_part_of_what_was_seen(tmp_path: Path) -> None:
    seen = read_observation(
        environ={}, home_option=str(tmp_path), now=NOW, installed=False, directory="/srv/project"
    )
    assert seen.directory == "/srv/project"
