"""What the words mean that authtui uses: on the help screen, and in `authtui help words`."""

from __future__ import annotations

from typing import Final

SCREEN_WORDS: Final = (
    ("stored", "A credential is on this machine, readable, of a shape this client accepts."),
    ("selected", "The client uses it: no other source comes first."),
    ("sent", "It would go on the wire, to the right host."),
    ("accepted", "A server was seen to accept it. Grey until an answer was seen."),
    ("shadowed", "Good or not, a source above it in the ladder won."),
    ("decoded, not verified", "The token was decoded; its signature was not checked."),
    ("● ◐ ✗ ○", "yes · in part · no · not known"),
    ("✓ ! ✗ ?", "passes · warns · fails · cannot tell"),
)
"""The lamps, and the words and marks that stand on the first screen."""

OUTCOMES: Final = (
    ("ready", "The client would start with a usable credential, as far as can be known here."),
    ("degraded", "The client would start, and send a wrong credential or none."),
    ("refused", "The client would stop: a restriction forbids this login."),
    ("not-logged-in", "Nothing is stored, and no variable holds a credential."),
    ("unreadable", "Something is there that cannot be read or used."),
)
"""What a verdict may come to."""

TERMS: Final = (
    ("access token", "The short-lived JWT that a ChatGPT login sends as its Bearer credential."),
    ("account", "The workspace that a login acts for; the header ChatGPT-Account-ID names it."),
    (
        "agent identity",
        "A registered key of this machine: it signs requests, and no token is sent.",
    ),
    ("assertion", "The signed header of an agent identity: AgentAssertion, made for each request."),
    ("binding", "Who a login stands for: account and user, as tokens, record and headers say."),
    ("check", "One question to the state with its answer: passes, warns, fails, cannot tell."),
    ("claim", "A statement of a token about itself, such as exp (until when it is valid)."),
    ("Codex home", "The directory of the client's files: $CODEX_HOME, else ~/.codex."),
    ("contract", "What one generation of the client reads, accepts, sends and prints."),
    ("credential", "What proves who you are: a key, a token, a signed assertion."),
    ("forced workspace", "A line of config.toml or a policy that allows certain accounts only."),
    (
        "generation",
        "Versions of the client that treat logins alike: `authtui help generations`.",
    ),
    ("id token", "The JWT that says who signed in: e-mail, plan, account. It is never sent."),
    ("JWKS, key set", "The public keys of an issuer; a signature is checked against one of them."),
    ("JWT", "A signed token in three parts: header, claims, signature."),
    ("ladder", "Every source of a credential in the client's order; the first that is there wins."),
    ("lamp", "One of four questions: stored, selected, sent, accepted. None lights another."),
    ("lifecycle", "The steps of a login: load, register, assert, refresh, log out, restore."),
    ("presenter", "A run with a locked screen: no secret is revealed, nothing is exported."),
    ("refresh token", "Used once to get new tokens; whoever uses it makes the old one worthless."),
    ("request id", "The server's name for one answer; support asks for it."),
    ("source", "A place that can hold a credential: a variable, auth.json, the keyring."),
    ("stand-in", "A name such as acct-A for a real one, the same within one report."),
    ("surface", "A program of the client: codex exec, codex login status, the codex screen."),
    ("task", "What an agent identity registers before it may sign requests."),
    ("trace", "A redacted file of what happened to a login; `authtui open` shows it."),
    ("verdict", "The answer in one sentence, with the fix and what the client would print."),
)
"""The terms of the field, in the order of the alphabet."""
