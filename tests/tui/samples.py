"""Made-up states, complete enough to draw every pane: one for each story that the screens tell."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from authtui.checks.findings import (
    Assessment,
    Binding,
    CheckResult,
    ClaimRow,
    ContractChoice,
    Fact,
    Fix,
    Lamp,
    Lamps,
    MatrixRow,
    PlannedRequest,
    Prediction,
    Source,
    TokenView,
    Verdict,
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
        name, "auth.json", {"alg": "RS256"}, {"sub": "user-123"},
        (
            ClaimRow("alg", "RS256", "key set not supplied", section="header",
                     explanation="The algorithm that the signature claims to use."),
            ClaimRow("kid", "k-2026-03", section="header"),
            ClaimRow("iss", "https://auth.openai.com", "as expected", "pass",
                     "Who issued the token."),
            ClaimRow("aud", "app_EMoamEEZ73f0CkXaXp7hrann", "as expected", "pass",
                     "For whom the token is meant."),
            ClaimRow("email", "a***@example.org", explanation="The address of the person."),
            ClaimRow("chatgpt_account_id", account, "= tokens.account_id", "pass",
                     "The workspace that pays."),
            ClaimRow("chatgpt_user_id", "user-123"),
            ClaimRow("chatgpt_plan_type", "pro", explanation="The plan at the time of issue."),
            ClaimRow("iat", "2026-04-13 12:01:07Z", "2 days ago", explanation="Issued at."),
            ClaimRow("exp", "2026-04-23 12:01:07Z", "in 8 days", "pass", "Expires at."),
        ),
        expires, issued, secret=ACCESS,
    )


def agent_token() -> TokenView:
    return TokenView(
        "agent_identity", "CODEX_AGENT_IDENTITY", {"alg": "none"}, {},
        (
            ClaimRow("alg", "none", "never checked here", "warn",
                     "This generation reads the claims without looking at the signature.",
                     section="header"),
            ClaimRow("workspace_id", "org_other", "≠ forced org_mine", "fail",
                     "The workspace that the identity was registered for. A login restriction"
                     " compares it with forced_chatgpt_workspace_id."),
            ClaimRow("agent_runtime_id", "agent_123", "", None, "The name of the registered agent."),
            ClaimRow("chatgpt_user_id", "user-123", "= id_token", "pass"),
            ClaimRow("registered_at", "2026-04-13 12:00:00Z", "2 days ago"),
            ClaimRow("agent_private_key", "▒▒▒▒ ed25519 SHA256:2Vq…9qA", "PKCS#8 v2, valid", "pass",
                     "Signs every request. Shown as the fingerprint of its public half.",
                     PRIVATE, "key"),
        ),
        None, NOW - timedelta(days=2), "unsigned",
        "decoded, not verified: this generation never checks", secret=PRIVATE,
    )


def auth_json(status: Any, **more: Any) -> Source:
    return Source(
        4, "auth.json", "~/.codex/auth.json", status, "ChatGPT login",
        detail=more.pop("detail", "pro · acct-mine · 0600 · 2 days old"),
        facts=(
            Fact("path", "~/.codex/auth.json"), Fact("mode bits", "0600 (only you can read it)"),
            Fact("written", "2026-04-13 12:01:07Z (2 days ago)"),
            Fact("access token", str(ACCESS), ACCESS), Fact("refresh token", str(REFRESH), REFRESH),
        ),
        **more,
    )


def ladder(*changes: Source) -> tuple[Source, ...]:
    """The usual rungs, some of them replaced by name."""
    base = (
        Source(1, "CODEX_API_KEY", "environment", "absent"),
        Source(2, "in-memory store", "another process", "not-visible",
               reason="It lives in the memory of a running client."),
        Source(3, "CODEX_ACCESS_TOKEN", "environment", "absent"),
        Source(4, "auth.json", "~/.codex/auth.json", "absent"),
        Source(5, "keyring", "Codex Auth · cli|9f2c41d07be3a856", "not-consulted",
               reason="cli_auth_credentials_store is “file”."),
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
        CheckResult(i, "pass", words[i][0], (words[i][0],), "It rules out a common cause.",
                    source="codex-rs/login", where=words[i][1])
        for i in ids
    )


USUAL = ("home.exists", "file.mode", "file.json", "config.parse", "token.expiry", "token.account",
         "clock")
MATRIX = (
    MatrixRow("id token", "acct-mine", "user-123", "auth.json"),
    MatrixRow("access token", "acct-mine", "user-123", "auth.json"),
    MatrixRow("tokens.account_id", "acct-mine", None, "auth.json:9"),
)
GENERATIONS = {"first": "ready", "identity-only": "ready", "explicit": "ready", "managed": "ready",
               "current": "ready"}


def predictions(exec_: Prediction, status: str = "Logged in using ChatGPT") -> tuple[Prediction, ...]:
    tui = exec_._replace(surface="tui")
    return (exec_, Prediction("login-status", 0, status, False, "ready", "chatgpt"), tui)


def healthy() -> Assessment:
    return Assessment(
        "~/.codex", CURRENT, "exec", NOW,
        Verdict("ready", "ready", "chatgpt", "Ready: the ChatGPT login in auth.json would be used",
                "It is readable, bound to one account, valid for 8 more days, and goes to"
                " chatgpt.com. Whether the server accepts it shows only when a request is made.",
                None, None, 0, False, (), ()),
        Lamps(Lamp("green", "auth.json, 0600"), Lamp("green", "auth.json, nothing above"),
              Lamp("green", "Bearer to chatgpt.com"), NOT_SEEN),
        ladder(auth_json("selected", reason="The first place with a usable credential.")),
        (chatgpt_token(), chatgpt_token(name="access_token")),
        Binding(None, "acct-mine", "user-123", True), MATRIX, passes(*USUAL),
        PlannedRequest("https://chatgpt.com/backend-api/codex", "Bearer", "acct-mine", False,
                       "ChatGPT access token"),
        predictions(Prediction("exec", 0, None, False, "ready", "chatgpt")), GENERATIONS,
    )


def story_1() -> Assessment:
    """The ghost in the shell: a variable wins over a good login."""
    return healthy()._replace(
        verdict=Verdict(
            "degraded", "another-source-won", "api_key", "CODEX_API_KEY hides a good ChatGPT login",
            "The variable CODEX_API_KEY is set and comes first, so your ChatGPT login in auth.json"
            " is never used. Requests go to api.openai.com with a key ending in an old project.",
            "CODEX_API_KEY", "401 Unauthorized: Incorrect API key provided: sk-old-0***89ab.", 1,
            False, (),
            (Fix("Then the login of auth.json is used.", "unset CODEX_API_KEY"),
             Fix("Remove it from your shell's start file, too.", "grep -n CODEX_API_KEY ~/.*rc")),
        ),
        lamps=Lamps(Lamp("green", "auth.json and CODEX_API_KEY"),
                    Lamp("amber", "CODEX_API_KEY, rung 1"),
                    Lamp("amber", "to api.openai.com"), NOT_SEEN),
        sources=ladder(
            Source(1, "CODEX_API_KEY", "environment", "selected", "API key",
                   detail="51 characters · #3fa94c",
                   reason="Environment variables come before every stored login.",
                   facts=(Fact("value", str(OLD_KEY), OLD_KEY), Fact("set in", "this process"))),
            auth_json("shadowed", shadowed_by="CODEX_API_KEY",
                      reason="It is good, but CODEX_API_KEY comes first."),
        ),
        checks=(
            *passes(*USUAL),
            CheckResult(
                "sources.shadowing", "fail", "CODEX_API_KEY hides a good login in auth.json",
                ("CODEX_API_KEY is set (51 characters, #3fa94c)",
                 "auth.json holds a ChatGPT login, valid for 8 more days"),
                "The client takes the first credential it finds. A key in the environment is found"
                " before the stored login, whether or not it works, and may be billed.",
                Fix("Unset the variable in this shell.", "unset CODEX_API_KEY"),
                "codex-rs/login/src/auth/manager.rs", "sources", "environment"),
            CheckResult(
                "surfaces.disagree", "warn", "codex login status will say “Logged in using ChatGPT”",
                ("login status reads only the store",),
                "It looks at the stored login alone, so it contradicts what codex exec does.",
                None, "codex-rs/cli/src/login.rs", "surfaces", "auth.json"),
        ),
        request=PlannedRequest("https://api.openai.com/v1", "Bearer", None, False,
                               "API key #3fa94c"),
        predictions=predictions(
            Prediction("exec", 1, "401 Unauthorized: Incorrect API key provided", False,
                       "degraded", "api_key")),
    )


def story_2() -> Assessment:
    """Right person, wrong company: starting the client would delete the login."""
    message = (
        "Login is restricted to workspace(s) org_mine, but current credentials belong to"
        " org_other. Logging out."
    )
    start = Prediction("exec", 1, message, True, "refused", "chatgpt")
    wrong = ("account_id",)
    return healthy()._replace(
        verdict=Verdict(
            "refused", "record-not-what-it-seems", "chatgpt", "belongs to another workspace",
            "auth.json belongs to workspace org_other, but config.toml:3 allows only org_mine."
            " Starting Codex now deletes the stored login and stops.",
            "config.toml:3", message, 1, True, (),
            (Fix("Keep a copy first, then sign in and pick org_mine.",
                 "cp ~/.codex/auth.json ~/auth.json.kept && codex login"),
             Fix("Or allow the workspace you have in config.toml, line 3."))),
        lamps=Lamps(Lamp("green", "auth.json, 0600"), Lamp("red", "refused by config.toml:3"),
                    Lamp("red", "nothing: it stops first"), NOT_SEEN),
        sources=ladder(auth_json("selected", detail="pro · org_other · 0600 · 2 days old",
                                 reason="First usable, then refused by the restriction.")),
        tokens=(
            chatgpt_token("org_other")._replace(
                rows=tuple(
                    r._replace(status="fail", note="≠ forced org_mine")
                    if r.name == "chatgpt_account_id" else r
                    for r in chatgpt_token("org_other").rows
                )
            ),
            chatgpt_token("org_other", name="access_token"),
        ),
        matrix=(
            MatrixRow("forced workspace", "org_mine", None, "config.toml:3", wrong),
            MatrixRow("id token", "org_other", "user-123", "auth.json"),
            MatrixRow("access token", "org_other", "user-123", "auth.json"),
            MatrixRow("tokens.account_id", "org_other", None, "auth.json:9"),
        ),
        checks=(
            *passes("home.exists", "file.mode", "file.json", "config.parse", "token.expiry"),
            CheckResult(
                "workspace.forced", "fail", "the login is for org_other, only org_mine is allowed",
                ("config.toml:3  forced_chatgpt_workspace_id = \"org_mine\"",
                 "auth.json  chatgpt_account_id = \"org_other\""),
                "A restriction that does not match does not warn: the client deletes the stored"
                " login from every store and exits.",
                Fix("Sign in again and pick the workspace org_mine.", "codex login"),
                "#18177", "restrictions", "config.toml:3"),
            CheckResult(
                "surfaces.disagree", "warn", "codex login status will not notice",
                ("login status does not read the restriction",), "", None, "", "surfaces", ""),
            CheckResult("workspace.member", "unknown", "whether you are a member of org_mine is"
                        " known only to the server", (), "", None, "", "", ""),
        ),
        request=None, predictions=predictions(start),
        generations={**GENERATIONS, "current": "refused", "managed": "refused"},
    )


def story_8() -> Assessment:
    """The login that was there all along: a record that cannot be read."""
    error = "unknown variant `oauth`, expected one of `apikey`, `chatgpt`, `chatgptAuthTokens`"
    return healthy()._replace(
        verdict=Verdict(
            "unreadable", "record-not-what-it-seems", None, "A login is stored but cannot be read",
            "auth.json has auth_mode “oauth” in line 2, which no client has ever written, and no"
            " id_token. The client treats it as no login at all.",
            "auth.json:2", "Not logged in", 1, False, (),
            (Fix("Set it aside and sign in.",
                 "mv ~/.codex/auth.json ~/auth.json.kept && codex login"),)),
        lamps=Lamps(Lamp("red", "auth.json:2 cannot be read"), Lamp("red", "nothing selected"),
                    Lamp("red", "no Authorization header"), NOT_SEEN),
        sources=ladder(
            Source(4, "auth.json", "~/.codex/auth.json", "unreadable", None,
                   detail=f"line 2, column 23: {error}", reason="The record does not parse.",
                   facts=(Fact("path", "~/.codex/auth.json"),
                          Fact("mode bits", "0644 (others on this machine can read it)"),
                          Fact("error", error)))),
        tokens=(), binding=None, matrix=(),
        checks=(
            *passes("home.exists", "config.parse"),
            CheckResult("file.shape", "fail", error, ("line 2, column 23",),
                        "The client swallows the error and shows its sign-in menu.",
                        Fix("Set the file aside and sign in.",
                            "mv ~/.codex/auth.json ~/auth.json.kept"),
                        "codex-rs/login/src/auth/storage.rs", "file", "auth.json:2"),
            CheckResult("file.mode", "warn", "auth.json is 0644: others on this machine can read it",
                        ("-rw-r--r--",), "It holds a refresh token.",
                        Fix("Take the right away.", "chmod 600 ~/.codex/auth.json"), "", "file",
                        "auth.json"),
        ),
        request=PlannedRequest("https://chatgpt.com/backend-api/codex", None, None, False),
        predictions=(
            Prediction("exec", 1, "Not logged in", False, "unreadable", None),
            Prediction("login-status", 1, "Not logged in", False, "unreadable", None),
            Prediction("tui", 0, None, False, "unreadable", None)),
        generations=dict.fromkeys(GENERATIONS, "unreadable"),
    )


def agent_identity() -> Assessment:
    """An identity in the environment that belongs to another workspace."""
    message = (
        "Login is restricted to workspace org_mine, but current agent identity belongs to"
        " Some(\"org_other\"). Logging out."
    )
    return story_2()._replace(
        contract=IDENTITY_ONLY,
        verdict=Verdict(
            "refused", "record-not-what-it-seems", "agent_identity",
            "this identity is of another workspace",
            "CODEX_AGENT_IDENTITY belongs to org_other, but config.toml:3 allows only org_mine."
            " The client deletes auth.json, which is good, and stops.",
            "CODEX_AGENT_IDENTITY", message, 1, True, (),
            (Fix("Then your login in auth.json, for org_mine, is used.",
                 "unset CODEX_AGENT_IDENTITY"),)),
        lamps=Lamps(Lamp("green", "auth.json, and the variable"),
                    Lamp("amber", "CODEX_AGENT_IDENTITY, rung 2"),
                    Lamp("red", "nothing: it stops first"), NOT_SEEN),
        sources=ladder(
            Source(2, "CODEX_AGENT_IDENTITY", "environment", "selected", "agent identity",
                   detail="org_other · agent_123", reason="It comes before every stored login.",
                   facts=(Fact("private key", str(PRIVATE), PRIVATE),)),
            auth_json("shadowed", shadowed_by="CODEX_AGENT_IDENTITY")),
        tokens=(agent_token(), chatgpt_token(), chatgpt_token(name="access_token")),
        matrix=(
            MatrixRow("forced workspace", "org_mine", None, "config.toml:3"),
            MatrixRow("identity", "org_other", "user-123", "CODEX_AGENT_IDENTITY", ("account_id",)),
            MatrixRow("id token", "org_mine", "user-123", "auth.json"),
        ),
    )


def nothing() -> Assessment:
    """Not logged in at all."""
    return healthy()._replace(
        verdict=Verdict("not-logged-in", "nothing-stored", None, "Nothing is stored: not logged in",
                        "No variable is set, auth.json does not exist and the keyring was not"
                        " asked. Codex will show its sign-in menu.", None, "Not logged in", 1,
                        False, (), (Fix("Sign in.", "codex login"),)),
        lamps=Lamps(Lamp("red", "nothing found"), Lamp("grey", "nothing to select"),
                    Lamp("grey", "nothing to send"), NOT_SEEN),
        sources=ladder(), tokens=(), binding=None, matrix=(),
        checks=passes("home.exists", "config.parse"), request=None,
        predictions=(
            Prediction("exec", 1, "Not logged in", False, "not-logged-in", None),
            Prediction("login-status", 1, "Not logged in", False, "not-logged-in", None),
            Prediction("tui", 0, None, False, "not-logged-in", None)),
        generations=dict.fromkeys(GENERATIONS, "not-logged-in"),
    )


STORIES: dict[str, Callable[[], Assessment]] = {
    "healthy": healthy, "shadowed": story_1, "wrong-workspace": story_2, "unreadable": story_8,
    "agent-identity": agent_identity, "nothing-stored": nothing,
}


def observation(home: str = "/nowhere/.codex", at: datetime = NOW) -> Observation:
    return Observation(
        at, HomeFacts(home, "option", home, exists=True, shown="~/.codex"), EnvironmentFacts(),
        FileFacts(f"{home}/auth.json"), ConfigFacts(FileFacts(f"{home}/config.toml")),
        KeyringFacts(), EncryptedFacts(FileFacts(f"{home}/secrets/codex_auth.age")),
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
    RequestRecord(1, NOW, "GET", "chatgpt.com", "/backend-api/wham/agent-identities/jwks", "https",
                  200, 38.2, None, "req_1", 812, "key set"),
    RequestRecord(2, NOW + timedelta(seconds=1), "POST", "auth.openai.com",
                  "/api/accounts/v1/agent/agent_123/task/register", "https", 200, 41.0,
                  "signature", "req_2", 214, "task registered"),
    RequestRecord(3, NOW + timedelta(seconds=1), "POST", "auth.openai.com", "/deviceauth/token",
                  "https", 403, 29.0, None, "req_3", 60, "waiting for approval"),
    RequestRecord(4, NOW + timedelta(seconds=2), "POST", "chatgpt.com",
                  "/backend-api/codex/responses", "https", 401, 112.4, "AgentAssertion", "req_4",
                  93, "credential refused"),
    RequestRecord(5, NOW + timedelta(seconds=3), "POST", "chatgpt.com",
                  "/backend-api/codex/responses", "https", None, None, "AgentAssertion"),
)
