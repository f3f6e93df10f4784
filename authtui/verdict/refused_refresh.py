"""Why a refresh was refused, in words of its own for each reason that the service gives. Pure.

Only `refresh_token_reused` says that a token was used before; no other refusal is taken for that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from authtui.answers.findings import Fix
from authtui.checks.phrases import CLIENT_IS_RIGHT
from authtui.checks.subject import LOGIN, quoted_path
from authtui.credentials.marks import mark_of
from authtui.simulation.refreshing import KNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from authtui.answers.findings import Verdict
    from authtui.exchanges.evidence import TokenRotation
    from authtui.machine.observation import Observation

_REUSED: Final = "refresh_token_reused"
_WORDS: Final = {
    _REUSED: (
        "The refresh token was already used",
        (
            "was used before. Nobody was seen to use it here: another copy of this login did, or "
            "an earlier run that could not store what it got."
        ),
    ),
    "refresh_token_invalidated": (
        "The refresh token was revoked on the server",
        (
            "was revoked there: by a logout, a new password, or an administrator. No file of this "
            "machine is at fault, and only a new login helps."
        ),
    ),
    "refresh_token_expired": (
        "The refresh token has expired on the server",
        "has expired: it was not used for too long. Only a new login helps.",
    ),
    "invalid_grant": (
        "The server no longer accepts the refresh token",
        "is no longer good (`invalid_grant`); it does not say whether it expired or was revoked.",
    ),
}


class RefusedRefresh(NamedTuple):
    """What a refused refresh comes to, ready for a verdict."""

    headline: str
    sentence: str
    culprit: str | None
    fix: tuple[Fix, ...]
    client_message: str | None = None

    def on(self, verdict: Verdict, said: str | None) -> Verdict:
        """The verdict with it; `said` is what the client was seen to print, if anything."""
        right = self.client_message
        sentence = self.sentence
        if right is not None and right in (said or right):
            sentence = f"{CLIENT_IS_RIGHT} {sentence}"
        return verdict._replace(
            outcome="degraded",
            kind="record-not-what-it-seems",
            headline=self.headline,
            sentence=sentence,
            culprit=self.culprit,
            client_message=said or right,
            fix=self.fix,
        )


def standing_refusal(rotations: Iterable[TokenRotation]) -> TokenRotation | None:
    """The first refused refresh since the last one that was accepted."""
    found = None
    for seen in rotations:
        if seen.accepted:
            found = None
        elif found is None:
            found = seen
    return found


def refusal_of_refresh(
    refused: TokenRotation, rotations: tuple[TokenRotation, ...], observation: Observation | None
) -> RefusedRefresh:
    """Why a refresh was refused; `rotations` are those that were seen, of every program."""
    place = "auth.json"
    if refused.old is None:
        return RefusedRefresh(
            "There is no refresh token to refresh this login with",
            f"{refused.by} sent a refresh without a token, since the stored one is empty, and the "
            "server refused it. Once the access token has expired nothing can replace it.",
            place,
            (LOGIN,),
        )
    known = _seen_use(refused, rotations, observation)
    if known is not None and refused.code in (None, "", _REUSED):
        return known
    code = f" (`{refused.code}`)" if refused.code else ""
    other = f"is refused{code}; it does not say that it was used before."
    headline, why = _WORDS.get(
        refused.code or "", ("The server refused to refresh this login", other)
    )
    return RefusedRefresh(
        headline,
        f"The server says that the refresh token {refused.old}, which {refused.by} sent, {why}",
        place,
        (LOGIN,),
        KNOWN.get(refused.code or ""),
    )


def _seen_use(
    refused: TokenRotation, rotations: tuple[TokenRotation, ...], observation: Observation | None
) -> RefusedRefresh | None:
    """Where it was seen who used the token first, what that means for the stored one."""
    stored = mark_of(observation, "auth.json", "tokens.refresh_token") if observation else None
    first = next((r for r in rotations if r.accepted and r.old == refused.old), None)
    if first is None or stored is None:
        return None
    if stored == first.new and first.by != refused.by:
        return RefusedRefresh(
            f"auth.json is newer than {refused.by}: nothing is lost",
            f"Nobody needs to log in. At {first.at:%H:%M:%S} {first.by} exchanged the refresh "
            f"token {first.old} for {first.new} and stored it. At {refused.at:%H:%M:%S} "
            f"{refused.by} still sent {refused.old}; a refresh token works only once. auth.json "
            f"holds {stored}, which is good.",
            refused.by,
            (Fix(f"restart {refused.by}; it then reads the new token", None),),
        )
    if stored == refused.old:
        return RefusedRefresh(
            "auth.json still holds the refresh token that is used up",
            f"At {first.at:%H:%M:%S} {first.by} exchanged the refresh token {first.old} for "
            f"{first.new or 'another'}, but the new one was never stored: auth.json still holds "
            f"{stored}. Every further refresh is refused.",
            "auth.json",
            (*_ways_to_write(observation), Fix("then log in once more", "codex login")),
        )
    return None


def _ways_to_write(observation: Observation | None) -> tuple[Fix, ...]:
    if observation is None or observation.auth_file.writable is not False:
        return ()
    path = quoted_path(observation.home.path)
    return (Fix("make the home writable: mount it read-write", f"chmod -R u+w {path}"),)
