"""Files, owners and modes: what the system lets the client do with its records (FILE)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.answers.findings import Fix
from authtui.checks.registry import Finding, check
from authtui.checks.subject import chatgpt_login, give_back, hurt, quoted_path, set_aside
from authtui.credentials.obstacles import obstacle_to_refresh
from authtui.simulation.refreshing import is_stale, newer_tokens

if TYPE_CHECKING:
    from authtui.checks.registry import Subject

_STORAGE = "codex-rs/login/src/auth/storage.rs"


def _shown_mode(mode: int | None) -> str:
    return f"mode {mode:04o}" if mode is not None else "mode unknown"


@check("file.mode", "FILE", "Only you may read auth.json", source=_STORAGE, modes=(53,))
def _mode(subject: Subject) -> Finding | None:
    facts = subject.observation.auth_file
    if facts.mode is None or facts.kind not in ("file", "unreadable", "too-large"):
        return None
    if subject.observation.host.platform == "windows":
        return None
    if not facts.mode & 0o077:
        return Finding("pass", f"auth.json has mode {facts.mode:04o}: nobody else may read it")
    who = "everybody" if facts.mode & 0o007 else "your group"
    may = "write" if facts.mode & 0o022 else "read"
    return Finding(
        "warn",
        f"auth.json has mode {facts.mode:04o}: {who} may {may} it; the client creates it as 0600",
        (facts.path,),
        "The file holds tokens that act in your name. Codex sets 0600 only when it creates the "
        "file; one that was copied or written by another program keeps its mode for ever.",
        Fix("make it yours alone", f"chmod 600 {quoted_path(facts.path)}"),
        "auth.json",
    )


@check("file.owner", "FILE", "auth.json belongs to you", source=_STORAGE, modes=(53,))
def _owner(subject: Subject) -> Finding | None:
    facts = subject.observation.auth_file
    if facts.owned_by_me is None or not facts.exists:
        return None
    if facts.owned_by_me:
        return Finding("pass", "auth.json belongs to the user who runs this")
    owner = facts.owner or f"uid {facts.uid}"
    me = subject.observation.host.user or "you"
    return Finding(
        hurt(subject),
        f"auth.json belongs to {owner}, and this runs as {me}",
        (facts.path, _shown_mode(facts.mode)),
        "This happens after `sudo codex` or from a container that runs as another user. Reading "
        "may still work, but a refreshed token cannot be written back, or the login is lost.",
        give_back(subject.observation, quoted_path(facts.path)),
        "auth.json",
    )


@check("file.readable", "FILE", "auth.json can be opened", source=_STORAGE, modes=(24, 53))
def _readable(subject: Subject) -> Finding | None:
    facts = subject.observation.auth_file
    if facts.kind in ("absent", "dangling-link"):
        return None
    if facts.kind == "file":
        if not facts.size:
            return None
        return Finding("pass", f"auth.json is a file of {facts.size} bytes and can be opened")
    words = {
        "directory": "a directory stands where auth.json should be",
        "fifo": "a named pipe stands where auth.json should be; the client would wait for ever",
        "socket": "a socket stands where auth.json should be",
        "device": "a device stands where auth.json should be",
        "too-large": f"auth.json is {facts.size} bytes long: no credential record",
    }.get(facts.kind, f"auth.json cannot be opened: {facts.error or 'no reason given'}")
    quoted = quoted_path(facts.path)
    fix = set_aside(facts.path)
    if facts.kind == "unreadable":
        fix = give_back(subject.observation, quoted)
    return Finding(
        hurt(subject),
        words,
        (facts.path, _shown_mode(facts.mode)),
        "Depending on its version, Codex takes an unreadable file for an error or for no login at "
        "all. The login in it may be perfectly good.",
        fix,
        "auth.json",
    )


@check("file.empty", "FILE", "auth.json is not empty", source=_STORAGE, modes=(24, 28))
def _empty(subject: Subject) -> Finding | None:
    facts = subject.observation.auth_file
    if facts.kind != "file" or facts.data is None or facts.data.strip(b" \t\r\n\0"):
        return None
    return Finding(
        hurt(subject),
        f"auth.json is there, but empty ({facts.size or 0} bytes)",
        (facts.path, f"last written {facts.modified:%Y-%m-%d %H:%M}Z" if facts.modified else ""),
        "The client truncates the file before it writes, so a full disk or a crash leaves it "
        "empty; account switchers and sync tools do the same. What was in it is gone.",
        set_aside(facts.path),
        "auth.json",
    )


@check(
    "file.read_only", "FILE", "Refreshed tokens can be written back", source=_STORAGE, modes=(41,)
)
def _read_only(subject: Subject) -> Finding | None:
    facts, credential = subject.observation, subject.store.credential
    if chatgpt_login(subject) is None or credential is None:
        return None
    rescues = newer_tokens(subject.case, credential)
    if rescues:
        return Finding(
            "warn",
            "refreshed tokens that could not be stored are kept in a rescue file",
            rescues,
            f"The refresh token in {credential.source} is used up; the one that works is in that "
            "file.",
            Fix("put them in place", "authtui run restore --live"),
            credential.source,
        )
    if subject.store.name != "auth.json":
        return None
    rules = subject.contract.store
    obstacle = obstacle_to_refresh(facts, rules)
    if obstacle is None:
        return Finding("pass", "auth.json can be written, so a refreshed token is kept")
    stale = is_stale(credential, subject.contract, facts.at)
    soon = "this happens when the access token expires"
    if stale:
        soon = "the access token has expired, so this happens at the next start"
    return Finding(
        "warn",
        f"a refreshed token cannot be kept here and would be lost: of auth.json, {obstacle.reason}",
        (
            "this client replaces the file" if rules.replaces else "this client writes in place",
            soon,
        ),
        "A refresh token works once. Codex trades it for a new one and must write that down; where "
        "it cannot, the new one is lost, and the next start says that the refresh token was "
        "already used.",
        Fix(obstacle.advice, obstacle.command),
        "auth.json",
    )


@check("file.link", "FILE", "auth.json is the file itself", source=_STORAGE, modes=(27, 41))
def _link(subject: Subject) -> Finding | None:
    facts = subject.observation.auth_file
    if facts.kind == "dangling-link":
        return Finding(
            hurt(subject),
            f"auth.json is a link to {facts.link_target}, which does not exist",
            (facts.path,),
            "A link that leads nowhere is not a login. It stays behind when the volume or the home "
            "it points to is not mounted.",
            Fix("remove the link and log in", f"rm {quoted_path(facts.path)} && codex login"),
            "auth.json",
        )
    if facts.link_target is None:
        return None
    return Finding(
        "pass",
        f"auth.json is a link to {facts.link_target}; logging out would remove the link only",
        why="Codex reads and writes through the link. `codex logout` deletes the link, and the "
        "tokens stay in the file behind it.",
        where="auth.json",
    )


@check("home.mode", "FILE", "Only you may write to the home", source=_STORAGE, modes=(53,))
def _home_mode(subject: Subject) -> Finding | None:
    home = subject.observation.home
    if home.mode is None or subject.observation.host.platform == "windows":
        return None
    shown = home.shown or home.path
    if not home.mode & 0o022:
        return Finding("pass", f"{shown} has mode {home.mode:04o}: only you may write there")
    who = "everybody" if home.mode & 0o002 else "your group"
    return Finding(
        "warn",
        f"{shown} has mode {home.mode:04o}: {who} may replace the files in it",
        (home.canonical or home.path,),
        "Anyone who may write to the directory can put another auth.json or config.toml there and "
        "so choose whose login you use and where your requests go.",
        Fix("keep the home to yourself", f"chmod 700 {quoted_path(home.path)}"),
        shown,
    )


@check("home.writable", "FILE", "The home can be written", source=_STORAGE, modes=(41, 53))
def _home_writable(subject: Subject) -> Finding | None:
    home = subject.observation.home
    if not home.exists or home.writable is None or home.error:
        return None
    shown = home.shown or home.path
    if home.writable:
        return Finding("pass", f"{shown} can be written, so `codex login` can store a login")
    return Finding(
        "warn",
        f"{shown} cannot be written by this user: `codex login` cannot store a login",
        (_shown_mode(home.mode),),
        "The sign-in in the browser would succeed and then be lost. A read-only mount and a home "
        "that `sudo codex` created both look like this.",
        Fix("take the directory back", f'sudo chown -R "$(id -un)" {quoted_path(home.path)}'),
        shown,
    )
