"""The providers that are built in besides OpenAI: Amazon Bedrock, Google Cloud, local servers.

None of them is sent the login of OpenAI. Pure. Source: 0.169 and 0.171, led with each of these
states; codex-rs/model-provider.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from authtui.answers.findings import PlannedRequest
from authtui.simulation.first_answer import answered
from authtui.simulation.program_start import failed_start
from authtui.simulation.selection import Credential

if TYPE_CHECKING:
    from authtui.simulation.program_start import Case, ProgramStart
    from authtui.simulation.selection import Resolution

LOCAL_SERVERS: Final = {"ollama": 11434, "lmstudio": 1234}
"""The local servers that are built in, and where they listen unless they are told otherwise."""
_BEDROCK_BASES: Final = {
    "amazon-bedrock": "https://bedrock-mantle.{region}.api.aws/openai/v1",
    "amazon-bedrock-runtime": "https://bedrock-runtime.{region}.amazonaws.com/openai/v1",
}
_REGIONS: Final = (
    "us-east-1",
    "us-east-2",
    "us-west-2",
    "us-gov-east-1",
    "us-gov-west-1",
    "sa-east-1",
    "eu-central-1",
    "eu-north-1",
    "eu-south-1",
    "eu-west-1",
    "eu-west-2",
    "ap-northeast-1",
    "ap-south-1",
    "ap-southeast-3",
)
"""The regions that `amazon-bedrock` takes; `amazon-bedrock-runtime` takes any."""
TOKEN: Final = "AWS_BEARER_TOKEN_BEDROCK"  # noqa: S105 - the name of a variable
KEY_ID: Final = "AWS_ACCESS_KEY_ID"
REGION_VARIABLES: Final = ("AWS_REGION", "AWS_DEFAULT_REGION")
PROJECT: Final = "GOOGLE_CLOUD_PROJECT"

_SECRETS: Final = ("AWS_SECRET_ACCESS_KEY", "SECRET_ACCESS_KEY")
_GOOGLE_BASE: Final = (
    "https://aiplatform.googleapis.com/v1/projects/{project}/locations/{location}"
    "/publishers/openai/v1"
)
_NO_PROJECT: Final = (
    "ERROR: Missing environment variable: `GOOGLE_CLOUD_PROJECT`. Set "
    "model_providers.gcp.project_id or GOOGLE_CLOUD_PROJECT to your Google Cloud project ID, or "
    "configure model_providers.gcp.base_url."
)
_NO_GOOGLE_LOGIN: Final = (
    "ERROR: Google Cloud credentials are unavailable or expired. Run `gcloud auth "
    "application-default login` to reauthenticate."
)
_REGION_WANTED: Final = (
    "ERROR: Fatal error: Amazon Bedrock bearer token auth requires "
    "`model_providers.amazon-bedrock.aws.region`, `AWS_REGION`, or `AWS_DEFAULT_REGION`"
)
_NO_REGION: Final = (
    "ERROR: Fatal error: failed to resolve Amazon Bedrock auth: AWS SDK config did not resolve a "
    "region"
)
_WRONG_REGION: Final = "ERROR: Fatal error: Amazon Bedrock does not support region `{region}`"
_NOT_LOADED: Final = (
    "ERROR: stream disconnected before completion: failed to load AWS credentials: {reason}"
)
_NOT_ENABLED: Final = "the credential provider was not enabled"
_NOT_CONFIGURED: Final = "the credentials provider was not properly configured"
_NOT_LOADABLE: Final = "an error occurred while loading credentials"


def local_base(case: Case) -> str:
    """Where requests to the local server go: CODEX_OSS_BASE_URL, CODEX_OSS_PORT, else its port."""
    environment = case.observation.environment
    base = environment.trimmed("CODEX_OSS_BASE_URL")
    if base is not None:
        return base.rstrip("/")
    given = environment.trimmed("CODEX_OSS_PORT") or ""
    port = int(given) if given.isascii() and given.isdigit() and len(given) < 6 else 0
    if not 0 < port < 1 << 16:
        port = LOCAL_SERVERS[case.provider.id]
    return f"http://localhost:{port}/v1"


def to_google(case: Case) -> ProgramStart:
    """A request to Google Cloud, with the token that `gcloud` prints."""
    environment = case.observation.environment
    base = case.provider.base_url
    project = _setting(case, "project_id") or environment.trimmed(PROJECT)
    if base is None and project is None:
        return failed_start("exec", _NO_PROJECT, "degraded", trouble="google-project")
    location = _setting(case, "location") or environment.trimmed("GOOGLE_CLOUD_LOCATION")
    base = base or _GOOGLE_BASE.format(project=project, location=location or "global")
    if case.observation.gcloud is False:
        return failed_start("exec", _NO_GOOGLE_LOGIN, "degraded", trouble="google-login")
    credential = Credential(
        "provider",
        "gcloud",
        "gcloud",
        assumes=("`gcloud auth application-default print-access-token` prints a token",),
    )
    return answered(case, credential, PlannedRequest(base, "Bearer", credential="gcloud"))


def to_bedrock(case: Case, found: Resolution) -> ProgramStart:
    """A request to Amazon Bedrock: a stored key, the variable's token, or what the SDK finds."""
    provider, stored = case.provider, found.credential
    document = stored.document if stored is not None and stored.mode == "bedrock" else None
    if stored is not None and document is not None and document.bedrock_api_key is not None:
        return _to_region(case, stored, "Bearer", str(document.bedrock_api_key.get("region")))
    if stored is not None and document is not None:
        return _signed(case, stored)
    if provider.auth_command:
        command = Credential(
            "provider",
            f"model_providers.{provider.id}.auth",
            f"model_providers.{provider.id}",
            assumes=("the provider's auth command prints a token",),
        )
        return _to_region(case, command, "Bearer", _region(case) or _profile_region(case))
    variable = case.observation.environment.get(TOKEN)
    token = case.observation.environment.trimmed(TOKEN)
    if variable is not None and token is not None and _setting(case, "aws.profile") is None:
        region = _region(case)
        if region is None:
            text = _REGION_WANTED
            return failed_start("exec", text, "degraded", trouble="aws-region")
        return _to_region(
            case, Credential("provider", TOKEN, TOKEN, variable.value), "Bearer", region
        )
    return _by_the_sdk(case)


