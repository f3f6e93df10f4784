"""The answer of `authtui check` as plain text: no colour, one fact a line, fit to be read aloud."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final

from authtui.answers.findings import CHECK_MARKS, LIGHT_MARKS, OUTCOME_GLYPHS, lamp_word, marked_as
from authtui.assessment.who import person_words
from authtui.redaction import redacted_lines, safe_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

    from authtui.answers.findings import Assessment, Fix
    from authtui.machine.observation import Observation

_WIDTH: Final = 88


def write_text(
    assessment: Assessment, observation: Observation, out: TextIO, *, masked: bool = True
) -> None:
    """Write everything that the screen shows: the verdict first, then what it rests on."""
    out.write(f"{safe_text(_headline(assessment))}\n")
    out.writelines(f"{line}\n" for line in _who(assessment, masked=masked))
    parts = (
        _verdict(assessment),
        _setting(assessment),
        _sources(assessment),
        _matrix(assessment),
        _checks(assessment),
        _programs(assessment),
        _dotenv(observation),
    )
    texts = ["".join(f"{safe_text(line)}\n" for line in part) for part in parts]
    out.write("\n".join(filter(None, texts)))


def _headline(assessment: Assessment) -> str:
    verdict = assessment.verdict
    return f"{OUTCOME_GLYPHS[marked_as(verdict.outcome, verdict.kind)]} {verdict.headline}"


def _who(assessment: Assessment, *, masked: bool) -> Iterator[str]:
    # Made safe part by part: an address is shown at the terminal of its owner.
    who = assessment.who and person_words(assessment.who, assessment.at, masked=masked)
    return _wrapped("who", who) if who else iter(())


def _verdict(assessment: Assessment) -> Iterator[str]:
    verdict = assessment.verdict
    yield from _folded("", verdict.sentence)
    for fix in verdict.fix:
        yield from _folded("to fix", _fix(fix))
    says = verdict.client_message
    for number, line in enumerate(redacted_lines(says) if says else ["(nothing)"]):
        yield from _folded("client says" if number == 0 else "", line)
    if verdict.since is not None:
        yield from _folded("since", verdict.since)
    if verdict.deletes_stored_login:
        yield from _folded("beware", "starting Codex now would delete the stored login")
    for text in verdict.assumes:
        yield from _folded("assumes", text)


def _folded(label: str, text: str) -> Iterator[str]:
    return _wrapped(label, safe_text(text))


def _wrapped(label: str, text: str) -> Iterator[str]:
    for number, part in enumerate(textwrap.wrap(text, _WIDTH) or [""]):
        yield f"  {label if number == 0 else '':<12}{part}"


def _fix(fix: Fix) -> str:
    text = f"{fix.text}: {fix.command}" if fix.command else fix.text
    if fix.leads_to is None:
        return text
    return f"{text} (then: {fix.then or 'ready'})"


def _setting(assessment: Assessment) -> Iterator[str]:
    contract = assessment.contract
    chosen = f"{contract.title} (chosen by {contract.chosen_by})"
    yield f"  {assessment.home} · {chosen} · surface {assessment.surface}"
    if contract.note:
        yield f"  {contract.note}"
    marks = [
        f"{LIGHT_MARKS[lamp.light].glyph} {name}: {lamp_word(lamp)}"
        for name, lamp in assessment.lamps._asdict().items()
    ]
    yield "  " + "   ".join(marks)


def _sources(assessment: Assessment) -> Iterator[str]:
    yield "Sources, in the client's order"
    absent = [
        source.name
        for source in assessment.sources
        if source.status == "absent" and not source.reason.startswith("set, ")
    ]
    for source in assessment.sources:
        if source.name in absent:
            continue
        rank = str(source.rank) if source.rank else "-"
        status = source.status + (f" by {source.shadowed_by}" if source.shadowed_by else "")
        note = source.detail or source.reason or ""
        yield f"  {rank:>2} {source.name:<24} {status:<33} {note}".rstrip()
    if absent:
        yield from _folded("absent", ", ".join(absent))


def _matrix(assessment: Assessment) -> Iterator[str]:
    # Where all agree, who is logged in stands at the top.
    if not any(row.wrong for row in assessment.matrix):
        return
    yield "Who names which account"
    for row in assessment.matrix:
        wrong = f"  ✗ {' and '.join(row.wrong)} disagrees" if row.wrong else ""
        account, user = row.account_id or "-", row.user_id or "-"
        yield f"     {row.who:<28} {account:<24} {user:<16} {row.where}{wrong}".rstrip()


def _checks(assessment: Assessment) -> Iterator[str]:
    failing = [c for c in assessment.checks if c.status != "pass"]
    # A fix of the verdict stands above already.
    told = {(fix.text, fix.command) for fix in assessment.verdict.fix}
    yield f"Checks: {len(assessment.checks) - len(failing)} passed, {len(failing)} to look at"
    for result in failing:
        yield f"  {CHECK_MARKS[result.status].glyph} {result.id:<28} {result.summary}"
        if result.fix and (result.fix.text, result.fix.command) not in told:
            yield f"      {_fix(result.fix)}"


def _programs(assessment: Assessment) -> Iterator[str]:
    yield "What each surface does"
    for found in assessment.predictions:
        first, *more = redacted_lines(found.says or "(nothing)")
        yield f"     {found.surface:<14} exit {found.exit}  {first}"
        yield from (f"{'':<28}{line}" for line in more)
    doctor, server = assessment.doctor, assessment.app_server
    if doctor is not None:
        yield f"     {'doctor':<14} {doctor.status:<6}  {doctor.summary}"
    if server is not None:
        logged_in = f"logged in: {server.auth_method or server.account}"
        says = server.stops or server.error or (logged_in if server.account else "nobody")
        yield f"     {'app-server':<14} {'':<6}  {redacted_lines(says)[0]}"


def _dotenv(observation: Observation) -> Iterator[str]:
    names = observation.environment.dotenv_overrides
    if names:
        yield f"  $CODEX_HOME/.env sets {', '.join(names)} over the environment"
