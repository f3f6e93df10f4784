"""Phrases that verdicts and lamps share: how a credential, a host, a fix is called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authtui.answers.findings import Fix
from authtui.checks.subject import account_words, label_of
from authtui.configuration.config import holds_a_key, is_variable_name
from authtui.simulation.selection import CHATGPT_MODES
from authtui.simulation.urls import host_and_port

if TYPE_CHECKING:
    from authtui.answers.findings import PlannedRequest
    from authtui.simulation.selection import Credential

CLIENT_IS_RIGHT: Final = "The client says what is true."
"""How a sentence begins where the client's own message names the cause."""
NOT_ANSWERED_YET = "Whether the server accepts it is not known until it has answered."
DROPPED_SILENTLY = (
    " Codex silently drops it and sends no credential; the 401 that follows does not name the "
    "cause."
)


def article(words: str) -> str:
    """`a` or `an`, as the words are spoken."""
    return "an" if words[:1].lower() in "aeiou" else "a"


def describe(credential: Credential, *, short: bool = False) -> str:
    """`ChatGPT login of acct-1`; in short without the account."""
    label = label_of(credential)
    if credential.mode == "chatgpt_auth_tokens":
        label = "ChatGPT login"
    account = credential.policy_account or credential.account_id
    if account and not short and credential.mode in (*CHATGPT_MODES, "agent_identity"):
        return f"{label} of {account_words(account)}"
    return label


def clause(text: str) -> str:
    """A text of the client or a server inside a sentence: its first line, without its full stop."""
    return text.strip().partition("\n")[0].rstrip().removesuffix(".")


def fault_words(fault: str) -> str:
    """A failing answer, as it was assumed: `401`, or `401: token expired` where it has a body."""
    status, _, body = fault.partition(":")
    return f"{status}: {clause(body)}" if body.strip() else status


def name_words(name: str) -> str:
    """A name as it stands, in quotes where blanks would hide what it is."""
    return name if name and name == name.strip() else f"{name!r}"


def variable_fix(name: str, where: str) -> Fix:
    """How the variable that an `env_key` names is given, or that it is none."""
    if holds_a_key(name):
        return Fix(f"put the key into a variable, and that variable's name at {where}")
    if not is_variable_name(name):
        return Fix(f"name a variable at {where}, or remove the line")
    return Fix("set it in this shell", f"export {name}=…")


def method_name(name: str) -> str:
    """The value of `forced_login_method` in words."""
    return {"api": "API key", "chatgpt": "ChatGPT"}.get(name, name)


def at_home(host: str, chatgpt_base_url: object) -> bool:
    """Whether a ChatGPT login belongs there: ChatGPT itself, or a deployment configured whole.

    Where `chatgpt_base_url` names the same host as the model requests, everything goes to one
    place on purpose; nothing went astray.
    """
    if isinstance(chatgpt_base_url, str) and host == host_and_port(chatgpt_base_url):
        return True
    return host == "chatgpt.com" or host.endswith(".chatgpt.com")


def goes_to(request: PlannedRequest | None) -> str:
    """` and goes to api.openai.com as Bearer`; empty when nothing is attached."""
    if request is None or request.authorization is None:
        return ""
    own = request.authorization == "other"
    how = "in a header of the provider's" if own else f"as {request.authorization}"
    return f" and goes to {host_and_port(request.base_url)} {how}"


def login_for(required: str, rule: str) -> Fix:
    """The log-in that a restriction asks for."""
    if rule == "forced_chatgpt_workspace_id":
        return Fix(f"log in and choose workspace {required}", "codex login")
    if required == "api":
        return Fix("log in with an API key", "printenv OPENAI_API_KEY | codex login --with-api-key")
    return Fix("log in with ChatGPT", "codex login")
