"""A network of its own for a real client: loopback only, every host name answers 127.0.0.1.

`isolated()` starts a program in it; inside, `set_up()` brings loopback up, answers every name
lookup and puts a throw-away CA in place of the system's certificates, so that a client reaches the
pretended hosts under its own default URLs and nothing can leave the machine. Linux only.
"""

from __future__ import annotations

import fcntl
import ipaddress
import os
import shutil
import socket
import ssl
import struct
import subprocess
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

HOSTS = (
    "chatgpt.com",
    "*.chatgpt.com",
    "gateway.example.test",
    "chat.openai.com",
    "chatgpt-staging.com",
    "auth.openai.com",
    "auth.api.openai.org",
    "api.openai.com",
    "*.api.openai.com",
    "github.com",
    "api.github.com",
    "raw.githubusercontent.com",
    "localhost",
)
_CA_FILES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
)
_EARLY, _LATE = datetime(2020, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)
_NOBODY_ANSWERS = b"\x81\x83"


_GET_FLAGS, _SET_FLAGS, _UP = 0x8913, 0x8914, 0x1


def isolated() -> tuple[str, ...]:
    """The start of a command line that gives a program namespaces of its own.

    Whatever it starts ends with it.
    """
    mine = ("-n", "-m", "-p", "-f", "--kill-child")
    return ("unshare", *(mine if os.geteuid() == 0 else ("-r", *mine)))


def obstacle_to_isolation() -> str | None:
    """Why this system gives no program a network of its own, or None where it does."""
    if shutil.which("unshare") is None:
        return "there is no program `unshare`: only Linux gives a program a network of its own"
    tried = subprocess.run(  # noqa: S603 - words of ours
        (*isolated(), "true"), capture_output=True, text=True, check=False, timeout=20
    )
    if tried.returncode == 0:
        return None
    return f"the system refuses namespaces: {tried.stderr.strip() or tried.returncode}"


def loopback_up() -> None:
    """Switch this network's own interface on."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        asked = fcntl.ioctl(probe, _GET_FLAGS, struct.pack("16sh14x", b"lo", 0))
        flags = struct.unpack("16sh14x", asked)[1]
        fcntl.ioctl(probe, _SET_FLAGS, struct.pack("16sh14x", b"lo", flags | _UP))


def only_loopback_is_there() -> bool:
    """Whether nothing leads out of this network."""
    return [name for _, name in socket.if_nameindex()] == ["lo"]


class _Authority(NamedTuple):
    key: EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _authority(common: str) -> _Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    built = (
        x509.CertificateBuilder()
        .subject_name(_name(common))
        .issuer_name(_name(common))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_EARLY)
        .not_valid_after(_LATE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return _Authority(key, built.sign(key, hashes.SHA256()))


def _context(
    where: Path, issuer: _Authority, hosts: tuple[str, ...], end: datetime
) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    names: list[x509.GeneralName] = [x509.DNSName(host) for host in hosts]
    names.append(x509.IPAddress(ipaddress.IPv4Address("127.0.0.1")))
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key())
    certificate = (
        x509.CertificateBuilder()
        .subject_name(_name(hosts[0]))
        .issuer_name(issuer.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_EARLY)
        .not_valid_after(end)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(identifier, critical=False)
        .sign(issuer.key, hashes.SHA256())
    )
    file = where / f"{certificate.serial_number}.pem"
    file.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


class Names(threading.Thread):
    """Answers each name lookup with 127.0.0.1; `how` is `ok`, `nxdomain` or `silent`."""

    def __init__(self) -> None:
        """Take the port at once, so that the first lookup finds it."""
        super().__init__(daemon=True)
        self.how = "ok"
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 53))

    def run(self) -> None:
        """Answer until the program ends."""
        while True:
            asked, peer = self._socket.recvfrom(2048)
            end = asked.find(b"\0", 12) + 5
            if self.how == "silent" or end < 17:
                continue
            question = asked[12:end]
            if self.how == "nxdomain":
                empty = struct.pack(">HHHH", 0, 0, 0, 0)
                self._socket.sendto(
                    asked[:2] + _NOBODY_ANSWERS + b"\0\1" + empty[2:] + question, peer
                )
                continue
            wants_ipv4 = question[-4:-2] == b"\0\1"
            answer = b"\xc0\x0c\0\1\0\1\0\0\0\1\0\4\x7f\0\0\1" if wants_ipv4 else b""
            head = asked[:2] + b"\x81\x80" + struct.pack(">HHHH", 1, 1 if answer else 0, 0, 0)
            self._socket.sendto(head + question + answer, peer)


def set_up(
    where: Path, more: tuple[str, ...] = (), etc: Path | None = None
) -> tuple[Names, dict[str, ssl.SSLContext]]:
    """Make the namespaces a network; the name server, and the certificates by their fault.

    `more` are hosts beside `HOSTS`, `etc` stands in the place of the system's own configuration
    of the client. Raises SystemExit where anything but loopback is there.
    """
    hosts = (*HOSTS, *more)
    subprocess.run(["mount", "--make-rprivate", "/"], check=True)  # noqa: S607 - of the system
    loopback_up()
    if not only_loopback_is_there():
        raise SystemExit("this is not a network namespace of its own")
    trusted, rogue = _authority("made-up CA"), _authority("somebody else's CA")
    files = {
        "ca.pem": trusted.pem,
        "resolv.conf": b"nameserver 127.0.0.1\noptions timeout:2 attempts:1\n",
        "hosts": b"127.0.0.1 localhost\n",
    }
    for name, content in files.items():
        (where / name).write_bytes(content)
    _bind(where / "resolv.conf", "/etc/resolv.conf")
    _bind(where / "hosts", "/etc/hosts")
    for path in _CA_FILES:
        _bind(where / "ca.pem", path)
    # What administrators of this machine decided is no part of a recording.
    (where / "nothing").mkdir()
    _bind(etc or where / "nothing", "/etc/codex")
    # The bus of a session, at which a keyring answers.
    _bind(where / "nothing", "/run/user")
    names = Names()
    names.start()
    ended = _EARLY + timedelta(days=366)
    return names, {
        "trusted": _context(where, trusted, hosts, _LATE),
        "untrusted": _context(where, rogue, hosts, _LATE),
        "expired": _context(where, trusted, hosts, ended),
        "wrong_host": _context(where, trusted, ("elsewhere.example.test",), _LATE),
    }


def _bind(source: Path, target: str) -> None:
    if Path(target).exists():
        words = ["mount", "--bind", str(source), target]
        subprocess.run(words, check=True)  # noqa: S603 - a path of ours and one of the system