def _by_the_sdk(case: Case) -> ProgramStart:
    """Credentials as the AWS SDK finds them: a chosen profile, variables, files, roles."""
    if _setting(case, "aws.credential_export.command") is not None:
        where = f"model_providers.{case.provider.id}.aws.credential_export"
        exported = Credential(
            "provider", where, where, assumes=("the export command prints AWS credentials",)
        )
        return _signed(case, exported)
    environment, profile = case.observation.environment, case.observation.aws
    chosen = _setting(case, "aws.profile")
    secret = any(environment.trimmed(name) for name in _SECRETS)
    if chosen is None and environment.trimmed(KEY_ID) and secret:
        return _signed(case, Credential("provider", KEY_ID, KEY_ID))
    name = f"the AWS profile {profile.name if profile else chosen or 'default'}"
    method = profile.method if profile is not None else None
    if method == "keys":
        return _signed(case, Credential("provider", name, name))
    if method == "elsewhere":
        given = Credential("provider", name, name, assumes=(f"{name} gives credentials",))
        return _signed(case, given)
    if method is None and chosen is None:
        for variable in _ROLE_VARIABLES:
            if environment.trimmed(variable):
                assumes = (f"the role that {variable} names gives credentials",)
                return _signed(case, Credential("provider", variable, variable, assumes=assumes))
    lacking = _without_region(case)
    if lacking is not None:
        return lacking
    reason = _NOT_CONFIGURED if method == "incomplete" else _NOT_ENABLED
    text = _NOT_LOADED.format(reason=reason)
    return failed_start("exec", text, "degraded", trouble="aws-credentials")


_ROLE_VARIABLES: Final = (
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
)


def _signed(case: Case, credential: Credential) -> ProgramStart:
    lacking = _without_region(case)
    return lacking or _to_region(case, credential, "AWS", _sdk_region(case))


def _without_region(case: Case) -> ProgramStart | None:
    if _sdk_region(case) is not None:
        return None
    return failed_start("exec", _NO_REGION, "degraded", trouble="aws-region")


def _to_region(
    case: Case, credential: Credential, scheme: Literal["Bearer", "AWS"], region: str | None
) -> ProgramStart:
    provider = case.provider
    base = provider.base_url
    if base is None and region is None:
        return failed_start("exec", _NO_REGION, "degraded", trouble="aws-region")
    if base is None:
        if provider.id == "amazon-bedrock" and region not in _REGIONS:
            text = _WRONG_REGION.format(region=region)
            return failed_start("exec", text, "degraded", trouble="aws-region")
        base = _BEDROCK_BASES[provider.id].format(region=region)
    return answered(case, credential, PlannedRequest(base, scheme, credential=credential.source))


def _region(case: Case) -> str | None:
    environment = case.observation.environment
    named = (environment.trimmed(name) for name in REGION_VARIABLES)
    return _setting(case, "aws.region") or next((name for name in named if name), None)


def _sdk_region(case: Case) -> str | None:
    """The region of the SDK, which takes a blank variable for a name; then the profile's."""
    given = _setting(case, "aws.region")
    if given is not None:
        return given
    for name in REGION_VARIABLES:
        variable = case.observation.environment.get(name)
        if variable is not None:
            return variable.value.reveal().strip()
    return _profile_region(case)


def _profile_region(case: Case) -> str | None:
    profile = case.observation.aws
    return profile.region if profile is not None else None


def _setting(case: Case, key: str) -> str | None:
    """A key of the provider's own table, where it is set to something."""
    value = case.observation.config.get(f"model_providers.{case.provider.id}.{key}")
    return value.strip() or None if isinstance(value, str) else None
