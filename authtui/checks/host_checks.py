"""The kind of place this runs in, and what goes wrong there (HOST)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.answers.findings import Fix
from authtui.checks.registry import Finding, check
from authtui.checks.subject import stored
from authtui.credentials.environment import CREDENTIAL_VARIABLES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from authtui.answers.findings import CheckStatus
    from authtui.checks.registry import Subject

_SOURCE = "codex-rs/login/src/server.rs (callback on localhost:1455)"
_KEYS = (*CREDENTIAL_VARIABLES, "OPENAI_API_KEY")
_DEVICE = Fix("log in with a device code", "codex login --device-auth")


def _hint(subject: Subject) -> CheckStatus:
    """`warn` for somebody who still has to log in here."""
    return "warn" if subject.start.prediction.outcome == "not-logged-in" else "pass"


@check("host.wsl", "HOST", "Signing in from WSL", source=_SOURCE, hints=(3,))
def _wsl(subject: Subject) -> Finding | None:
    if "WSL" not in subject.observation.host.marks:
        return None
    return Finding(
        _hint(subject),
        "this is WSL: the browser is on Windows, the sign-in listener is here in Linux",
        ("the callback goes to localhost:1455",),
        "Windows and WSL have a localhost each. The browser's answer may not reach the waiting "
        "`codex login`, and a login made on Windows is stored in another home.",
        _DEVICE,
        "WSL",
    )


def _ways(subject: Subject, marks: Sequence[str]) -> Iterator[str]:
    """The ways to log in where no browser is, the one that needs least first."""
    environment = subject.observation.environment
    if environment.trimmed("OPENAI_API_KEY"):
        yield "the key is here: printenv OPENAI_API_KEY | codex login --with-api-key"
    agent = subject.contract.agent_variable
    if agent is not None and environment.trimmed(agent):
        yield f"{agent} is here, and needs no login"
    yield "a code that is typed in any browser: codex login --device-auth"
    if "SSH" in marks:
        yield "or forward the port from where the browser is: ssh -L 1455:localhost:1455 HOST"
    if agent is not None:
        yield f"or hand an access token to the program: {agent}"


@check("host.remote", "HOST", "Signing in from a remote machine", source=_SOURCE, hints=(8,))
def _remote(subject: Subject) -> Finding | None:
    marks = [m for m in subject.observation.host.marks if m in ("SSH", "container", "cloud IDE")]
    if not marks:
        return None
    return Finding(
        _hint(subject),
        f"this machine is reached through {', '.join(marks)}: a browser elsewhere cannot call back "
        "to its localhost:1455",
        (f"marks: {', '.join(marks)}", *_ways(subject, marks)),
        "`codex login` waits on this machine, and the browser calls localhost on yours. The page "
        "then says connection refused, although the sign-in itself was right.",
        Fix(
            "use a device code (or forward the port with ssh -L 1455:localhost:1455)",
            _DEVICE.command,
        ),
        marks[0],
    )


@check(
    "host.sandbox",
    "HOST",
    "Running inside the client's sandbox",
    source="codex-rs/sandboxing",
    modes=(14,),
)
def _sandbox(subject: Subject) -> Finding | None:
    facts = subject.observation
    if "sandbox" not in facts.host.marks:
        return None
    closed = facts.environment.get("CODEX_SANDBOX_NETWORK_DISABLED") is not None
    return Finding(
        "warn",
        "this runs inside Codex's sandbox: the keyring"
        + (" and the network are" if closed else " is")
        + " out of reach here, not broken",
        (f"keyring: {facts.keyring.status}",),
        "A command that Codex runs for you does not see what your shell sees. A tool in it that "
        "calls a token invalid may only be unable to read it.",
        Fix("look again from a shell of your own", "authtui check"),
        "CODEX_SANDBOX",
    )


@check("host.ci", "HOST", "A CI job has a login", source="codex-rs/exec/src/lib.rs", modes=(33,))
def _ci(subject: Subject) -> Finding | None:
    if "CI" not in subject.observation.host.marks:
        return None
    run = subject.starts["exec"].prediction
    if run.outcome == "ready":
        return Finding("pass", f"this is a CI job, and `codex exec` has a login ({run.mode})")
    blank = [
        name
        for name in _KEYS
        if (found := subject.observation.environment.get(name)) is not None and not found.value
    ]
    return Finding(
        "fail" if subject.surface == "exec" else "warn",
        f"this is a CI job, and `codex exec` has no usable login ({run.outcome})",
        tuple(f"{name} is set, but empty" for name in blank),
        "A secret that the job may not read arrives as an empty variable, and OPENAI_API_KEY is "
        "not read at all. The job then ends in a 401, or without any result.",
        Fix("hand the key to this one command", 'CODEX_API_KEY="$OPENAI_API_KEY" codex exec …'),
        "environment",
    )


@check(
    "host.sudo",
    "HOST",
    "Running as another user",
    source="codex-rs/utils/home-dir/src/lib.rs",
    modes=(27, 53),
)
def _sudo(subject: Subject) -> Finding | None:
    facts = subject.observation
    if "sudo" not in facts.host.marks:
        return None
    home = facts.home.shown or facts.home.path
    return Finding(
        "warn",
        f"this runs through sudo as {facts.host.user or 'another user'}, with the home {home}",
        (),
        "Another user has another home and another login, and what it writes into yours belongs to "
        "it, so that you cannot read your own login afterwards.",
        Fix("run Codex as yourself, without sudo", "authtui check"),
        "sudo",
    )


@check(
    "host.multiplexer",
    "HOST",
    "The terminal may be older than your profile",
    source="tmux, screen",
    hints=(21,),
)
def _multiplexer(subject: Subject) -> Finding | None:
    facts = subject.observation
    if "multiplexer" not in facts.host.marks:
        return None
    held = [
        name
        for name in _KEYS
        if facts.environment.get(name) is not None
        and facts.environment.variables[name].origin == "environment"
    ]
    if not held:
        return None
    behind = " and hides a stored login" if stored(subject) else ""
    return Finding(
        "pass",
        f"{held[0]} comes from the environment of a terminal multiplexer{behind}; it may be older "
        "than your profile",
        tuple(f"set: {name}" for name in held),
        "tmux and screen keep the environment they were started with. After a change to the "
        "profile new windows still have the old value.",
        Fix(
            "compare with a fresh login shell",
            f"env -i HOME=\"$HOME\" bash -lc 'printenv {held[0]} | wc -c'",
        ),
        "environment",
    )
