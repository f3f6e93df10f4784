"""Whose login lies in a home or in a copy beside it, and how it stands there. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.assessment.assess import assess
from authtui.assessment.generations import choose_contract
from authtui.assessment.who import person_of
from authtui.checks.subject import kind_of
from authtui.machine.variable_lines import mark_of
from authtui.record import NamedTuple
from authtui.simulation.ladder import judge_ladder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from authtui.answers.findings import Outcome, Person
    from authtui.assessment.options import Options
    from authtui.machine.observation import LoginCopy, Observation


class HomeAccount(NamedTuple):
    """The login that is stored in one place.

    `kind` is None where none is stored. `token_marks` are digests of its refresh tokens, to tell
    that two places hold the same one: they never leave this process. `holder` is who keeps the
    place, None for a home of the client. `profiles` have each a name and the headline that the
    client comes to with it.
    """

    path: str
    outcome: Outcome
    headline: str
    kind: str | None = None
    who: Person | None = None
    token_marks: tuple[bytes, ...] = ()
    running: tuple[int, ...] = ()
    holder: str | None = None
    last_refresh: datetime | None = None
    profiles: tuple[tuple[str, str], ...] = ()


def account_of(observation: Observation, options: Options) -> HomeAccount:
    """Judge a home, and name whose login is stored in it."""
    made = assess(observation, options)
    row = HomeAccount(observation.home.shown, made.verdict.outcome, made.verdict.headline)
    contract = choose_contract(observation, options.contract)[0]
    stored = judge_ladder(observation, contract, options.assumptions).store.credential
    if stored is None:
        return row
    document = stored.document
    tokens = document.tokens if document is not None else None
    refresh = tokens.refresh_token.reveal() if tokens is not None else ""
    return row._replace(
        kind=kind_of(stored),
        who=person_of(stored),
        token_marks=(mark_of(refresh),) if refresh else (),
        last_refresh=document.last_refresh if document is not None else None,
    )


def account_of_copy(copy: LoginCopy, as_home: Observation, options: Options) -> HomeAccount:
    """Judge a copy as if it lay in a home of its own.

    Args:
        copy: The copy as it was found.
        as_home: An observation in which its content stands for auth.json.
        options: What to judge for.
    """
    row = account_of(as_home, options)
    many = len(copy.marks)
    if not row.token_marks and many:
        words = "a login of another form" if many == 1 else f"{many} logins of another form"
        row = row._replace(kind=words, headline=f"{copy.holder} keeps {words} here")
    return row._replace(path=copy.shown, holder=copy.holder, token_marks=copy.marks)


def same_refresh_token(rows: Sequence[HomeAccount]) -> dict[str, tuple[str, ...]]:
    """For each place, the others that hold the same refresh token: it works only once."""
    return {
        row.path: tuple(
            other.path
            for other in rows
            if other is not row and set(other.token_marks).intersection(row.token_marks)
        )
        for row in rows
    }
