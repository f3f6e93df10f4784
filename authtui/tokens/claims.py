"""What the claims of a token mean, in words; how the client reads them is in `tokens.id_token`.

Sources: codex-rs/protocol/src/auth.rs (plans),
RFC 7519 section 4.1 and OpenID Connect Core section 2 (registered claims).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authtui.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

AUTH: Final = "https://api.openai.com/auth"
PROFILE: Final = "https://api.openai.com/profile"
NAMESPACES: Final = {AUTH: "auth", PROFILE: "profile"}
"""Full name of a nested claim and the short form used in labels."""

TIMES: Final = frozenset(
    [
        "exp",
        "iat",
        "nbf",
        "auth_time",
        "pwd_auth_time",
        "updated_at",
        "registered_at",
        "chatgpt_subscription_active_start",
        "chatgpt_subscription_active_until",
        "chatgpt_subscription_last_checked",
    ]
)
"""Claims whose value is a time."""
EMAILS: Final = frozenset(["email", "preferred_username", "upn"])
"""Claims whose value is an e-mail address."""


class PlanName(NamedTuple):
    """A plan: its stored spelling, the name the client shows, and whether it has a workspace."""

    raw: str
    shown: str
    workspace: bool
    known: bool = True


_PLAN_ROWS: Final = (
    PlanName("free", "Free", False),
    PlanName("go", "Go", False),
    PlanName("plus", "Plus", False),
    PlanName("pro", "Pro", False),
    PlanName("prolite", "Pro Lite", False),
    PlanName("promax", "Pro Max", False),
    PlanName("team", "Team", True),
    PlanName("self_serve_business_prolite", "Self Serve Business ProLite", True),
    PlanName("self_serve_business_usage_based", "Self Serve Business Usage Based", True),
    PlanName("business", "Business", True),
    PlanName("ent26", "Enterprise", True),
    PlanName("enterprise_cbp_automation", "Enterprise (Automation)", True),
    PlanName("enterprise_cbp_usage_based", "Enterprise CBP Usage Based", True),
    PlanName("enterprise", "Enterprise", True),
    PlanName("hc", "Enterprise", True),
    PlanName("education", "Edu", True),
    PlanName("edu", "Edu", True),
    PlanName("edu_plus", "Edu Plus", True),
    PlanName("edu_pro", "Edu Pro", True),
    PlanName("sci", "Sci", True),
    PlanName("sci_plus", "Sci Plus", True),
)
_PLANS: Final = {row.raw: row for row in _PLAN_ROWS}


def plan_of(raw: str) -> PlanName:
    """The plan of a spelling; an unknown one is kept as its raw text."""
    return _PLANS.get(raw) or PlanName(raw, raw, workspace=False, known=False)


EXPLANATIONS: Final[Mapping[str, str]] = {
    "header.alg": "The algorithm the issuer says it signed with.",
    "header.kid": "Which key of the issuer's key set signed the token.",
    "header.typ": "The kind of token; JWT, or at+jwt for an access token.",
    "header.cty": "The kind of content inside.",
    "header.enc": "The encryption of the content: this token is encrypted.",
    "header.jku": "An address that claims to serve the signing key; the client ignores it.",
    "header.jwk": "A key the token brings along; trusting it would prove nothing.",
    "header.x5t": "A fingerprint of the issuer's certificate.",
    "signature": "What proves the issuer and that nothing was altered; needs the issuer's key set.",
    "iss": "Issuer: who made the token.",
    "sub": "Subject: whom the token speaks of.",
    "aud": "Audience: for whom the token is meant; others must refuse it.",
    "exp": "Expiry: not valid from this moment on.",
    "nbf": "Not valid before this moment.",
    "iat": "Issued at.",
    "jti": "The token's own number, against replay.",
    "auth_time": "When the user last proved who they are.",
    "pwd_auth_time": "When the user last gave a password (milliseconds or seconds).",
    "nonce": "Ties an id token to one login attempt.",
    "acr": "How strongly the user was authenticated.",
    "amr": "By which means the user was authenticated.",
    "azp": "The client application the token was issued to.",
    "at_hash": "A hash of the access token issued with it.",
    "sid": "The issuer's session.",
    "scp": "Scopes: what the access token allows.",
    "scope": "Scopes: what the access token allows.",
    "client_id": "The client application.",
    "session_id": "The issuer's session.",
    "email": "The account's e-mail address; for display only.",
    "email_verified": "Whether the address was confirmed.",
    "name": "The user's name; for display only.",
    "auth_provider": "How the user signed in.",
    "profile.email": "The e-mail address when it does not stand at top level.",
    "profile.email_verified": "Whether the address was confirmed.",
    "auth.chatgpt_account_id": "The account (workspace) the login belongs to; the client compares "
    "it with forced_chatgpt_workspace_id and sends it with requests.",
    "auth.chatgpt_user_id": "The user within ChatGPT.",
    "auth.user_id": "The user; read when chatgpt_user_id is absent.",
    "auth.chatgpt_plan_type": "The plan; decides what the client offers.",
    "auth.chatgpt_account_is_fedramp": "Whether requests go out marked for the FedRAMP service.",
    "auth.chatgpt_subscription_active_start": "When the subscription began.",
    "auth.chatgpt_subscription_active_until": "Until when the subscription is paid.",
    "auth.chatgpt_subscription_last_checked": "When the subscription was last looked at.",
    "auth.organizations": "API organisations of the user; not the workspace.",
    "auth.organization_id": "An API organisation; not the workspace.",
    "auth.project_id": "An API project.",
    "auth.groups": "Groups of the user.",
    "workspace_id": "The workspace, in the contract of April 2026 (#18176); no released client "
    "reads it.",
    "account_id": "The account (workspace) the agent acts for.",
    "agent_runtime_id": "The registered agent; its tasks are registered under this id.",
    "agent_private_key": "The agent's Ed25519 signing key: whoever holds the token can act as the "
    "agent.",
    "chatgpt_user_id": "The user the agent acts for.",
    "plan_type": "The account's plan.",
    "chatgpt_account_is_fedramp": "Whether requests go out marked for the FedRAMP service.",
    "registered_at": "When the agent was registered.",
    "background_task_id": "A task id; never taken from a token.",
    "task_id": "The task registered for this identity; part of every signed request.",
}
"""Claims in words, by label: `header.x`, a top-level name, or `auth.x` and `profile.x`."""


def explain(label: str) -> str:
    """One sentence on a claim; empty for one nobody here knows."""
    return EXPLANATIONS.get(label, "")
