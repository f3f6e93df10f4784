"""`authtui paths`: every file, directory and keyring entry in use, and whether it is there.

The list is made by looking at directory entries only; no credential is read, no keyring is asked.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from authtui.commands.options import add_common, working_directory
from authtui.configuration.bundle import BUNDLE_FILE
from authtui.configuration.layers import read_config
from authtui.credentials import encrypted_store, keyring_store
from authtui.credentials.backups import MARK, list_backups, list_rescues
from authtui.credentials.backups import RESCUE as RESCUE_MARK
from authtui.credentials.environment import read_environment
from authtui.credentials.observe import DOTENV_FILE, SYSTEM_DIR
from authtui.credentials.rescues import KEYRING_COPY
from authtui.credentials.write_lock import lock_paths
from authtui.directories import TRACE_KEY, rescue_dir, state_dir, user_home
from authtui.machine.files import stat_file
from authtui.machine.home import resolve_home, shorten
from authtui.machine.mcp_logins import MCP_FILE
from authtui.machine.observation import AUTH_FILE
from authtui.record import NamedTuple
from authtui.redaction import printable, safe_text
from authtui.settings import settings_path

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator, Mapping
    from typing import TextIO

    from authtui.commands import ProcessContext

NOT_ASKED: Final = "not asked"
STORED: Final = "read; written or removed on request"
RESCUE: Final = "written where a store takes no tokens; read on request"
LOCK: Final = "taken before a change"
SETTINGS: Final = "read; written when a theme is chosen"


class Place(NamedTuple):
    """One place: who it belongs to, how it is used, and whether something is there.

    `present` is None for keyring entries, which this command does not ask for.
    """

    owner: Literal["client", "authtui", "system"]
    what: str
    path: str
    access: str
    present: bool | None
    detail: str = ""


def add_arguments(parser: ArgumentParser) -> None:
    """The options of this command."""
    add_common(parser, nested=True)
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: Namespace, given: ProcessContext) -> int:
    """Print the places; 0, or 1 where the client itself would not find its home."""
    environ, out = given.environ, given.out
    home = resolve_home(environ, args.home)
    found = places(environ, args.home)
    if args.json:
        tree = {
            "schema": 1,
            "home": safe_text(home.path),
            "home_error": safe_text(home.error) if home.error else None,
            "places": [_plain(place) for place in found],
        }
        json.dump(tree, out, indent=2, ensure_ascii=False)
        out.write("\n")
    else:
        _write_text(found, home.error, user_home(environ), out)
    return 0 if home.error is None else 1


def places(
    environ: Mapping[str, str], home_option: str | None = None, system_dir: Path = SYSTEM_DIR
) -> tuple[Place, ...]:
    """Every place, in the order: the client's home, named by variables, system, authtui's own."""
    home = resolve_home(environ, home_option)
    folder = home.path.replace("\0", "")
    account = home.canonical or home.path
    entry = f"{keyring_store.SERVICE} / {keyring_store.auth_account(account)}"
    secret = f"{keyring_store.SECRETS_SERVICE} / {keyring_store.secrets_account(account)}"
    return (
        _place("client", "home (CODEX_HOME)", folder, "read"),
        _place("client", "login", f"{folder}/{AUTH_FILE}", STORED),
        _place("client", "configuration", f"{folder}/config.toml", "read"),
        *_projects(environ, home_option),
        _place("client", "delivery of the workspace", f"{folder}/{BUNDLE_FILE}", "read"),
        _place("client", "variables (.env)", f"{folder}/{DOTENV_FILE}", "read"),
        _place("client", "encrypted login", f"{folder}/{encrypted_store.STORE}", "read"),
        _place("client", "logins of MCP servers", f"{folder}/{MCP_FILE}", "read"),
        _place("client", "background server", f"{folder}/app-server-daemon/daemon.pid", "never"),
        Place("client", "keyring entry", printable(entry), STORED, None, NOT_ASKED),
        Place("client", "keyring passphrase", printable(secret), "read", None, NOT_ASKED),
        *_named_by_variables(environ, folder),
        _place("system", "configuration", str(system_dir / "config.toml"), "read"),
        _place("system", "managed configuration", str(system_dir / "managed_config.toml"), "read"),
        _place("system", "requirements", str(system_dir / "requirements.toml"), "read"),
        _place("authtui", "settings", str(settings_path(environ)), SETTINGS),
        _backups("backups of the login", f"{folder}/{AUTH_FILE}"),
        _backups("backups of the keyring entry", f"{folder}/{KEYRING_COPY}"),
        _rescues("tokens that could not be stored", f"{folder}/{AUTH_FILE}"),
        _rescues("the same of the keyring entry", f"{folder}/{KEYRING_COPY}"),
        _place("authtui", "the same, where the home takes none", str(rescue_dir(environ)), RESCUE),
        *(
            Place("client", f"lock {name}", safe_text(path), LOCK, stat_file(path).exists)
            for name, path in zip(
                ("logins", "auth.json"), lock_paths(f"{folder}/{AUTH_FILE}"), strict=True
            )
        ),
        _place("authtui", "log of its own failures", str(state_dir(environ)), "written"),
        _place(
            "authtui", "key of traces", str(state_dir(environ) / TRACE_KEY), "written to record"
        ),
    )


def _projects(environ: Mapping[str, str], home_option: str | None) -> Iterator[Place]:
    """The configurations of the projects that this directory is part of."""
    home = resolve_home(environ, home_option)
    directory = working_directory()
    if home.error is not None or directory is None:
        return
    config = read_config(Path(home.path), SYSTEM_DIR, environ, directory=directory)
    for layer in config.layers:
        if layer.kind == "project":
            access = f"not read: {layer.ignored}" if layer.ignored else "read"
            yield _place("client", "configuration of a project", layer.file.path, access)


def _named_by_variables(environ: Mapping[str, str], folder: str) -> Iterator[Place]:
    facts = read_environment(environ, Path(folder, DOTENV_FILE))
    for name in ("OPENAI_IDENTITY_TOKEN_FILE", "CODEX_CA_CERTIFICATE", "SSL_CERT_FILE"):
        path = facts.trimmed(name)
        if path:
            yield _place("client", f"file named by {name}", path, "read")


def _place(
    owner: Literal["client", "authtui", "system"], what: str, path: str, access: str
) -> Place:
    facts = stat_file(path)
    parts: list[str] = [] if facts.kind in ("file", "absent") else [facts.kind]
    if facts.mode is not None:
        parts.append(f"mode {facts.mode:04o}")
    if facts.owner and not facts.owned_by_me:
        parts.append(f"owner {facts.owner}")
    if facts.link_target is not None:
        parts.append(f"link to {safe_text(facts.link_target)}")
    return Place(owner, what, safe_text(path), access, facts.exists, ", ".join(parts))


def _backups(what: str, path: str) -> Place:
    number = len(list_backups(path))
    detail = f"{number:,} of them" if number else ""
    access = "written before a change; read on request"
    return Place("authtui", what, safe_text(f"{path}{MARK}*"), access, number > 0, detail)


def _rescues(what: str, path: str) -> Place:
    number = len(list_rescues(path))
    detail = f"{number:,} of them: `authtui run restore`" if number else ""
    return Place("authtui", what, safe_text(f"{path}{RESCUE_MARK}*"), RESCUE, number > 0, detail)


def _plain(place: Place) -> dict[str, str | bool | None]:
    return {**place._asdict(), "detail": place.detail or None}


def _write_text(found: tuple[Place, ...], error: str | None, user: str | None, out: TextIO) -> None:
    if error:
        out.write(f"{safe_text(error)}\n\n")
    shown = [shorten(place.path, user) for place in found]
    wide = max(map(len, shown))
    label = max(len(place.what) for place in found)
    owner = ""
    for place, path in zip(found, shown, strict=True):
        if place.owner != owner:
            owner = place.owner
            out.write(f"{owner}\n")
        state = "?" if place.present is None else "present" if place.present else "absent"
        line = f"  {place.what:<{label}}  {path:<{wide}}  {state:<7}  {place.access}"
        out.write(f"{line}{'  ' + place.detail if place.detail else ''}\n")
