"""Agent identity keys: Ed25519 in PKCS#8, read the way the client reads them.

The client stores standard base64 of a PKCS#8 document. Keys it generates are version 2 documents
(83 bytes, public key appended), which the `cryptography` package refuses; so the document is read
here by hand and only the 32 seed bytes go to the library.

Source: codex-rs/agent-identity/src/lib.rs and ed25519-dalek's signing module.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final, Literal, NoReturn

from authtui.errors import AuthtuiError
from authtui.record import NamedTuple

NOT_BASE64: Final = "stored agent identity private key is not valid base64"
NOT_PKCS8: Final = "stored agent identity private key is not valid PKCS#8"

_LABEL: Final = b"codex-agent-identity-ed25519-v1"
_PREFIX: Final = bytes.fromhex("3051020101300506032b657004220420")
_PUBLIC_TAG: Final = bytes.fromhex("812100")
_HEXADECIMAL: Final = re.compile(r"(?:[0-9a-fA-F]{2}){32,}")
_LONGEST: Final = 65_536  # characters; an RSA-16384 key stays below, anything longer is no key

_OIDS: Final = {
    bytes.fromhex("2b6570"): "Ed25519",
    bytes.fromhex("2b656e"): "X25519",
    bytes.fromhex("2b6571"): "Ed448",
    bytes.fromhex("2b656f"): "X448",
    bytes.fromhex("2a864886f70d010101"): "RSA",
    bytes.fromhex("2a864886f70d01010a"): "RSA-PSS",
    bytes.fromhex("2a8648ce3d0201"): "elliptic curve (EC)",
}
_ED25519_OID: Final = bytes.fromhex("2b6570")


class KeyProblem(NamedTuple):
    """Why a text is no usable private key.

    `statement` is a plain sentence without any part of the key; `client_error` is what the client
    says of it, or None where the client was never asked (bad input to a generator).
    """

    statement: str
    client_error: str | None


class PrivateKey:
    """An Ed25519 signing key. Its seed cannot be printed, pickled or compared by accident.

    `version` is the PKCS#8 version it was read from: 1 (48 bytes) or 2 (83 bytes).
    """

    __slots__ = ("_public", "_seed", "version")

    def __init__(self, seed: bytes, public: bytes, version: Literal[1, 2]) -> None:
        """A seed and the public key that belongs to it; use the readers of this module."""
        self._seed = seed
        self._public = public
        self.version = version

    @property
    def public_bytes(self) -> bytes:
        """The 32 bytes of the public key."""
        return self._public

    @property
    def ssh_text(self) -> str:
        """The form the client registers: `ssh-ed25519 AAAA…`, without a comment."""
        return "ssh-ed25519 " + base64.b64encode(self._blob()).decode("ascii")

    @property
    def sha256_fingerprint(self) -> str:
        """`SHA256:…` as `ssh-keygen -l` prints it for the same key."""
        import hashlib

        digest = hashlib.sha256(self._blob()).digest()
        return "SHA256:" + base64.b64encode(digest).decode("ascii").rstrip("=")

    @property
    def shown(self) -> str:
        """What stands for the key on a screen: its public fingerprint."""
        return f"▒▒▒▒ ed25519 {self.sha256_fingerprint}"

    def sign(self, message: bytes) -> bytes:
        """The 64-byte Ed25519 signature of `message`."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(self._seed).sign(message)

    def reveal_seed(self) -> bytes:
        """The 32 secret bytes: for deriving the box key and for writing the key, nothing else."""
        return self._seed

    def reveal_pkcs8(self) -> str:
        """The stored form as the client writes it: standard base64 of PKCS#8 version 2."""
        document = _PREFIX + self._seed + _PUBLIC_TAG + self._public
        return base64.b64encode(document).decode("ascii")

    def _blob(self) -> bytes:
        name = b"ssh-ed25519"
        return len(name).to_bytes(4, "big") + name + (32).to_bytes(4, "big") + self._public

    def __repr__(self) -> str:
        """The public fingerprint only."""
        return f"<PrivateKey ed25519 {self.sha256_fingerprint}>"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        """Whether both are the same key."""
        return isinstance(other, PrivateKey) and other._public == self._public

    def __hash__(self) -> int:
        """By the public half."""
        return hash((PrivateKey, self._public))

    def __reduce__(self) -> NoReturn:
        """Refused: a key is not to end up in a file."""
        raise TypeError("a PrivateKey is not to be pickled or copied into a file")


