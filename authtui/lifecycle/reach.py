"""Which hosts a login needs, and how far a request to each of them comes, without a credential."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authtui.assessment.generations import choose_contract
from authtui.exchanges.answers import Answer, WireFailure
from authtui.lifecycle.addresses import addresses_of, host_of
from authtui.record import NamedTuple
from authtui.redaction import safe_text
from authtui.simulation.predictions import predict
from authtui.simulation.program_start import make_case, with_features
from authtui.simulation.selection import CHATGPT_MODES
from authtui.wire.transport import proxy_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from authtui.assessment.options import Options
    from authtui.exchanges.records import RequestRecord
    from authtui.machine.observation import Observation
    from authtui.wire.client import Wire

SECONDS: Final = 15.0
"""How long one host is waited for."""
_SKEWED: Final = 60.0
_CHALLENGES: Final = ("just a moment", "challenge-platform", "enable javascript and cookies")


class ReachTarget(NamedTuple):
    """One host: the address that is asked, what the client wants there, and the proxy on the way.

    `proxy` names the host of the proxy alone: its password is nobody's business.
    """

    url: str
    purpose: str
    proxy: str | None = None

    @property
    def host(self) -> str:
        """The host of the address: `host` or `host:port`."""
        return host_of(self.url)


class ReachedHost(NamedTuple):
    """How far it came. `ok`: what answered looks like the service; `lines` say how, in order."""

    host: str
    ok: bool
    summary: str
    lines: tuple[str, ...] = ()


def reach_targets(
    observation: Observation,
    options: Options,
    environment: Mapping[str, str],
    base_url: str | None = None,
) -> tuple[ReachTarget, ...]:
    """List the hosts that this login needs, each once, the host of model calls first.

    Args:
        observation: What was seen.
        options: What to judge for.
        environment: The variables that choose a proxy.
        base_url: One server that stands in for all.
    """
    seen = with_features(observation, options.features)
    contract = choose_contract(seen, options.contract)[0]
    start = predict(make_case(seen, contract, options.assumptions))[options.surface]
    request = start.request
    model_base = request.base_url if request is not None else None
    found = addresses_of(seen, contract, start.credential, model_base, base_url)
    wanted: list[tuple[object, str]] = [(f"{found.model.rstrip('/')}/models", "model calls")]
    if start.credential is None or start.credential.mode in CHATGPT_MODES:
        wanted += [
            (found.endpoints.accounts_check, "the look-up of the workspace"),
            (found.endpoints.refresh, "sign-in and refresh"),
        ]
    rows: dict[str, ReachTarget] = {}
    for url, purpose in wanted:
        if not isinstance(url, str) or not host_of(url):
            continue
        host = host_of(url)
        if host in rows:
            rows[host] = rows[host]._replace(purpose=f"{rows[host].purpose}, {purpose}")
            continue
        proxy = proxy_of(environment, host)
        rows[host] = ReachTarget(url, purpose, host_of(proxy) if proxy else None)
    return tuple(rows.values())


async def reach(
    wire: Wire, targets: Sequence[ReachTarget], records: Sequence[RequestRecord]
) -> tuple[ReachedHost, ...]:
    """Ask each host once, with no credential and no cookie.

    Args:
        wire: The client; it may contact the hosts of the targets.
        targets: What `reach_targets` found.
        records: Where the wire's records appear, the newest last.
    """
    rows = []
    for target in targets:
        answer = await wire.request("GET", target.url, timeout=SECONDS)
        rows.append(_told(target, answer, records[-1] if records else None))
    return tuple(rows)


def _told(
    target: ReachTarget, answer: Answer | WireFailure, record: RequestRecord | None
) -> ReachedHost:
    lines = [f"for {target.purpose}"]
    if target.proxy:
        lines.append(f"through the proxy {safe_text(target.proxy)}")
    steps = record.connection if record is not None else ()
    for step in steps:
        mark = {True: "ok", False: "failed", None: "not reached"}[step.ok]
        issuer = f", certificate issued by {step.issuer}" if step.issuer else ""
        lines.append(safe_text(f"{step.stage}: {mark} {step.detail}{issuer}"))
    if isinstance(answer, WireFailure):
        return ReachedHost(target.host, False, safe_text(answer.statement), tuple(lines))
    skew = record.skew_seconds if record is not None else None
    if skew is not None:
        away = f"{abs(skew):.0f} s {'behind' if skew > 0 else 'ahead of'} the server"
        lines.append(f"clock: this machine is {away}" if abs(skew) > _SKEWED else "clock: in step")
    ok, words = _kind(answer)
    return ReachedHost(target.host, ok, f"{answer.status}: {words}", tuple(lines))


def _kind(answer: Answer) -> tuple[bool, str]:
    """Who answered, by the kind of the answer; its status is no matter without a credential."""
    text = answer.body[:65_536].decode("utf-8", "replace").lower()
    mitigated = answer.header("cf-mitigated") == "challenge"
    if mitigated or any(sign in text for sign in _CHALLENGES):
        return False, "a challenge for a browser, by the edge of the network"
    if answer.status == 407:
        return False, "the proxy asks for a password"
    if "html" in (answer.header("content-type") or "") or text.lstrip().startswith("<"):
        return False, "a web page: a portal or a proxy answered, or this is another server"
    if answer.status >= 500:
        return False, "the server, or something before it, failed"
    return True, "the service answers"
