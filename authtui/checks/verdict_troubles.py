"""Verdicts for a credential that is selected, and goes wrong on its way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.checks.findings import Fix, Verdict
from authtui.checks.phrases import describe, host_of
from authtui.checks.preparations import has_binding
from authtui.checks.refreshing import refresh_problem
from authtui.checks.requests import key_doubt
from authtui.checks.sources import LABELS
from authtui.checks.verdict_bench import LOGIN, VARIABLES, Bench
from authtui.contracts import CA_VARIABLES

if TYPE_CHECKING:
    from authtui.credentials.selection import Credential


# These go wrong whether or not a credential was selected.
OWN_ROADS = (
    "provider-variable",
    "provider-command",
    "provider",
    "routing",
    "refresh-url",
    "model-url",
)


class TroubleRules(Bench):
    """Damaged keys, missing tokens, wrong hosts, servers that say no."""

    def explain_trouble(self, trouble: str) -> Verdict:
        """What goes wrong between selecting the credential and its arrival."""
        rules = {
            "provider-variable": self._provider_variable,
            "provider": self._provider_without_credential,
            "routing": self._routing,
            "refresh-url": self._refresh_url,
            "model-url": self._model_url,
            "provider-command": self._provider_command,
        }
        credential = self.course.credential
        if trouble in rules or credential is None:
            return rules[trouble]()
        name = self._place_of(credential)
        fix = LOGIN if name not in VARIABLES else Fix("set it again, without it", f"unset {name}")
        if trouble in ("key-header", "key-shape"):
            key = credential.secret.reveal() if credential.secret else ""
            doubt = key_doubt(key) or "a character that no header may carry is part of the key"
            sent = "no Authorization header at all" if trouble == "key-header" else "a wrong key"
            again = LOGIN._replace(command="printenv OPENAI_API_KEY | codex login --with-api-key")
            return self.make(
                "record-not-what-it-seems",
                f"The API key in {name} is damaged",
                f"In {name}, {doubt}; Codex sends {sent}, and the server answers 401.",
                name,
                again if name not in VARIABLES else fix,
            )
        if trouble == "no-tokens":
            document = credential.document
            missing = "tokens"
            if document is not None and document.tokens is not None:
                missing = "last_refresh"
            return self.make(
                "record-not-what-it-seems",
                f"{name} says ChatGPT login, but holds no usable tokens",
                f"{name} counts as a ChatGPT login, yet {missing} is missing. `codex login status` "
                "still says it is logged in; every request fails.",
                name,
                LOGIN,
            )
        if trouble == "bedrock":
            return self.make(
                "request-went-elsewhere",
                "The stored key is for Amazon Bedrock only",
                f"{name} holds an Amazon Bedrock key, but the model provider is "
                f"{self.case.provider.id}.",
                name,
                Fix('set model_provider = "amazon-bedrock"'),
                LOGIN,
            )
        if trouble == "refresh":
            return self._not_renewed(credential)
        if trouble == "policies":
            return self.make(
                "answer-not-from-auth-server",
                "The workspace's policies cannot be loaded",
                f"{name} holds a login of the plan {credential.plan}, whose workspace manages the "
                "configuration; its policies could not be fetched, and Codex does not start "
                "without them. The login itself is not at fault.",
                name,
                Fix("check the way to chatgpt.com, or ask who manages the workspace"),
            )
        if trouble == "network":
            return self.make(
                "answer-not-from-auth-server",
                "The model endpoint does not answer",
                f"{name} would be attached as it should be, but no answer comes; the login is not "
                "at fault.",
                name,
                Fix("check the network path: proxy, certificates, DNS"),
            )
        if trouble == "register":
            if not has_binding(self.case, credential):
                return self._no_binding(credential)
            return self.make(
                "record-not-what-it-seems",
                "The agent identity cannot be registered",
                f"features.use_agent_identity is on, and registering an identity for {name} fails; "
                "there is no falling back to the login itself.",
                self.config.where("features.use_agent_identity"),
                Fix("turn features.use_agent_identity off, or ask who runs the service"),
            )
        return self._server_says_no(credential)

    def _place_of(self, credential: Credential) -> str:
        """Where to change it: a variable, a file, or the line of a provider's table."""
        if credential.mode != "provider" or credential.source == self.case.provider.env_key:
            return credential.source
        lines = self.case.provider.lines
        return lines.get("experimental_bearer_token") or lines.get("auth.command", "config.toml")

    def _line(self, credential: Credential, field: str) -> str:
        document = credential.document
        line = document.lines.get(field) if document is not None else None
        file = credential.source == "auth.json"
        return f"{credential.source}:{line}" if line and file else credential.source

    def _not_renewed(self, credential: Credential) -> Verdict:
        name, document = credential.source, credential.document
        undated = document is not None and document.last_refresh is None
        state = "has no last_refresh" if undated else "has expired"
        if credential.mode == "chatgpt_auth_tokens":
            return self.make(
                "record-not-what-it-seems",
                "A host program's tokens are over, and only that program can renew them",
                f"{name} says chatgptAuthTokens: the login {state}, and Codex never renews tokens "
                "that another program handed to it.",
                self._line(credential, "auth_mode"),
                LOGIN,
            )
        if credential.account_id is None:
            return self.make(
                "record-not-what-it-seems",
                "The login cannot be renewed: tokens.account_id is missing",
                f"The login in {name} {state}. Before Codex renews one it compares "
                "tokens.account_id with what is stored by then, and here there is none; it says "
                "that you have signed out, which you have not.",
                self._line(credential, "tokens"),
                LOGIN,
            )
        problem = refresh_problem(self.case, credential)
        if problem is not None and not problem.lasting:
            return self.make(
                "answer-not-from-auth-server",
                "The login has to be renewed, and the authority did not do it",
                f"The login in {name} {state}, and renewing it fails ({problem.text}). The refresh "
                "token may still be good.",
                name,
                Fix("check the way to auth.openai.com, and try again"),
                LOGIN,
            )
        return self.make(
            "record-not-what-it-seems",
            "The login has expired and cannot be renewed",
            f"The login in {name} {state} and its refresh token is not accepted.",
            name,
            LOGIN,
        )

    def _no_binding(self, credential: Credential) -> Verdict:
        return self.make(
            "record-not-what-it-seems",
            "The login does not say whose agent identity is wanted",
            "features.use_agent_identity is on, and an identity is registered for an account and a "
            f"user; the login in {credential.source} lacks one of the two.",
            self.config.where("features.use_agent_identity"),
            Fix("turn features.use_agent_identity off"),
            LOGIN,
        )

    def _model_url(self) -> Verdict:
        provider = self.case.provider
        where = provider.lines.get("base_url") or self.config.where("openai_base_url")
        return self.make(
            "request-went-elsewhere",
            "The base URL of model requests is no address",
            f"{where} is no http address, so no model request can be made; the message says only "
            "that the stream ended.",
            where,
            Fix(f"remove or correct the base URL at {where}"),
        )

    def _server_says_no(self, credential: Credential) -> Verdict:
        name, fault = self._place_of(credential), self.case.assumptions.responses
        if fault.startswith("429"):
            return self.make(
                "answer-not-from-auth-server",
                "The service limits requests; the login is not at fault",
                f"{name} is attached as it should be; the answer is a rate limit.",
                name,
                Fix("wait, or look at the plan's limits"),
            )
        stored = self.store.credential
        if name in VARIABLES and stored is not None:
            return self.make(
                "another-source-won",
                f"The server refuses {name}, which hides your {describe(stored)}",
                f"{name} comes first and the server refuses it ({fault}); the {describe(stored)} "
                f"in {self.store.name} is not tried.",
                name,
                Fix("unset the variable", f"unset {name}"),
            )
        fix = Fix("replace it, or unset it", f"unset {name}") if name in VARIABLES else LOGIN
        return self.make(
            "record-not-what-it-seems",
            f"The server refuses the {LABELS.get(credential.mode, credential.mode)} of {name}",
            f"{name} is attached as it should be, and the server answers {fault}.",
            name,
            fix,
        )

    def _provider_variable(self) -> Verdict:
        provider = self.case.provider
        name = provider.env_key or ""
        where = provider.lines.get("env_key", "config.toml")
        return self.make(
            "another-source-won",
            f"The provider's key variable {name} is not set here",
            f"{where} takes the key of {provider.id} from {name}, which this process does not "
            "have; no stored login is used in its place.",
            where,
            Fix("set it in this shell", f"export {name}=…"),
        )

    def _provider_without_credential(self) -> Verdict:
        provider = self.case.provider
        where = provider.lines.get("base_url", "config.toml")
        host = host_of(provider.base_url or "")
        return self.make(
            "request-went-elsewhere",
            "Requests go to a provider that is given no credential",
            f"Model requests go to {host} ({where}), and that provider names no key and does not "
            "ask for the OpenAI login, so nothing is attached. `codex login status` is still fine.",
            where,
            Fix(f"for an OpenAI endpoint, add requires_openai_auth = true below {where}"),
            Fix("for another service, add env_key with the name of its key variable"),
        )

    def _provider_command(self) -> Verdict:
        provider = self.case.provider
        where = provider.lines.get("auth.command", "config.toml")
        return self.make(
            "another-source-won",
            "The provider's auth command gives no token",
            f"{where} takes the key of {provider.id} from {provider.auth_command}, which gives "
            "none; no stored login is used in its place.",
            where,
            Fix("run the command yourself and look at what it prints", provider.auth_command),
        )

    def _routing(self) -> Verdict:
        base = self.config.get("chatgpt_base_url")
        if isinstance(base, str) and not base.lower().startswith(("http://", "https://")):
            where = self.config.where("chatgpt_base_url")
            return self.make(
                "request-went-elsewhere",
                "chatgpt_base_url is not an address",
                f"{where} is {base!r}; the look-up of your workspace fails before any model "
                "request, and the message does not say why.",
                where,
                Fix(f"remove or correct chatgpt_base_url at {where}"),
            )
        credential = self.course.credential
        if credential is not None and credential.account_id == "":
            where = self._line(credential, "tokens.account_id")
            return self.make(
                "record-not-what-it-seems",
                "tokens.account_id is empty",
                f"{where} is an empty text: the look-up of your workspace has nothing to look for, "
                "and no model request is made. `codex login status` is still fine.",
                where,
                LOGIN,
            )
        certificate = self.case.observation.ca_file
        if certificate is not None and certificate.kind != "file":
            name = next((n for n in CA_VARIABLES if self.environment.get(n)), CA_VARIABLES[0])
            return self.make(
                "answer-not-from-auth-server",
                f"{name} names a file that cannot be read",
                f"{name} is {certificate.path} ({certificate.kind}); no TLS connection can be "
                "made, and the message only says that routing discovery failed.",
                name,
                Fix("unset it, or point it at the right bundle", f"unset {name}"),
            )
        return self.make(
            "answer-not-from-auth-server",
            "The workspace look-up fails before any model request",
            "The login itself is not at fault: accounts/check did not answer as expected.",
            None,
            Fix("check the network path to chatgpt.com: proxy, certificates, DNS"),
        )

    def _refresh_url(self) -> Verdict:
        return self.make(
            "request-went-elsewhere",
            "The token cannot be refreshed: the refresh address is no address",
            "The access token has expired, and CODEX_REFRESH_TOKEN_URL_OVERRIDE is set to "
            "something that is not a URL, so no refresh can be sent.",
            "CODEX_REFRESH_TOKEN_URL_OVERRIDE",
            Fix("unset it", "unset CODEX_REFRESH_TOKEN_URL_OVERRIDE"),
        )
