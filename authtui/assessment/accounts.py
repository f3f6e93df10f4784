"""Whose login lies in a home, and how it stands there. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.assessment.assess import assess
from authtui.assessment.generations import choose_contract
from authtui.assessment.who import person_of
from authtui.checks.subject import kind_of
from authtui.digests import sha256
from authtui.record import NamedTuple
from authtui.simulation.ladder import judge_ladder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authtui.answers.findings import Outcome, Person
    from authtui.assessment.options import Options
    from authtui.machine.observation import Observation


class HomeAccount(NamedTuple):
    """The login that is stored in one home.

    `kind` is None where none is stored; `token_mark` is a digest of the refresh token, to tell that
    two homes hold the same one: it never leaves this process.
    """

    path: str
    outcome: Outcome
    headline: str
    kind: str | None = None
    who: Person | None = None
    token_mark: bytes | None = None
    running: tuple[int, ...] = ()


def account_of(observation: Observation, options: Options) -> HomeAccount:
    """Judge a home, and name whose login is stored in it."""
    made = assess(observation, options)
    row = HomeAccount(observation.home.shown, made.verdict.outcome, made.verdict.headline)
    contract = choose_contract(observation, options.contract)[0]
    stored = judge_ladder(observation, contract, options.assumptions).store.credential
    if stored is None:
        return row
    row = row._replace(kind=kind_of(stored), who=person_of(stored))
    tokens = stored.document.tokens if stored.document is not None else None
    refresh = tokens.refresh_token.reveal() if tokens is not None else ""
    return row._replace(token_mark=sha256(refresh.encode()).digest() if refresh else None)


def same_refresh_token(rows: Sequence[HomeAccount]) -> dict[str, tuple[str, ...]]:
    """For each home, the other homes that hold the same refresh token: it works only once."""
    return {
        row.path: tuple(
            other.path
            for other in rows
            if other is not row and row.token_mark and other.token_mark == row.token_mark
        )
        for row in rows
    }
