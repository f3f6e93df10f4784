"""Made-up states, complete enough to draw every pane: one for each story that the screens tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.checks.findings import (
    Assessment,
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
from tests.tui.sample_logins import healthy, story_1, story_2
from tests.tui.sample_parts import (
    GENERATIONS,
    IDENTITY_ONLY,
    NOT_SEEN,
    NOW,
    OLD_KEY,
    PRIVATE,
    REQUESTS,
    Options,
    agent_token,
    auth_json,
    chatgpt_token,
    ladder,
    passes,
    session_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["NOW", "OLD_KEY", "REQUESTS", "STORIES", "Options", "healthy", "session_of", "story_1"]


def story_8() -> Assessment:
    """The login that was there all along: a record that cannot be read."""
    error = "unknown variant `oauth`, expected one of `apikey`, `chatgpt`, `chatgptAuthTokens`"
    return healthy()._replace(
        verdict=Verdict(
            "unreadable",
            "record-not-what-it-seems",
            None,
            "A login is stored but cannot be read",
            "auth.json has auth_mode “oauth” in line 2, which no client has ever written, and no"
            " id_token. The client treats it as no login at all.",
            "auth.json:2",
            "Not logged in",
            1,
            False,
            (),
            (
                Fix(
                    "Set it aside and sign in.",
                    "mv ~/.codex/auth.json ~/auth.json.kept && codex login",
                ),
            ),
        ),
        lamps=Lamps(
            Lamp("red", "auth.json:2 cannot be read"),
            Lamp("red", "nothing selected"),
            Lamp("red", "no Authorization header"),
            NOT_SEEN,
        ),
        sources=ladder(
            Source(
                4,
                "auth.json",
                "~/.codex/auth.json",
                "unreadable",
                None,
                detail=f"line 2, column 23: {error}",
                reason="The record does not parse.",
                facts=(
                    Fact("path", "~/.codex/auth.json"),
                    Fact("mode bits", "0644 (others on this machine can read it)"),
                    Fact("error", error),
                ),
            )
        ),
        tokens=(),
        binding=None,
        matrix=(),
        checks=(
            *passes("home.exists", "config.parse"),
            CheckResult(
                "file.shape",
                "fail",
                error,
                ("line 2, column 23",),
                "The client swallows the error and shows its sign-in menu.",
                Fix("Set the file aside and sign in.", "mv ~/.codex/auth.json ~/auth.json.kept"),
                "codex-rs/login/src/auth/storage.rs",
                "file",
                "auth.json:2",
            ),
            CheckResult(
                "file.mode",
                "warn",
                "auth.json is 0644: others on this machine can read it",
                ("-rw-r--r--",),
                "It holds a refresh token.",
                Fix("Take the right away.", "chmod 600 ~/.codex/auth.json"),
                "",
                "file",
                "auth.json",
            ),
        ),
        request=PlannedRequest("https://chatgpt.com/backend-api/codex", None, None, False),
        predictions=(
            Prediction("exec", 1, "Not logged in", False, "unreadable", None),
            Prediction("login-status", 1, "Not logged in", False, "unreadable", None),
            Prediction("tui", 0, None, False, "unreadable", None),
        ),
        generations=dict.fromkeys(GENERATIONS, "unreadable"),
    )


def agent_identity() -> Assessment:
    """An identity in the environment that belongs to another workspace."""
    message = (
        "Login is restricted to workspace org_mine, but current agent identity belongs to"
        ' Some("org_other"). Logging out.'
    )
    return story_2()._replace(
        contract=IDENTITY_ONLY,
        verdict=Verdict(
            "refused",
            "record-not-what-it-seems",
            "agent_identity",
            "this identity is of another workspace",
            "CODEX_AGENT_IDENTITY belongs to org_other, but config.toml:3 allows only org_mine."
            " The client deletes auth.json, which is good, and stops.",
            "CODEX_AGENT_IDENTITY",
            message,
            1,
            True,
            (),
            (
                Fix(
                    "Then your login in auth.json, for org_mine, is used.",
                    "unset CODEX_AGENT_IDENTITY",
                ),
            ),
        ),
        lamps=Lamps(
            Lamp("green", "auth.json, and the variable"),
            Lamp("amber", "CODEX_AGENT_IDENTITY, rung 2"),
            Lamp("red", "nothing: it stops first"),
            NOT_SEEN,
        ),
        sources=ladder(
            Source(
                2,
                "CODEX_AGENT_IDENTITY",
                "environment",
                "selected",
                "agent identity",
                detail="org_other · agent_123",
                reason="It comes before every stored login.",
                facts=(Fact("private key", str(PRIVATE), PRIVATE),),
            ),
            auth_json("shadowed", shadowed_by="CODEX_AGENT_IDENTITY"),
        ),
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
        verdict=Verdict(
            "not-logged-in",
            "nothing-stored",
            None,
            "Nothing is stored: not logged in",
            "No variable is set, auth.json does not exist and the keyring was not"
            " asked. Codex will show its sign-in menu.",
            None,
            "Not logged in",
            1,
            False,
            (),
            (Fix("Sign in.", "codex login"),),
        ),
        lamps=Lamps(
            Lamp("red", "nothing found"),
            Lamp("grey", "nothing to select"),
            Lamp("grey", "nothing to send"),
            NOT_SEEN,
        ),
        sources=ladder(),
        tokens=(),
        binding=None,
        matrix=(),
        checks=passes("home.exists", "config.parse"),
        request=None,
        predictions=(
            Prediction("exec", 1, "Not logged in", False, "not-logged-in", None),
            Prediction("login-status", 1, "Not logged in", False, "not-logged-in", None),
            Prediction("tui", 0, None, False, "not-logged-in", None),
        ),
        generations=dict.fromkeys(GENERATIONS, "not-logged-in"),
    )


STORIES: dict[str, Callable[[], Assessment]] = {
    "healthy": healthy,
    "shadowed": story_1,
    "wrong-workspace": story_2,
    "unreadable": story_8,
    "agent-identity": agent_identity,
    "nothing-stored": nothing,
}
