"""Throw-away certificate authorities, for a world in which the real names answer on loopback."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from authtui.record import NamedTuple

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.x509 import Certificate

_DAY: Final = timedelta(days=1)
_USAGES: Final = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
    "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
)  # fmt: skip


class Authority:
    """One authority: it can sign a server's certificate. Its key stays in this object."""

    def __init__(
        self, name: str, *, begins: datetime | None = None, ends: datetime | None = None
    ) -> None:
        """Valid from `begins` to `ends` (UTC); a month around this moment where not given.

        Certificates live by the machine's own clock: that is the one TLS looks at.
        """
        now = datetime.now(UTC)
        self.name = name
        self._key = _new_key()
        self._certificate = _signed(
            name, self._key, name, self._key, (begins or now - _DAY, ends or now + 30 * _DAY), ()
        )

    @property
    def pem(self) -> str:
        """The certificate to trust."""
        return _pem(self._certificate)

    def server(self, hosts: tuple[str, ...]) -> Served:
        """A certificate and key for a server of these names."""
        from cryptography.hazmat.primitives.serialization import (
            Encoding,
            NoEncryption,
            PrivateFormat,
        )

        now, key = datetime.now(UTC), _new_key()
        made = _signed(hosts[0], key, self.name, self._key, (now - _DAY, now + 30 * _DAY), hosts)
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return Served(_pem(made) + self.pem, private.decode("ascii"))


class Served(NamedTuple):
    """What a TLS server needs: the chain and its key, as PEM text."""

    chain: str
    key: str

    def __repr__(self) -> str:
        return "<Served>"


def _new_key() -> EllipticCurvePrivateKey:
    from cryptography.hazmat.primitives.asymmetric import ec

    return ec.generate_private_key(ec.SECP256R1())


def _pem(certificate: Certificate) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate.public_bytes(Encoding.PEM).decode("ascii")


def _signed(
    name: str,
    key: EllipticCurvePrivateKey,
    issuer: str,
    issuer_key: EllipticCurvePrivateKey,
    valid: tuple[datetime, datetime],
    hosts: tuple[str, ...],
) -> Certificate:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.x509.oid import NameOID

    def called(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    builder = (
        x509.CertificateBuilder()
        .subject_name(called(name))
        .issuer_name(called(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(valid[0])
        .not_valid_after(valid[1])
        .add_extension(x509.BasicConstraints(ca=not hosts, path_length=None), critical=True)
        # Strict checkers refuse certificates without the identifiers of their keys.
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()),
            critical=False,
        )
    )
    if hosts:
        names = x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts])
        builder = builder.add_extension(names, critical=False)
    else:
        signs = dict.fromkeys(_USAGES, False) | {"key_cert_sign": True, "crl_sign": True}
        builder = builder.add_extension(x509.KeyUsage(**signs), critical=True)
    return builder.sign(issuer_key, hashes.SHA256())
