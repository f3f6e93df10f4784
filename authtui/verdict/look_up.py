"""What an answer to the workspace look-up means: assumed, or seen on the wire. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from authtui.answers.findings import Fix
from authtui.checks.subject import LOGIN

if TYPE_CHECKING:
    from authtui.answers.findings import Kind
    from authtui.exchanges.records import RequestRecord


class LookUpWords(NamedTuple):
    """The parts of a verdict that depend on the answer."""

    kind: Kind
    headline: str
    sentence: str
    culprit: str | None
    fixes: tuple[Fix, ...]


def look_up_words(fault: str, name: str) -> LookUpWords:
    """The words for a fault of the look-up, by its name among the assumptions.

    Args:
        fault: A status, or the name of a fault: `duplicate`, `other-workspace`, `not-json`.
        name: The source of the login that was looked up.
    """
    newest = "Only clients that look the workspace up stop here; older ones go on."
    if fault == "duplicate":
        return LookUpWords(
            "answer-not-from-auth-server",
            "ChatGPT lists the workspace of this login twice",
            f"The look-up of workspaces names the account of {name} more than once, and Codex does "
            f"not choose between them. Nothing on this machine is at fault. {newest}",
            None,
            (
                Fix("log in and choose another workspace", "codex login"),
                Fix("or use an older client, and report it to OpenAI: the list is made there"),
            ),
        )
    if fault == "other-workspace":
        return LookUpWords(
            "record-not-what-it-seems",
            "The workspace of this login is not among those of the account",
            f"The look-up of workspaces answered, and the account that {name} names is not in the "
            "list: the user left the workspace, it was deleted, or the record was put together "
            f"from two logins. {newest}",
            f"{name}: tokens.account_id",
            (Fix("log in again, and choose a workspace that is there", "codex login"),),
        )
    if fault.startswith("401"):
        return LookUpWords(
            "record-not-what-it-seems",
            "The server refuses this login at the workspace look-up",
            f"ChatGPT answers the look-up of workspaces with 401: it does not accept the token of "
            f"{name}. No model request is made.",
            name,
            (LOGIN,),
        )
    if fault.startswith("403"):
        return LookUpWords(
            "answer-not-from-auth-server",
            "The workspace look-up is forbidden: 403",
            f"Something answers the look-up of workspaces with 403: a rule of the workspace, a "
            f"region, or a challenge in front of ChatGPT. The token of {name} was not judged.",
            None,
            (
                Fix("open chatgpt.com in a browser on this network, and see what it says"),
                Fix("ask who manages the workspace whether Codex is allowed in it"),
            ),
        )
    if fault in ("not-json", "no-origin"):
        return LookUpWords(
            "answer-not-from-auth-server",
            "Something else than ChatGPT answers the workspace look-up",
            "The look-up of workspaces was answered with something that is no list of workspaces, "
            "such as the page of a portal or of a proxy. The login was not judged.",
            None,
            (Fix("look at what answers chatgpt.com here: a portal, a proxy, a gateway"),),
        )
    return LookUpWords(
        "answer-not-from-auth-server",
        "The workspace look-up fails before any model request",
        "The login itself is not at fault: accounts/check did not answer as expected.",
        None,
        (Fix("check the network path to chatgpt.com: proxy, certificates, DNS"),),
    )


def seen_fault(record: RequestRecord) -> str:
    """The fault that an answered or failed look-up shows, by the same names."""
    if record.status is None:
        return "unreachable"
    if record.status < 300:
        return "duplicate" if "listed twice" in record.meaning else "other-workspace"
    return str(record.status)