def key_from_seed(seed: bytes) -> PrivateKey | KeyProblem:
    """The key of 32 seed bytes."""
    if len(seed) != 32:
        return KeyProblem(f"a seed has 32 bytes, this one has {len(seed)}", None)
    return PrivateKey(seed, _public_of(seed), 2)


def generate_key(
    random: bytes, derivation: Literal["seed", "labelled"] = "labelled"
) -> PrivateKey | KeyProblem:
    """A new key from random bytes of the caller.

    `seed`: 32 bytes are the seed itself (#17385 to #19763). `labelled`: 64 bytes behind a label
    through SHA-512, of which the first half is the seed (newest client). Which one a generation
    uses stands in `contracts.AgentContract.key_derivation`.
    """
    if derivation == "seed":
        return key_from_seed(random)
    if len(random) != 64:
        return KeyProblem(f"64 random bytes are needed, {len(random)} were given", None)
    import hashlib

    return key_from_seed(hashlib.sha512(_LABEL + random).digest()[:32])


def read_private_key(text: str) -> PrivateKey | KeyProblem:
    """Read a stored private key; a problem says plainly what the text is instead. Never raises."""
    if len(text) > _LONGEST:
        return KeyProblem(f"{len(text)} characters are too many for a private key", NOT_BASE64)
    data = _strict_base64(text)
    if data is None:
        return KeyProblem(_why_not_base64(text), NOT_BASE64)
    if not data:  # an empty text is valid base64 to the client, and no document
        return KeyProblem("the private key is blank", NOT_PKCS8)
    found = _read_pkcs8(data)
    if isinstance(found, KeyProblem) and _HEXADECIMAL.fullmatch(text):
        return KeyProblem(_hexadecimal(text), NOT_PKCS8)
    return found


