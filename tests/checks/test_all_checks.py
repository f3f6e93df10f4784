"""The register as a whole: complete, quick, silent about secrets, never raising."""

from __future__ import annotations

import json
import subprocess
import sys

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from authtui import contracts
from authtui.answers.findings import SURFACES, CheckResult
from authtui.checks.all_checks import REGISTER
from authtui.checks.failure_modes import failure_modes
from authtui.checks.registry import run_checks
from authtui.redaction import Secret
from tests.checks.build import KEY, State, agent, chatgpt, observe, subject_of
from tests.checks.test_each_check import ROWS
from tests.tokens.token_samples import PRIVATE_KEY


def text_of(results: tuple[CheckResult, ...]) -> str:
    return "\n".join(str(result) for result in results)


def test_ids_are_unique_and_every_check_has_a_title_and_a_source() -> None:
    ids = [entry.id for entry in REGISTER]
    assert len(ids) == len(set(ids))
    known = {mode.rank for mode in failure_modes()}
    for entry in REGISTER:
        assert entry.title
        assert entry.source
        assert {*entry.modes, *entry.hints} <= known
        assert not set(entry.modes).intersection(entry.hints)


def test_at_least_sixty_failure_modes_are_recognised_from_local_state() -> None:
    table = failure_modes()
    assert [mode.rank for mode in table] == list(range(1, 72))
    assert sum(1 for mode in table if mode.checks) >= 60
    assert "sources.shadowing" in table[3][2]


def test_importing_the_register_imports_nothing_heavy() -> None:
    code = (
        "import sys; import authtui.checks.failure_modes; "
        "print([m for m in ('cryptography','jwt','keyring','textual','httpx','pyrage','asyncio') "
        "if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_no_answer_holds_a_secret() -> None:
    planted = {KEY, PRIVATE_KEY, "rt-made-up-refresh", "ada@example.test"}
    for _, state, _, _ in ROWS:
        subject = subject_of(state)
        text = text_of(run_checks(subject))
        secrets = set(planted)
        for variable in subject.case.observation.environment.variables.values():
            value = variable.value.reveal()
            if variable.name in ("CODEX_API_KEY", "CODEX_ACCESS_TOKEN") and len(value) > 9:
                secrets.add(value)
        assert not [secret for secret in secrets if secret in text]


_NAMES = st.sampled_from(
    [
        "CODEX_API_KEY",
        "CODEX_ACCESS_TOKEN",
        "CODEX_AGENT_IDENTITY",
        "OPENAI_BASE_URL",
        "HTTPS_PROXY",
        "SSL_CERT_FILE",
        "CODEX_REFRESH_TOKEN_URL_OVERRIDE",
        "OPENAI_FEDERATION_RULE_ID",
    ]
)
_TEXT = st.text(
    st.characters(codec="utf-8", exclude_characters="\0"), max_size=40
) | st.sampled_from([KEY, agent(), "at-x", "://", "http://", "a.b.c", "[", "socks://"])
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=6,
)
_FIELDS = st.dictionaries(
    st.sampled_from(["auth_mode", "OPENAI_API_KEY", "tokens", "last_refresh", "agent_identity"]),
    _JSON | st.sampled_from(["chatgpt", "apikey", "agentIdentity"]),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    environ=st.dictionaries(_NAMES, _TEXT, max_size=3),
    document=_FIELDS | _JSON,
    name=st.sampled_from([row.name for row in contracts.TABLE]),
    config=st.sampled_from(
        [
            None,
            'forced_chatgpt_workspace_id = "a"\nchatgpt_base_url = "x"\n',
            'model_provider = "m"\n[model_providers.m]\nbase_url = "::"\nenv_key = "="\n',
            'openai_base_url = "http://[::1"\nforced_login_method = "api"\n',
        ]
    ),
)
def test_no_check_raises_whatever_the_state(
    environ: dict[str, str], document: object, name: str, config: str | None
) -> None:
    text = json.dumps(document, ensure_ascii=True)
    subject = subject_of(State(text, config, environ, name))
    for surface in SURFACES:
        run_checks(subject._replace(surface=surface))


def test_a_check_does_not_change_what_it_looks_at() -> None:
    state = State(chatgpt(), env={"CODEX_API_KEY": KEY})
    subject = subject_of(state)
    before = subject.case.observation
    assert run_checks(subject) == run_checks(subject)
    assert subject.case.observation is before
    assert observe(state).environment.get("CODEX_API_KEY") is not None
    assert Secret(KEY).fingerprint not in ("", KEY)
