"""Trouble that shows on the wire only, added to the assessment of the machine. Pure.

Three kinds: a refresh that was refused, a server that was never reached, and a signed time
that the server does not believe. The assessment of the look itself stays as it is, in
`AuthState.judged`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authtui.answers.findings import Fix, Lamp
from authtui.contracts import CA_VARIABLES
from authtui.exchanges.evidence import AnswerEvidence, TokenRotation
from authtui.machine.clues import TrustClue
from authtui.verdict.refused_refresh import refusal_of_refresh

if TYPE_CHECKING:
    from authtui.answers.findings import Assessment, Kind
    from authtui.exchanges.records import RequestRecord
    from authtui.machine.observation import Observation

SKEW_SECONDS: Final = 60.0
"""From this difference between the clocks on, it is taken for why a signed time was refused."""
_SIGNED: Final = ("task-register", "model-call")


def is_trouble(seen: RequestRecord | TokenRotation) -> bool:
    """Whether what was seen is trouble that a look at the machine could not show."""
    if isinstance(seen, TokenRotation):
        return not seen.accepted
    return _never_connected(seen) or _wrong_clock(seen)


def ends_trouble(
    trouble: RequestRecord | TokenRotation, seen: RequestRecord | TokenRotation | AnswerEvidence
) -> bool:
    """Whether what was seen since shows that the trouble is over."""
    if isinstance(seen, AnswerEvidence):
        return seen.status is not None and 200 <= seen.status < 300
    if isinstance(seen, TokenRotation) or isinstance(trouble, TokenRotation):
        return False
    return seen.status is not None and seen.status < 400 and seen.host == trouble.host


def with_trouble(
    found: Assessment,
    trouble: RequestRecord | TokenRotation | None,
    rotations: tuple[TokenRotation, ...],
    observation: Observation | None,
    said: str | None = None,
) -> Assessment:
    """An assessment with the trouble that was seen since; `said` is what the client prints then."""
    if trouble is None:
        return found
    # The client is past its start, so what a start would print says nothing here.
    found = found._replace(verdict=found.verdict._replace(client_message=said))
    if isinstance(trouble, TokenRotation):
        refused = refusal_of_refresh(trouble, rotations, observation)
        return found._replace(verdict=refused.on(found.verdict, said))
    if _never_connected(trouble):
        return _with_no_connection(found, trouble, observation)
    return _with_clock(found, trouble)


def _judged_by(
    assessment: Assessment, kind: Kind, headline: str, sentence: str, culprit: str | None, *fix: Fix
) -> Assessment:
    verdict = assessment.verdict._replace(
        outcome="degraded",
        kind=kind,
        headline=headline,
        sentence=sentence,
        culprit=culprit,
        fix=fix,
    )
    return assessment._replace(verdict=verdict)


# ── a request that nobody answered ──────────────────────────────────────────────────────────────


def _never_connected(record: RequestRecord) -> bool:
    return record.error is not None and any(step.ok is False for step in record.connection)


def _with_no_connection(
    found: Assessment, record: RequestRecord, observation: Observation | None
) -> Assessment:
    step = next(step for step in record.connection if step.ok is False)
    what = {
        "name": "its name was not found",
        "connection": "no connection was made",
        "tls": "its certificate was refused",
    }[step.stage]
    lamp = Lamp("grey", f"{record.host} was never reached")
    lamps = found.lamps._replace(accepted=lamp)
    if lamps.selected.light == "grey":
        # The login was never finished, so there is no credential that a request could carry.
        lamps = lamps._replace(sent=Lamp("grey", "the login did not get that far"))
    found = found._replace(lamps=lamps)
    fixes: tuple[Fix, ...] = (Fix("check how it is reached: name, proxy, certificates"),)
    more, culprit = f" ({step.detail}).", None
    if step.stage == "tls":
        signer = f"“{step.issuer}”" if step.issuer else "an unknown signer"
        more = (
            f": {step.detail}. The certificate there was signed by {signer}, which this machine "
            "does not trust."
        )
        trusted = trusted_file(observation) if observation is not None else None
        if trusted is not None:
            culprit = trusted.variable
            changed = trusted.modified
            since = f" last changed in {changed:%Y}," if changed is not None else ""
            more += f" {culprit} names {trusted.path},{since} which does not list it."
        name = culprit or "SSL_CERT_FILE"
        holds = f"“{step.issuer}”" if step.issuer else "the signer's certificate"
        fixes = (
            Fix(
                f"point {name} to a bundle that holds {holds}",
                f"export {name}=/path/to/that-bundle.pem",
            ),
        )
    return _judged_by(
        found,
        "answer-not-from-auth-server",
        f"{record.host} was never reached: {what}",
        f"The request never arrived, so no server has judged the login: {what}{more}",
        culprit,
        *fixes,
    )


def trusted_file(observation: Observation) -> TrustClue | None:
    """The certificates that a variable names to trust servers by; None where none does."""
    if observation.clues is not None:
        return observation.clues.trust
    facts = observation.ca_file
    name = next((n for n in CA_VARIABLES if observation.environment.trimmed(n)), None)
    if facts is None or name is None:
        return None
    return TrustClue(name, facts.path, facts.modified)


# ── a signed time that the server does not believe ──────────────────────────────────────────────


def _wrong_clock(record: RequestRecord) -> bool:
    skew = record.skew_seconds
    refused = record.status in (400, 401, 403) and record.purpose in _SIGNED
    signed = record.purpose == "task-register" or record.assertion is not None
    return refused and signed and skew is not None and abs(skew) >= SKEW_SECONDS


def _with_clock(found: Assessment, record: RequestRecord) -> Assessment:
    skew = record.skew_seconds or 0.0
    side = "behind" if skew > 0 else "ahead"
    minutes = round(abs(skew) / 60)
    apart = f"{minutes} minute{'s' if minutes != 1 else ''}"
    return _judged_by(
        found,
        "record-not-what-it-seems",
        f"The clock of this machine is {apart} {side}",
        f"The request was signed with the time {record.at:%H:%M:%S}Z; the server's own Date was "
        f"{record.server_date:%H:%M:%S}Z. A signature with a wrong time is refused like a wrong "
        "key, and the answer does not say which.",
        "the clock",
        Fix("set the clock by the network", "sudo timedatectl set-ntp true"),
    )
