"""What stands in the way of a request to Amazon Bedrock, Google Cloud or a local server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authtui.answers.findings import Fix
from authtui.checks.phrases import name_words
from authtui.configuration.config import join_key
from authtui.simulation.urls import host_and_port

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from authtui.answers.findings import Verdict
    from authtui.simulation.program_start import Trouble
    from authtui.verdict.judged_case import JudgedCase


def _region(judged: JudgedCase) -> Verdict:
    provider = judged.provider.id
    key = join_key(("model_providers", provider, "aws", "region"))
    given = judged.config.get(key)
    where = judged.config.where(key if given is not None else "model_provider")
    set_it = next(
        (name for name in ("AWS_REGION", "AWS_DEFAULT_REGION") if judged.environment.get(name)),
        None,
    )
    place = where if given is not None else set_it or where
    said = judged.starts["exec"].prediction.says or ""
    lacking = "neither AWS_REGION nor the configuration nor an AWS profile names a region"
    if "does not support" in said:
        lacking = f"{place} names a region that it does not take"
    return judged.verdict(
        "request-went-elsewhere",
        "Amazon Bedrock is not given a region that it takes",
        f"The model provider is {name_words(provider)}, and {lacking}. The OpenAI login plays no "
        "part in its requests.",
        place,
        Fix("name a region that it takes", "export AWS_REGION=us-east-1"),
        Fix(f"or remove model_provider at {judged.config.where('model_provider')}"),
    )


def _aws_credentials(judged: JudgedCase) -> Verdict:
    where = judged.config.where("model_provider")
    profile = judged.observation.aws
    name = name_words(profile.name) if profile is not None else "default"
    lacking = f"neither variables nor the AWS profile {name} give any"
    if profile is not None and profile.method == "incomplete":
        lacking = f"the AWS profile {name} is not there, or has no pair of keys"
    return judged.verdict(
        "request-went-elsewhere",
        "Amazon Bedrock is given no AWS credentials",
        f"{where} selects {name_words(judged.provider.id)}, which is not sent the OpenAI login: it "
        f"takes AWS credentials, and {lacking}.",
        where,
        Fix("set AWS_BEARER_TOKEN_BEDROCK, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"),
        Fix(f"or remove model_provider at {where}, to use the OpenAI login"),
    )


def _google_project(judged: JudgedCase) -> Verdict:
    where = judged.config.where("model_provider")
    return judged.verdict(
        "request-went-elsewhere",
        "Google Cloud is given no project",
        f"{where} selects gcp, and neither GOOGLE_CLOUD_PROJECT nor project_id names a project.",
        where,
        Fix("name the project", "export GOOGLE_CLOUD_PROJECT=<project>"),
    )


def _google_login(judged: JudgedCase) -> Verdict:
    where = judged.config.where("model_provider")
    return judged.verdict(
        "request-went-elsewhere",
        "Google Cloud gives no token: gcloud is not on PATH",
        f"{where} selects gcp, whose token Codex has gcloud print; there is no program of that "
        "name on PATH.",
        where,
        Fix("install gcloud, then log in with it", "gcloud auth application-default login"),
    )


def _not_listening(judged: JudgedCase) -> Verdict:
    request = judged.starts["exec"].request
    where = judged.config.where("model_provider")
    host = name_words(host_and_port(request.base_url if request else ""))
    return judged.verdict(
        "request-went-elsewhere",
        f"Nothing listens at {host}",
        f"{where} selects {name_words(judged.provider.id)}, a server on this machine that needs no "
        f"key. Nothing listens at {host} now, and Codex waits for it.",
        where,
        Fix(f"start the server at {host}"),
    )


def silent_base(judged: JudgedCase, base: str) -> Verdict:
    """The verdict where the workspace would be looked up at a port that nobody listens at."""
    where, host = judged.config.where("chatgpt_base_url"), name_words(host_and_port(base))
    return judged.verdict(
        "request-went-elsewhere",
        f"Nothing listens at {host}",
        f"{where} has Codex look your workspace up at {host} before any model request, and nothing "
        "listens there now. The message only says that routing discovery failed.",
        where,
        Fix(f"start the server at {host}"),
        Fix(f"remove chatgpt_base_url at {where}"),
    )


OF_REQUEST: Final[Mapping[Trouble, Callable[[JudgedCase], Verdict]]] = {
    "aws-region": _region,
    "aws-credentials": _aws_credentials,
    "google-project": _google_project,
    "google-login": _google_login,
    "not-listening": _not_listening,
}
"""The verdicts of these troubles, in the form of `troubles`."""
