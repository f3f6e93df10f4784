"""The rule behind each rung of the ladder, in words, and the source it was read in."""

from __future__ import annotations

from typing import Final

from authtui.record import NamedTuple

_MANAGER: Final = "codex-rs/login/src/auth/manager.rs (load_auth)"
_STORAGE: Final = "codex-rs/login/src/auth/storage.rs"


class LadderRule(NamedTuple):
    """What decides whether this rung is read, and when it wins; `source` is a file or a request."""

    words: str
    source: str


_RULES: Final = {
    "workload identity": LadderRule(
        "OPENAI_FEDERATION_RULE_ID or OPENAI_IDENTITY_TOKEN_FILE puts workload identity before "
        "everything else, and so do, from 0.171 on, OPENAI_IDENTITY_TOKEN_SOURCE, "
        "OPENAI_SPIFFE_AUDIENCE and OPENAI_SPIFFE_ID, even empty; with half of it the client "
        "stops.",
        "codex-rs/login/src/auth/workload_identity.rs",
    ),
    "CODEX_API_KEY": LadderRule(
        "Only `codex exec` reads it, and then it comes before every other credential but workload "
        "identity. The value is trimmed; a blank one counts as not set. From 0.147 on it is "
        "skipped where only ChatGPT logins are allowed.",
        _MANAGER,
    ),
    "CODEX_AGENT_IDENTITY": LadderRule(
        "The agent identity of the clients up to 0.128; from 0.129 on the variable is called "
        "CODEX_ACCESS_TOKEN. It comes before everything stored, and one that cannot be used still "
        "hides a good login.",
        f"{_MANAGER}; #18180, #18904, #21059",
    ),
    "CODEX_ACCESS_TOKEN": LadderRule(
        "Text that begins with at- is a personal access token, anything else is taken for an agent "
        "identity. It comes before everything stored, and one that cannot be used still hides a "
        "good login.",
        f"{_MANAGER}; codex-rs/login/src/auth/access_token.rs; #21059",
    ),
    "agent identity variable": LadderRule(
        "Clients before 0.128 read no agent identity from the environment.", f"{_MANAGER}; #18904"
    ),
    "in-memory store": LadderRule(
        "Tokens that a host program hands over live in the memory of one process and come before "
        "what is stored; no other program can see them.",
        f"{_MANAGER}; {_STORAGE}",
    ),
    "auth.json": LadderRule(
        "Read where cli_auth_credentials_store is file (the default), or auto and the keyring "
        "has nothing or fails. auth_mode decides which credential in it is used; without it the "
        "first kind that is there.",
        f"{_STORAGE}; codex-rs/login/src/auth/manager.rs",
    ),
    "keyring": LadderRule(
        "Read where cli_auth_credentials_store is keyring or auto; an entry hides auth.json "
        "completely. With keyring, an error is the end; with auto, auth.json is tried.",
        _STORAGE,
    ),
    "encrypted store": LadderRule(
        "Takes the keyring's place where features.secret_auth_storage is on; its passphrase is "
        "kept in the keyring.",
        f"codex-rs/secrets; {_STORAGE}",
    ),
    "OPENAI_API_KEY": LadderRule(
        "No client uses it as a credential: it is offered at the sign-in menu, counted by "
        "`codex doctor`, and read only where a provider names it as env_key.",
        f"{_MANAGER}; codex-rs/cli/src/doctor.rs",
    ),
}
_PROVIDER: Final = LadderRule(
    "A provider's own key takes precedence over the login for model requests: env_key first, then "
    "experimental_bearer_token, then the auth command; without any of them the login is sent where "
    "requires_openai_auth is true (up to 0.147 also where it is not).",
    "codex-rs/model-provider/src/auth.rs; codex-rs/model-provider-info",
)


def rule_of(rung: str) -> LadderRule:
    """The rule of a rung by the name it is listed under."""
    return _RULES.get(rung, _PROVIDER)
