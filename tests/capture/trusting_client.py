"""What a released client trusts, and what authtui trusts in its place; in namespaces of its own.

`python -m tests.capture.trusting_client BINARY FOLDER SYSTEM VARIABLE` puts certificates in place
of the machine's (`company` or `none`), names others by VARIABLE (`NAME=company`, `NAME=other`, or
empty), and asks a server whose certificate the company has signed: alone, and captured.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from authtui.demo.backend.client_setup import setup_for
from authtui.demo.backend.server import running_backend, secure_port
from authtui.demo.backend.tls import Authority
from authtui.rehearsal.network import loopback_up, only_loopback_is_there

HOST = "gateway.example.test"
COMMAND = ("exec", "--skip-git-repo-check", "hi")
ANSWER = "Hello from the authtui demo backend."
CONFIG = """\
check_for_update_on_startup = false
model_provider = "gateway"
model_providers.gateway.name = "gateway"
model_providers.gateway.base_url = "https://{host}:{port}/v1"
model_providers.gateway.env_key = "GATEWAY_KEY"
model_providers.gateway.wire_api = "responses"
model_providers.gateway.request_max_retries = 0
model_providers.gateway.stream_max_retries = 0
analytics.enabled = false
"""


def mounted(folder: Path, company: str, system: str) -> None:
    """Only loopback, one name, and these certificates."""
    subprocess.run(["mount", "--make-rprivate", "/"], check=True)
    loopback_up()
    if not only_loopback_is_there():
        raise SystemExit("this is not a network namespace of its own")
    (folder / "hosts").write_text(f"127.0.0.1 localhost {HOST}\n")
    subprocess.run(["mount", "--bind", folder / "hosts", "/etc/hosts"], check=True)
    for place in ("/etc/ssl", "/etc/pki", "/usr/local/share", "/usr/share/ca-certificates"):
        if Path(place).is_dir():
            subprocess.run(["mount", "-t", "tmpfs", "none", place], check=True)
    if system == "company":
        bundle = Path("/etc/ssl/certs/ca-certificates.crt")
        bundle.parent.mkdir(parents=True)
        bundle.write_text(company)


def asked(binary: str, folder: Path, system: str, variable: str) -> dict[str, Any]:
    company, other = Authority("The Company"), Authority("Another")
    mounted(folder, company.pem, system)
    with running_backend() as backend, secure_port(backend, company.server((HOST,))) as port:
        home = folder / ".codex"
        home.mkdir()
        setup = setup_for(backend, "api-key")
        key = json.loads(setup.auth_json.reveal())["OPENAI_API_KEY"]
        (home / "config.toml").write_text(CONFIG.format(host=HOST, port=port))
        environment = {
            "HOME": str(folder),
            "CODEX_HOME": str(home),
            "GATEWAY_KEY": key,
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(Path(__file__).parents[2]),
        }
        if variable:
            name, _, whose = variable.partition("=")
            bundle = folder / "bundle.pem"
            bundle.write_text((company if whose == "company" else other).pem)
            environment[name] = str(bundle)
        captured = [sys.executable, "-m", "authtui", "capture", "--headless", "--", binary]
        found: dict[str, Any] = {}
        for way, program in (("alone", [binary]), ("captured", captured)):
            # One that trusts nobody tries for ever.
            done = subprocess.run(
                ["timeout", "-s", "INT", "15", *program, *COMMAND],
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            found[way] = ANSWER in done.stdout
            found[f"{way} said"] = done.stdout
        return found


if __name__ == "__main__":
    print(json.dumps(asked(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:5])))  # noqa: T201
