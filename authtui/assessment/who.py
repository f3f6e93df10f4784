"""Whose login it is: the person, the workspace, the plan and how long it lasts. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from authtui.answers.findings import Person
from authtui.checks.subject import ago
from authtui.redaction import mask_email, safe_text
from authtui.tokens.claims import AUTH, plan_of
from authtui.tokens.jwt import decode, exp_of

if TYPE_CHECKING:
    from authtui.simulation.selection import Credential

_LONGEST_ID: Final = 24
_LONGEST: Final = 80
"""Characters of a title, a plan or an address that are shown."""


def person_of(credential: Credential) -> Person:
    """Name whose a credential is, by what stands in it; an API key names nobody."""
    person = Person(
        account_id=credential.policy_account or credential.account_id,
        user_id=credential.user_id,
        plan=plan_of(credential.plan).shown if credential.plan else None,
        place=credential.source,
        email=credential.record.email if credential.record is not None else None,
    )
    tokens = credential.document.tokens if credential.document is not None else None
    if tokens is None or credential.mode not in ("chatgpt", "chatgpt_auth_tokens"):
        return person
    id_token = tokens.id_token.reveal()
    return person._replace(
        email=tokens.id_claims.email,
        account_id=credential.account_id or tokens.id_claims.account_id,
        user_id=tokens.id_claims.user_id,
        workspace=_title(id_token),
        expires_at=_moment(exp_of(tokens.access_token.reveal())),
    )


def _title(id_token: str) -> str | None:
    """Give the title of the default organisation that an id token names."""
    auth = (decode(id_token).claims or {}).get(AUTH)
    listed = auth.get("organizations") if isinstance(auth, dict) else None
    found = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    found.sort(key=lambda one: one.get("is_default") is not True)
    title = found[0].get("title") if found else None
    return title if isinstance(title, str) and title.strip() else None


def _moment(seconds: int | None) -> datetime | None:
    if seconds is None:
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def person_words(person: Person, now: datetime, *, masked: bool) -> str:
    """Tell in a line whose login it is and how long it lasts; empty where nobody is named.

    Args:
        person: Whose login it is.
        now: The moment from which the life of the access token is told, aware.
        masked: Whether an e-mail address is to be made unreadable.
    """
    email = safe_text(person.email, _LONGEST) if person.email else None
    if not masked and person.email and email == mask_email(person.email):
        email = person.email  # an address, and nothing else that must not be shown
    account = f"account {shortened(safe_text(person.account_id))}" if person.account_id else None
    told = [safe_text(part, _LONGEST) for part in (person.workspace, person.plan) if part]
    named = [part for part in (email, *told, account) if part]
    if not named:
        return ""
    if person.expires_at is not None:
        over = person.expires_at <= now
        span = ago((person.expires_at - now).total_seconds())
        named.append(f"access token {f'expired {span} ago' if over else f'lasts {span}'}")
    return f"{' · '.join(named)} ({safe_text(person.place, _LONGEST)})"


def shortened(name: str) -> str:
    """Cut an id in its middle: what differs stands at its ends."""
    return name if len(name) <= _LONGEST_ID else f"{name[:10]}…{name[-10:]}"
