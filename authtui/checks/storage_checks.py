"""Where credentials are kept: home, keyring, encrypted store (STORE)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from authtui.answers.findings import Fix
from authtui.checks.registry import Finding, check
from authtui.checks.subject import (
    LOGIN,
    auth_claims,
    fields_of,
    hurt,
    status_unless_selected,
)
from authtui.configuration.config import feature
from authtui.credentials.encrypted_store import SECRETS_FEATURE
from authtui.redaction import Secret

if TYPE_CHECKING:
    from authtui.checks.registry import Subject

_STORAGE = "codex-rs/login/src/auth/storage.rs"
# Bytes of one entry in the Windows Credential Manager (CRED_MAX_CREDENTIAL_BLOB_SIZE).
_BLOB_LIMIT = 2560
_FILE_STORE = Fix('set cli_auth_credentials_store = "file" in config.toml and log in again')


def _mode_where(subject: Subject) -> str:
    return subject.observation.config.where("cli_auth_credentials_store")


def _uses_keyring(subject: Subject) -> bool:
    return subject.case.ladder.store_mode in ("keyring", "auto")


@check("keyring.state", "STORE", "The OS keyring answers", source=_STORAGE, modes=(14, 23))
def _state(subject: Subject) -> Finding | None:
    if not _uses_keyring(subject) or subject.observation.home.error:
        return None
    facts, mode = subject.observation.keyring, subject.case.ladder.store_mode
    evidence = [f"store mode {mode} at {_mode_where(subject)}", f"entry {facts.account}"]
    if facts.backend:
        evidence.append(f"backend {facts.backend}")
    if facts.status == "not-probed":
        return Finding("unknown", "the keyring has not been asked yet", evidence)
    if facts.status == "present":
        return Finding("pass", "the keyring answers and holds an entry for this home", evidence)
    if facts.status == "absent":
        return Finding("pass", "the keyring answers; it holds no entry for this home", evidence)
    words = {
        "locked": "the keyring is locked",
        "denied": "the keyring refuses access",
        "hanging": "the keyring did not answer in time",
        "no-backend": "there is no keyring service in this session",
    }.get(facts.status, "the keyring cannot be read")
    if facts.detail:
        evidence.append(facts.detail)
    back = "; auth.json is used in its place" if mode == "auto" else ""
    return Finding(
        hurt(subject) if mode == "keyring" else "warn",
        f"{words}, and {_mode_where(subject)} keeps the login there{back}",
        evidence,
        "A keyring needs an unlocked session: over SSH, in a container or a sandbox there is often "
        "none. In mode keyring the login then cannot be read; in mode auto Codex goes on with the "
        "file, which may hold an older login.",
        _FILE_STORE if facts.status == "no-backend" else Fix("unlock the keyring, then look again"),
        _mode_where(subject),
    )


@check(
    "keyring.size",
    "STORE",
    "The record fits into a Windows keyring entry",
    source="#10636, #17650",
    modes=(36,),
)
def _size(subject: Subject) -> Finding | None:
    facts = subject.observation
    if facts.host.platform != "windows" or not _uses_keyring(subject):
        return None
    if feature(facts.config, SECRETS_FEATURE):
        return None
    document = facts.keyring.document
    text = document.reveal() if document else _compact(facts.auth_file.data)
    if text is None:
        return None
    size = len(text.encode("utf-16-le", "surrogatepass"))
    if size <= _BLOB_LIMIT:
        return Finding("pass", f"the record takes {size} of the {_BLOB_LIMIT} bytes of an entry")
    return Finding(
        "warn",
        f"the record takes {size} bytes as UTF-16; a Windows keyring entry holds {_BLOB_LIMIT}",
        (f"store mode {subject.case.ladder.store_mode} at {_mode_where(subject)}",),
        "The whole record is stored as one entry. Saving a ChatGPT login fails with `password "
        "encoded as UTF-16 is longer than platform limit of 2560 chars`, after the browser said "
        "that the sign-in is complete.",
        _FILE_STORE,
        _mode_where(subject),
    )


def _compact(data: bytes | None) -> str | None:
    import json

    try:
        return json.dumps(json.loads(data), separators=(",", ":")) if data else None
    except (ValueError, RecursionError):
        return None


@check(
    "keyring.and_file",
    "STORE",
    "The keyring and auth.json both hold a record",
    source=_STORAGE,
    modes=(39,),
)
def _and_file(subject: Subject) -> Finding | None:
    facts, mode = subject.observation, subject.case.ladder.store_mode
    if facts.keyring.status != "present" or mode == "ephemeral":
        return None
    if not facts.auth_file.exists:
        if mode == "file":
            return Finding(
                status_unless_selected(subject),
                "the keyring holds a login, but store mode file reads auth.json only",
                (f"keyring entry {facts.keyring.account}",),
                "The store mode decides which place is read. A record in the other place stays "
                "there, and logging out in mode file does not remove it.",
                Fix('set cli_auth_credentials_store = "auto" in config.toml'),
                "config.toml",
            )
        return Finding("pass", "the keyring alone holds the login; there is no auth.json beside it")
    used, left = ("auth.json", "the keyring") if mode == "file" else ("the keyring", "auth.json")
    kept = _account(facts.keyring.document.reveal() if facts.keyring.document else None)
    on_disk = _account(facts.auth_file.data)
    same = "of the same account" if kept == on_disk else f"of {on_disk} against {kept}"
    return Finding(
        "warn",
        f"the keyring and auth.json both hold a record, {same}; {used} is read, {left} is not",
        (f"keyring: account {kept}", f"auth.json: account {on_disk}", f"store mode {mode}"),
        "In mode auto the keyring comes first and the file is used only when the entry is absent "
        "or fails. When that happens an old login comes back silently, and a copied auth.json has "
        "no effect.",
        Fix("log out, which clears both in this mode, and log in again", "codex logout"),
        "auth.json",
    )


def _account(data: bytes | str | None) -> str:
    from authtui.credentials.salvage import salvage

    fields = (salvage(data) if data is not None else None) or {}
    tokens = fields.get("tokens")
    if isinstance(tokens, Mapping):
        account = tokens.get("account_id")
        if isinstance(account, str) and account:
            return account
        token = tokens.get("id_token")
        found = auth_claims(token).get("chatgpt_account_id") if isinstance(token, Secret) else None
        if isinstance(found, str):
            return found
    key = fields.get("OPENAI_API_KEY")
    return f"key #{key.fingerprint}" if isinstance(key, Secret) and key else "no account"


@check(
    "keyring.orphaned",
    "STORE",
    "The keyring entry belongs to this home",
    source=f"{_STORAGE} (compute_store_key)",
    hints=(70,),
)
def _orphaned(subject: Subject) -> Finding | None:
    facts = subject.observation
    if not _uses_keyring(subject) or facts.home.error:
        return None
    home = facts.home.canonical or facts.home.path
    if facts.keyring.status == "present":
        return Finding("pass", f"entry {facts.keyring.account} is the one for {home}")
    if facts.keyring.status != "absent" or subject.start.credential is not None:
        return None
    return Finding(
        "unknown",
        f"no keyring entry {facts.keyring.account}, the one that belongs to {home}",
        (f"service {facts.keyring.service}", f"store mode at {_mode_where(subject)}"),
        "The entry's name is a hash of the home's real path. After the home was moved, renamed or "
        "mounted elsewhere the old entry is still in the keyring, under a name that no longer "
        "matches. Other entries cannot be listed from here.",
        LOGIN,
        _mode_where(subject),
    )


@check(
    "store.file_unread",
    "STORE",
    "auth.json is there, but the store mode does not read it",
    source=_STORAGE,
    modes=(39,),
)
def _file_unread(subject: Subject) -> Finding | None:
    mode, facts = subject.case.ladder.store_mode, subject.observation
    if not facts.auth_file.exists:
        return None
    if mode in ("file", "auto"):
        return Finding("pass", f"store mode {mode} reads auth.json")
    if facts.keyring.status == "present" and mode == "keyring":
        return None
    return Finding(
        status_unless_selected(subject),
        f"auth.json is there, but store mode {mode} at {_mode_where(subject)} never reads it",
        (f"auth.json: {facts.auth_file.size or 0} bytes",),
        "In mode keyring or ephemeral the file is not looked at; it stays on disk until the next "
        "login or logout. Copying a good auth.json there has no effect.",
        Fix('set cli_auth_credentials_store = "file", and look again'),
        _mode_where(subject),
    )


@check(
    "store.encrypted",
    "STORE",
    "The encrypted store can be opened",
    source="codex-rs/secrets",
    modes=(23,),
)
def _encrypted(subject: Subject) -> Finding | None:
    facts = subject.observation
    kept = facts.encrypted
    if not kept.file.exists:
        return None
    wanted = feature(facts.config, SECRETS_FEATURE)
    if not (wanted and _uses_keyring(subject)):
        return Finding(
            status_unless_selected(subject),
            "secrets/codex_auth.age is there, but the configuration does not use it",
            ("it needs a keyring store mode and features.secret_auth_storage = true",),
            "The encrypted store is read only with both settings. A login that was saved there is "
            "out of sight when one of them is removed.",
            Fix("set features.secret_auth_storage = true, or log in again", "codex login"),
            "secrets/codex_auth.age",
        )
    if kept.status == "present":
        return Finding("pass", "the encrypted store opens with the passphrase of the keyring")
    if kept.status in ("not-probed", "no-extra"):
        reason = "authtui's encrypted-store extra is not installed"
        why = "the passphrase was not asked for" if kept.status == "not-probed" else reason
        return Finding("unknown", f"the encrypted store was not opened: {why}")
    return Finding(
        hurt(subject),
        f"the encrypted store cannot be opened: {kept.detail or kept.status}",
        (f"passphrase entry {kept.passphrase_account}",),
        "Its passphrase is kept in the OS keyring under a name made from the home's path. Without "
        "that entry the file is of no use.",
        LOGIN,
        "secrets/codex_auth.age",
    )


@check(
    "home.location",
    "STORE",
    "Which home the credentials come from",
    source="codex-rs/utils/home-dir/src/lib.rs",
    modes=(27,),
)
def _location(subject: Subject) -> Finding:
    home = subject.observation.home
    shown = home.shown or home.path
    if home.error:
        return Finding(
            "fail",
            f"the home cannot be used: {home.error}",
            (f"chosen by {home.chosen_by}",),
            "Codex stops before it reads any login when CODEX_HOME is not a directory.",
            Fix("unset it, so that ~/.codex is used", "unset CODEX_HOME"),
            "CODEX_HOME",
        )
    moved = home.canonical and home.canonical != home.path
    evidence = [f"chosen by {home.chosen_by}"]
    if moved:
        evidence.append(f"real path {home.canonical}")
    nobody = subject.start.prediction.outcome == "not-logged-in"
    if home.chosen_by == "CODEX_HOME":
        return Finding(
            "warn" if nobody else "pass",
            f"credentials are read from {shown}, because CODEX_HOME says so",
            evidence,
            "Programs that do not have this variable, such as an editor started from the desktop, "
            "read ~/.codex instead. Each home has a login of its own.",
            Fix("to use ~/.codex", "unset CODEX_HOME") if nobody else None,
            "CODEX_HOME",
        )
    if not home.exists:
        return Finding(
            "warn" if nobody else "pass",
            f"{shown} does not exist yet",
            evidence,
            "Nothing was ever stored in this home. If you logged in before, it was as another user "
            "or with another CODEX_HOME.",
            LOGIN if nobody else None,
            shown,
        )
    return Finding("pass", f"credentials are read from {shown}", evidence)


@check("store.ephemeral", "STORE", "Nothing is stored at all", source=_STORAGE, modes=(41,))
def _ephemeral(subject: Subject) -> Finding | None:
    if subject.case.ladder.store_mode != "ephemeral":
        return None
    held = bool(fields_of(subject)) or subject.observation.keyring.status == "present"
    return Finding(
        status_unless_selected(subject),
        f"{_mode_where(subject)} keeps logins in memory only: each start begins without one",
        ("a record is on disk, but is not read",) if held else (),
        "In mode ephemeral a login lives as long as the process. `codex login` seems to work, and "
        "the next command is not logged in.",
        _FILE_STORE,
        _mode_where(subject),
    )