def _public_of(seed: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def _strict_base64(text: str) -> bytes | None:
    """Standard alphabet, padded, canonical, no white space: as the client's decoder wants it."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if base64.b64encode(data).decode("ascii") == text else None


def _hexadecimal(text: str) -> str:
    return f"this looks like {len(text) // 2} bytes in hexadecimal, not base64 of PKCS#8"


def _why_not_base64(text: str) -> str:
    bare = text.strip()
    if not bare:
        return "the private key is blank"
    if bare.startswith("-----BEGIN"):
        label = re.match(r"-----BEGIN ([A-Z0-9 ]{1,40})-----", bare)
        name = label.group(1) if label else "unknown"
        return f"this is a PEM file ({name}); the client wants only the base64 of the PKCS#8 bytes"
    if bare.startswith(("ssh-ed25519 ", "ssh-rsa ", "ecdsa-")):
        return "this is an ssh public key, not a private key"
    if any(char.isspace() for char in text):
        unwrapped = "".join(text.split())
        if _strict_base64(unwrapped) is not None:
            return "the base64 is wrapped or has white space in it; joined to one line it is valid"
    if _HEXADECIMAL.fullmatch(bare):
        return _hexadecimal(bare)
    if re.fullmatch(r"[A-Za-z0-9_-]+={0,2}", bare) and ("-" in bare or "_" in bare):
        return "this is base64url (with - or _); the client wants the standard alphabet (+ and /)"
    if re.fullmatch(r"[A-Za-z0-9+/]+", bare) and len(bare) % 4:
        padded = bare + "=" * (-len(bare) % 4)
        if _strict_base64(padded) is not None:
            return "the `=` padding at the end is missing, or the text was cut there"
        return "the base64 has an impossible length: the text was cut"
    if re.fullmatch(r"[A-Za-z0-9+/]+={0,2}", bare):
        return "the base64 is not canonical: its padding or its last character is wrong"
    return "the text holds characters that base64 does not have"


class _DerError(AuthtuiError):
    """The document ends early or breaks a rule of DER."""


def _element(data: bytes, at: int, what: str) -> tuple[int, bytes, int]:
    """Tag, content and end of the element at `at`."""
    if at + 2 > len(data):
        raise _DerError(f"the document ends before its {what}")
    tag, length, start = data[at], data[at + 1], at + 2
    if length >= 0x80:
        count = length & 0x7F
        if not 1 <= count <= 3 or start + count > len(data):
            raise _DerError(f"the length of its {what} is not valid DER")
        length = int.from_bytes(data[start : start + count], "big")
        start += count
        if length < 0x80 or length < 1 << 8 * (count - 1):
            raise _DerError(f"the length of its {what} is not written in the shortest form")
    if start + length > len(data):
        raise _DerError(
            f"the document is cut: its {what} needs {start + length - len(data)} more bytes"
        )
    return tag, data[start : start + length], start + length


def _read_pkcs8(data: bytes) -> PrivateKey | KeyProblem:
    try:
        return _parse(data)
    except _DerError as error:
        if len(data) in (32, 64) and data[:1] != b"\x30":
            kind = "a raw seed" if len(data) == 32 else "a raw seed with its public key"
            return KeyProblem(f"these are {len(data)} raw bytes ({kind}), not PKCS#8", NOT_PKCS8)
        return KeyProblem(f"not PKCS#8: {error} ({len(data)} bytes)", NOT_PKCS8)


def _parse(data: bytes) -> PrivateKey | KeyProblem:
    tag, body, end = _element(data, 0, "outer sequence")
    if tag != 0x30:
        if data.startswith(b"openssh-key-v1"):
            return KeyProblem("this is an OpenSSH private key file, not PKCS#8", NOT_PKCS8)
        raise _DerError("it does not begin with a DER sequence")
    if end != len(data):
        raise _DerError(f"{len(data) - end} bytes follow its end")
    tag, number, at = _element(body, 0, "version")
    if tag == 0x30:
        return KeyProblem("this is a public key or an encrypted private key", NOT_PKCS8)
    if tag != 0x02 or number not in (b"\x00", b"\x01"):
        raise _DerError("its version is neither 1 nor 2")
    tag, algorithm, at = _element(body, at, "algorithm")
    if tag != 0x30:
        if tag == 0x02:
            return KeyProblem("this is an RSA key in PKCS#1 form, not Ed25519 in PKCS#8", NOT_PKCS8)
        if tag == 0x04:
            return KeyProblem("this is an EC key in SEC 1 form, not Ed25519 in PKCS#8", NOT_PKCS8)
        raise _DerError("it names no algorithm")
    tag, oid, oid_end = _element(algorithm, 0, "algorithm name")
    if tag != 0x06:
        raise _DerError("it names no algorithm")
    if oid != _ED25519_OID:
        name = _OIDS.get(oid, "unknown algorithm")
        return KeyProblem(f"this is a PKCS#8 key, but {name}; the client wants Ed25519", NOT_PKCS8)
    if oid_end != len(algorithm):
        raise _DerError("its algorithm carries parameters, which Ed25519 does not have")
    tag, wrapped, at = _element(body, at, "private key")
    inner_tag, seed, inner_end = _element(wrapped, 0, "seed")
    if tag != 0x04 or inner_tag != 0x04 or inner_end != len(wrapped) or len(seed) != 32:
        raise _DerError("its seed does not have 32 bytes")
    return _with_public(body, at, seed, 2 if number == b"\x01" else 1)


def _with_public(
    body: bytes, at: int, seed: bytes, version: Literal[1, 2]
) -> PrivateKey | KeyProblem:
    embedded: bytes | None = None
    while at < len(body):
        tag, content, at = _element(body, at, "optional part")
        if tag == 0xA0 and embedded is None:
            continue  # attributes: allowed and not read
        if tag != 0x81 or embedded is not None:
            raise _DerError("an unknown part follows the seed")
        embedded = content
    if version == 1 and embedded is not None:
        raise _DerError("it says version 1 but carries a public key")
    if version == 2 and embedded is None:
        raise _DerError("it says version 2 but its public key is missing")
    if embedded is not None and (len(embedded) != 33 or embedded[0] != 0):
        raise _DerError("its embedded public key does not have 32 bytes")
    public = _public_of(seed)
    if embedded is not None and embedded[1:] != public:
        return KeyProblem(
            "the embedded public key does not belong to the seed: the two halves come from "
            "different keys",
            NOT_PKCS8,
        )
    return PrivateKey(seed, public, version)
