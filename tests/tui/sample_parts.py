"""What the made-up states are built of: tokens, ladders, checks, and a session around them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from authtui.checks.findings import (
    Assessment,
    CheckResult,
    ClaimRow,
    ContractChoice,
    Fact,
    Lamp,
    MatrixRow,
    Prediction,
    Source,
    TokenView,
)
from authtui.credentials.observation import (
    ConfigFacts,
    EncryptedFacts,
    EnvironmentFacts,
    FileFacts,
    HomeFacts,
    KeyringFacts,
    Observation,
)
from authtui.model.session import AuthSession
from authtui.redaction import Secret
from authtui.wire.records import RequestRecord

if TYPE_CHECKING:
    from collections.abc import Callable

    from authtui.checks.findings import SourceStatus

NOW = datetime(2026, 4, 15, 12, 1, 7, tzinfo=UTC)
CURRENT = ContractChoice("current", "client 0.169 (2026-10)", "the installed client", "0.169.0")
IDENTITY_ONLY = ContractChoice(
    "identity-only", "#18176, #18177, #18180 (2026-04)", "the shape of auth.json"
)
OLD_KEY = Secret("sk-old-0123456789abcdef0123456789abcdef0123456789ab")
ACCESS = Secret("eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1c2VyLTEyMyJ9.c2lnbmF0dXJl")
REFRESH = Secret("rt-made-up-refresh-token-0001")
PRIVATE = Secret("MC4CAQAwBQYDK2VwBCIEIHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4")
NOT_SEEN = Lamp("grey", "no answer was seen yet")


class Options(NamedTuple):
    """What a session judges for."""

    surface: str = "exec"
    contract: str = "auto"


def chatgpt_token(account: str = "acct-mine", *, name: str = "id_token") -> TokenView:
    issued, expires = NOW - timedelta(days=2), NOW + timedelta(days=8)
    return TokenView(
        name,
        "auth.json",
        {"alg": "RS256"},
        {"sub": "user-123"},
        (
            ClaimRow(
                "alg",
                "RS256",
                "key set not supplied",
                section="header",
                explanation="The algorithm that the signature claims to use.",
            ),
            ClaimRow("kid", "k-2026-03", section="header"),
            ClaimRow(
                "iss", "https://auth.openai.com", "as expected", "pass", "Who issued the token."
            ),
            ClaimRow(
                "aud",
                "app_EMoamEEZ73f0CkXaXp7hrann",
                "as expected",
                "pass",
                "For whom the token is meant.",
            ),
            ClaimRow("email", "a***@example.org", explanation="The address of the person."),
            ClaimRow(
                "chatgpt_account_id",
                account,
                "= tokens.account_id",
                "pass",
                "The workspace that pays.",
            ),
            ClaimRow("chatgpt_user_id", "user-123"),
            ClaimRow("chatgpt_plan_type", "pro", explanation="The plan at the time of issue."),
            ClaimRow("iat", "2026-04-13 12:01:07Z", "2 days ago", explanation="Issued at."),
            ClaimRow("exp", "2026-04-23 12:01:07Z", "in 8 days", "pass", "Expires at."),
        ),
        expires,
        issued,
        secret=ACCESS,
    )


def agent_token() -> TokenView:
    return TokenView(
        "agent_identity",
        "CODEX_AGENT_IDENTITY",
        {"alg": "none"},
        {},
        (
            ClaimRow(
                "alg",
                "none",
                "never checked here",
                "warn",
                "This generation reads the claims without looking at the signature.",
                section="header",
            ),
            ClaimRow(
                "workspace_id",
                "org_other",
                "≠ forced org_mine",
                "fail",
                "The workspace that the identity was registered for. A login restriction"
                " compares it with forced_chatgpt_workspace_id.",
            ),
            ClaimRow(
                "agent_runtime_id", "agent_123", "", None, "The name of the registered agent."
            ),
            ClaimRow("chatgpt_user_id", "user-123", "= id_token", "pass"),
            ClaimRow("registered_at", "2026-04-13 12:00:00Z", "2 days ago"),
            ClaimRow(
                "agent_private_key",
                "▒▒▒▒ ed25519 SHA256:2Vq…9qA",
                "PKCS#8 v2, valid",
                "pass",
                "Signs every request. Shown as the fingerprint of its public half.",
                PRIVATE,
                "key",
            ),
        ),
        None,
        NOW - timedelta(days=2),
        "unsigned",
        "decoded, not verified: this generation never checks",
        secret=PRIVATE,
    )


def auth_json(
    status: SourceStatus,
    *,
    detail: str = "pro · acct-mine · 0600 · 2 days old",
    shadowed_by: str | None = None,
    reason: str = "",
) -> Source:
    return Source(
        4,
        "auth.json",
        "~/.codex/auth.json",
        status,
        "ChatGPT login",
        detail=detail,
        shadowed_by=shadowed_by,
        reason=reason,
        facts=(
            Fact("path", "~/.codex/auth.json"),
            Fact("mode bits", "0600 (only you can read it)"),
            Fact("written", "2026-04-13 12:01:07Z (2 days ago)"),
            Fact("access token", str(ACCESS), ACCESS),
            Fact("refresh token", str(REFRESH), REFRESH),
        ),
    )


def ladder(*changes: Source) -> tuple[Source, ...]:
    """The usual rungs, some of them replaced by name."""
    base = (
        Source(1, "CODEX_API_KEY", "environment", "absent"),
        Source(
            2,
            "in-memory store",
            "another process",
            "not-visible",
            reason="It lives in the memory of a running client.",
        ),
        Source(3, "CODEX_ACCESS_TOKEN", "environment", "absent"),
        Source(4, "auth.json", "~/.codex/auth.json", "absent"),
        Source(
            5,
            "keyring",
            "Codex Auth · cli|9f2c41d07be3a856",
            "not-consulted",
            reason="cli_auth_credentials_store is “file”.",
        ),
        Source(None, "OPENAI_API_KEY", "environment", "absent"),
    )
    by_name = {s.name: s for s in changes}
    known = tuple(by_name.pop(s.name, s) for s in base)
    return tuple(sorted((*by_name.values(), *known), key=lambda s: (s.rank is None, s.rank or 0)))


def passes(*ids: str) -> tuple[CheckResult, ...]:
    words = {
        "home.exists": ("~/.codex is a directory you own", "~/.codex"),
        "file.mode": ("auth.json is 0600: only you can read it", "auth.json"),
        "file.json": ("auth.json is valid JSON of the expected shape", "auth.json"),
        "config.parse": ("config.toml is valid", "config.toml"),
        "token.expiry": ("the access token is valid for 8 more days", "access_token"),
        "token.account": ("id token and tokens.account_id agree", "auth.json"),
        "identity.key": ("the private key parses; its public half belongs to it", "agent_identity"),
        "clock": ("the clock is not ahead of the newest token", "system"),
    }
    return tuple(
        CheckResult(
            i,
            "pass",
            words[i][0],
            (words[i][0],),
            "It rules out a common cause.",
            source="codex-rs/login",
            where=words[i][1],
        )
        for i in ids
    )


USUAL = (
    "home.exists",
    "file.mode",
    "file.json",
    "config.parse",
    "token.expiry",
    "token.account",
    "clock",
)
MATRIX = (
    MatrixRow("id token", "acct-mine", "user-123", "auth.json"),
    MatrixRow("access token", "acct-mine", "user-123", "auth.json"),
    MatrixRow("tokens.account_id", "acct-mine", None, "auth.json:9"),
)
GENERATIONS = {
    "first": "ready",
    "identity-only": "ready",
    "explicit": "ready",
    "managed": "ready",
    "current": "ready",
}


def predictions(
    exec_: Prediction, status: str = "Logged in using ChatGPT"
) -> tuple[Prediction, ...]:
    tui = exec_._replace(surface="tui")
    return (exec_, Prediction("login-status", 0, status, False, "ready", "chatgpt"), tui)


def observation(home: str = "/nowhere/.codex", at: datetime = NOW) -> Observation:
    return Observation(
        at,
        HomeFacts(home, "option", home, exists=True, shown="~/.codex"),
        EnvironmentFacts(),
        FileFacts(f"{home}/auth.json"),
        ConfigFacts(FileFacts(f"{home}/config.toml")),
        KeyringFacts(),
        EncryptedFacts(FileFacts(f"{home}/secrets/codex_auth.age")),
    )


class Clock:
    """One second later at each look."""

    def __init__(self) -> None:
        self.now = NOW - timedelta(seconds=1)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


def session_of(
    assessment: Assessment | Callable[[], Assessment], *, load: bool = True, home: str = "/nowhere"
) -> AuthSession[Options]:
    """A real session over a made-up answer."""

    def assess(seen: Observation, options: Options) -> Assessment:  # noqa: ARG001 - the session's signature
        made = assessment() if callable(assessment) else assessment
        return made._replace(surface=options.surface)  # type: ignore[arg-type]

    session = AuthSession(lambda: observation(home), assess, Options(), Clock())
    if load:
        session.load("start")
    return session


REQUESTS = (
    RequestRecord(
        1,
        NOW,
        "GET",
        "chatgpt.com",
        "/backend-api/wham/agent-identities/jwks",
        "https",
        200,
        38.2,
        None,
        "req_1",
        812,
        "key set",
    ),
    RequestRecord(
        2,
        NOW + timedelta(seconds=1),
        "POST",
        "auth.openai.com",
        "/api/accounts/v1/agent/agent_123/task/register",
        "https",
        200,
        41.0,
        "signature",
        "req_2",
        214,
        "task registered",
    ),
    RequestRecord(
        3,
        NOW + timedelta(seconds=1),
        "POST",
        "auth.openai.com",
        "/deviceauth/token",
        "https",
        403,
        29.0,
        None,
        "req_3",
        60,
        "waiting for approval",
    ),
    RequestRecord(
        4,
        NOW + timedelta(seconds=2),
        "POST",
        "chatgpt.com",
        "/backend-api/codex/responses",
        "https",
        401,
        112.4,
        "AgentAssertion",
        "req_4",
        93,
        "credential refused",
    ),
    RequestRecord(
        5,
        NOW + timedelta(seconds=3),
        "POST",
        "chatgpt.com",
        "/backend-api/codex/responses",
        "https",
        None,
        None,
        "AgentAssertion",
    ),
)
