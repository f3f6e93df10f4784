"""The shape of `check --json`, schema 1, written out by hand: what other programs rely on."""

from __future__ import annotations

TEXT, NUMBER, YES_NO, ANYTHING = "text", "number", "yes or no", "anything"


class OneOf:
    """One of the given words (None among them where it may be null)."""

    def __init__(self, *words: str | None) -> None:
        self.words = words


class Maybe:
    """The given shape, or null."""

    def __init__(self, shape: object) -> None:
        self.shape = shape


OUTCOME = OneOf("ready", "degraded", "refused", "not-logged-in", "unreadable")
SURFACE = OneOf("exec", "login-status", "tui")
LIGHT = OneOf("grey", "green", "amber", "red")
MODE = OneOf(
    "api_key",
    "chatgpt",
    "chatgpt_auth_tokens",
    "agent_identity",
    "personal_access_token",
    "bedrock",
    "workload_identity",
    "headers",
    "provider",
    None,
)

GENERATIONS = ("first", "identity-only", "explicit", "managed", "current")
SCHEMA: dict[str, object] = {
    "schema": NUMBER,
    "authtui": TEXT,
    "home": TEXT,
    "contract": {"name": TEXT, "chosen_by": TEXT, "client_version": Maybe(TEXT)},
    "surface": SURFACE,
    "verdict": {
        "outcome": OUTCOME,
        "kind": OneOf(
            "ready",
            "another-source-won",
            "record-not-what-it-seems",
            "request-went-elsewhere",
            "answer-not-from-auth-server",
            "nothing-stored",
        ),
        "mode": MODE,
        "sentence": TEXT,
        "client_message": Maybe(TEXT),
        "client_exit": NUMBER,
        "deletes_stored_login": YES_NO,
        "assumes": [TEXT],
        "fix": [TEXT],
    },
    "lamps": {"stored": LIGHT, "selected": LIGHT, "sent": LIGHT, "accepted": LIGHT},
    "sources": [
        {
            "rank": Maybe(NUMBER),
            "name": TEXT,
            "place": TEXT,
            "status": OneOf(
                "absent",
                "selected",
                "shadowed",
                "invalid",
                "ignored",
                "unreadable",
                "not-consulted",
                "not-visible",
            ),
            "kind": Maybe(TEXT),
            "shadowed_by": Maybe(TEXT),
            "detail": Maybe(TEXT),
        }
    ],
    "tokens": [
        {
            "name": TEXT,
            "header": {},
            "claims": {},
            "expires_at": Maybe(TEXT),
            "verified": OneOf("not-checked", "valid", "invalid", "unsigned"),
        }
    ],
    "binding": Maybe(
        {
            "binding_id": Maybe(TEXT),
            "account_id": TEXT,
            "user_id": Maybe(TEXT),
            "access_token": YES_NO,
        }
    ),
    "matrix": [{"who": TEXT, "account_id": Maybe(TEXT), "user_id": Maybe(TEXT)}],
    "checks": [
        {
            "id": TEXT,
            "status": OneOf("pass", "warn", "fail", "unknown"),
            "summary": TEXT,
            "evidence": [TEXT],
            "fix": Maybe(TEXT),
            "source": TEXT,
        }
    ],
    "request": Maybe(
        {
            "base_url": TEXT,
            "authorization": OneOf("Bearer", "AgentAssertion", "AWS", "other", None),
            "account_id_header": Maybe(TEXT),
            "fedramp": YES_NO,
        }
    ),
    "predictions": [
        {"surface": SURFACE, "exit": NUMBER, "says": Maybe(TEXT), "deletes_stored_login": YES_NO}
    ],
    "generations": dict.fromkeys(GENERATIONS, OUTCOME),
    "unsaved": [{"place": TEXT, "rescue": TEXT}],
    "forms": [
        {
            "form": TEXT,
            "where": TEXT,
            "accepted_since": Maybe(TEXT),
            "accepted_until": Maybe(TEXT),
            "accepted_by": [TEXT],
        }
    ],
}


def faults(document: object, shape: object = None, place: str = "$") -> list[str]:
    """Where a document departs from the schema. More keys than it names are allowed."""
    shape = SCHEMA if shape is None else shape
    if isinstance(shape, Maybe):
        return [] if document is None else faults(document, shape.shape, place)
    if isinstance(shape, OneOf):
        return [] if document in shape.words else [f"{place}: {document!r} is no known word"]
    if isinstance(shape, list):
        if not isinstance(document, list):
            return [f"{place}: is no list"]
        items = enumerate(document)
        return [f for n, item in items for f in faults(item, shape[0], f"{place}[{n}]")]
    if isinstance(shape, dict):
        if not isinstance(document, dict):
            return [f"{place}: is no object"]
        missing = [f"{place}.{key}: is missing" for key in shape if key not in document]
        present = [key for key in shape if key in document]
        return missing + [f for k in present for f in faults(document[k], shape[k], f"{place}.{k}")]
    wanted = {TEXT: str, NUMBER: int, YES_NO: bool}[str(shape)]
    good = isinstance(document, wanted) and (wanted is bool or not isinstance(document, bool))
    return [] if good else [f"{place}: {document!r} is not {shape}"]
