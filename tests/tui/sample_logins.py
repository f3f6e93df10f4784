"""States with a readable login: healthy, shadowed by a variable, of the wrong workspace."""

from __future__ import annotations

from authtui.checks.findings import (
    Assessment,
    Binding,
    CheckResult,
    Fact,
    Fix,
    Lamp,
    Lamps,
    MatrixRow,
    PlannedRequest,
    Prediction,
    Source,
    Verdict,
)
from tests.tui.sample_parts import (
    CURRENT,
    GENERATIONS,
    MATRIX,
    NOT_SEEN,
    NOW,
    OLD_KEY,
    USUAL,
    auth_json,
    chatgpt_token,
    ladder,
    passes,
    predictions,
)


def healthy() -> Assessment:
    return Assessment(
        "~/.codex",
        CURRENT,
        "exec",
        NOW,
        Verdict(
            "ready",
            "ready",
            "chatgpt",
            "Ready: the ChatGPT login in auth.json would be used",
            "It is readable, bound to one account, valid for 8 more days, and goes to"
            " chatgpt.com. Whether the server accepts it shows only when a request is made.",
            None,
            None,
            0,
            False,
            (),
            (),
        ),
        Lamps(
            Lamp("green", "auth.json, 0600"),
            Lamp("green", "auth.json, nothing above"),
            Lamp("green", "Bearer to chatgpt.com"),
            NOT_SEEN,
        ),
        ladder(auth_json("selected", reason="The first place with a usable credential.")),
        (chatgpt_token(), chatgpt_token(name="access_token")),
        Binding(None, "acct-mine", "user-123", True),
        MATRIX,
        passes(*USUAL),
        PlannedRequest(
            "https://chatgpt.com/backend-api/codex",
            "Bearer",
            "acct-mine",
            False,
            "ChatGPT access token",
        ),
        predictions(Prediction("exec", 0, None, False, "ready", "chatgpt")),
        GENERATIONS,
    )


def story_1() -> Assessment:
    """The ghost in the shell: a variable wins over a good login."""
    return healthy()._replace(
        verdict=Verdict(
            "degraded",
            "another-source-won",
            "api_key",
            "CODEX_API_KEY hides a good ChatGPT login",
            "The variable CODEX_API_KEY is set and comes first, so your ChatGPT login in auth.json"
            " is never used. Requests go to api.openai.com with a key ending in an old project.",
            "CODEX_API_KEY",
            "401 Unauthorized: Incorrect API key provided: sk-old-0***89ab.",
            1,
            False,
            (),
            (
                Fix("Then the login of auth.json is used.", "unset CODEX_API_KEY"),
                Fix("Remove it from your shell's start file, too.", "grep -n CODEX_API_KEY ~/.*rc"),
            ),
        ),
        lamps=Lamps(
            Lamp("green", "auth.json and CODEX_API_KEY"),
            Lamp("amber", "CODEX_API_KEY, rung 1"),
            Lamp("amber", "to api.openai.com"),
            NOT_SEEN,
        ),
        sources=ladder(
            Source(
                1,
                "CODEX_API_KEY",
                "environment",
                "selected",
                "API key",
                detail="51 characters · #3fa94c",
                reason="Environment variables come before every stored login.",
                facts=(Fact("value", str(OLD_KEY), OLD_KEY), Fact("set in", "this process")),
            ),
            auth_json(
                "shadowed",
                shadowed_by="CODEX_API_KEY",
                reason="It is good, but CODEX_API_KEY comes first.",
            ),
        ),
        checks=(
            *passes(*USUAL),
            CheckResult(
                "sources.shadowing",
                "fail",
                "CODEX_API_KEY hides a good login in auth.json",
                (
                    "CODEX_API_KEY is set (51 characters, #3fa94c)",
                    "auth.json holds a ChatGPT login, valid for 8 more days",
                ),
                "The client takes the first credential it finds. A key in the environment is found"
                " before the stored login, whether or not it works, and may be billed.",
                Fix("Unset the variable in this shell.", "unset CODEX_API_KEY"),
                "codex-rs/login/src/auth/manager.rs",
                "sources",
                "environment",
            ),
            CheckResult(
                "surfaces.disagree",
                "warn",
                "codex login status will say “Logged in using ChatGPT”",
                ("login status reads only the store",),
                "It looks at the stored login alone, so it contradicts what codex exec does.",
                None,
                "codex-rs/cli/src/login.rs",
                "surfaces",
                "auth.json",
            ),
        ),
        request=PlannedRequest(
            "https://api.openai.com/v1", "Bearer", None, False, "API key #3fa94c"
        ),
        predictions=predictions(
            Prediction(
                "exec",
                1,
                "401 Unauthorized: Incorrect API key provided",
                False,
                "degraded",
                "api_key",
            )
        ),
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
            "refused",
            "record-not-what-it-seems",
            "chatgpt",
            "belongs to another workspace",
            "auth.json belongs to workspace org_other, but config.toml:3 allows only org_mine."
            " Starting Codex now deletes the stored login and stops.",
            "config.toml:3",
            message,
            1,
            True,
            (),
            (
                Fix(
                    "Keep a copy first, then sign in and pick org_mine.",
                    "cp ~/.codex/auth.json ~/auth.json.kept && codex login",
                ),
                Fix("Or allow the workspace you have in config.toml, line 3."),
            ),
        ),
        lamps=Lamps(
            Lamp("green", "auth.json, 0600"),
            Lamp("red", "refused by config.toml:3"),
            Lamp("red", "nothing: it stops first"),
            NOT_SEEN,
        ),
        sources=ladder(
            auth_json(
                "selected",
                detail="pro · org_other · 0600 · 2 days old",
                reason="First usable, then refused by the restriction.",
            )
        ),
        tokens=(
            chatgpt_token("org_other")._replace(
                rows=tuple(
                    r._replace(status="fail", note="≠ forced org_mine")
                    if r.name == "chatgpt_account_id"
                    else r
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
                "workspace.forced",
                "fail",
                "the login is for org_other, only org_mine is allowed",
                (
                    'config.toml:3  forced_chatgpt_workspace_id = "org_mine"',
                    'auth.json  chatgpt_account_id = "org_other"',
                ),
                "A restriction that does not match does not warn: the client deletes the stored"
                " login from every store and exits.",
                Fix("Sign in again and pick the workspace org_mine.", "codex login"),
                "#18177",
                "restrictions",
                "config.toml:3",
            ),
            CheckResult(
                "surfaces.disagree",
                "warn",
                "codex login status will not notice",
                ("login status does not read the restriction",),
                "",
                None,
                "",
                "surfaces",
                "",
            ),
            CheckResult(
                "workspace.member",
                "unknown",
                "whether you are a member of org_mine is known only to the server",
                (),
                "",
                None,
                "",
                "",
                "",
            ),
        ),
        request=None,
        predictions=predictions(start),
        generations={**GENERATIONS, "current": "refused", "managed": "refused"},
    )
