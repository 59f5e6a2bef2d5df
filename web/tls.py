"""TLS on a network without public names: the box is an authority of its own, for names of this network alone.

Made at the first start: a root (P-256, path length 0) whose critical name constraints allow `.local` and
private addresses only, so that who trusts it trusts it for nothing else; and a leaf of less than 397 days for
the box's name and addresses, which renews itself and follows them. The key of the root never leaves the box.
"""

import os
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from firmware.base import Refused
from firmware.rim.books import sync_folder

LIFE = timedelta(days=396)  # of a leaf: browsers take 397 days at most, an hour of it is behind us
RENEWED = timedelta(days=60)  # before its end
FIRST = datetime(2025, 1, 1, tzinfo=UTC)  # a Pi without a clock begins in the past: no root begins later
DECADES = 20  # years of the root
HOUR = timedelta(hours=1)
LOOK = 10.0  # s between two looks at the addresses (RELIABILITY F-10: back within 30 s)
SUFFIX = "local"
PRIVATE = tuple(
    ip_network(each)
    for each in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fc00::/7", "fe80::/10")
)

Key = ec.EllipticCurvePrivateKey
Made = tuple[x509.Certificate, Key]


def allowed(name: str) -> bool:
    """May the root vouch for that name or address?"""
    try:
        address = ip_address(name)
    except ValueError:
        return name.endswith(f".{SUFFIX}")
    return any(address.version == each.version and address in each for each in PRIVATE)


class Certificates:
    """Root and leaf in `folder`/tls; `names` tells the box's names and addresses of this moment."""

    def __init__(
        self,
        folder: Path,
        names: Callable[[], tuple[str, ...]],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Refused: the folder cannot be used."""
        self._folder, self._names, self._now = folder / "tls", names, now
        self._closing = threading.Event()
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            self.root, self._root_key = self._kept("root") or self._make("root", self._new_root())
            self.leaf, _ = self._kept("leaf") or self._make_leaf()
        except (OSError, ValueError) as error:
            raise Refused(
                f"{self._folder} cannot be used ({error}): restore a backup, or remove it."
            ) from error
        self.context = self._opened()
        self.look()

    @property
    def pem(self) -> bytes:
        """The root, for those who are to trust it."""
        return self.root.public_bytes(serialization.Encoding.PEM)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the root, as browsers show it."""
        return self.root.fingerprint(hashes.SHA256()).hex(":").upper()

    def ordered(self) -> tuple[str, ...]:
        """The same as `names`, the one that people use first."""
        return self._ordered

    @property
    def names(self) -> frozenset[str]:
        """What the leaf is for."""
        found = self.leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        dns = found.get_values_for_type(x509.DNSName)
        return frozenset([*dns, *(str(each) for each in found.get_values_for_type(x509.IPAddress))])

    def look(self) -> bool:
        """A new leaf, if the box has other addresses now, or the old one ends soon; whether it is new."""
        wanted = frozenset(each for each in self._names() if allowed(each))
        now = self._now()
        fresh = self.leaf.not_valid_before_utc <= now < self.leaf.not_valid_after_utc - RENEWED
        if fresh and wanted == self.names:
            return False
        self.leaf, _ = self._make_leaf()
        self.context = self._opened()
        return True

    def follow(self) -> None:
        """From now on, by itself."""
        threading.Thread(target=self._follow, name="tls", daemon=True).start()

    def close(self) -> None:
        self._closing.set()

    def _follow(self) -> None:
        while not self._closing.wait(LOOK):
            with suppress(
                OSError, ValueError
            ):  # a disk that is full, a name that is none: the old leaf stays
                self.look()

    # Making

    def _new_root(self) -> Made:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = _name(f"Bellwire {x509.random_serial_number() % 10**6:06}, this office only")
        trees = [x509.DNSName(SUFFIX), *(x509.IPAddress(each) for each in PRIVATE)]
        now = max(self._now(), FIRST)
        builder = (
            _begun(subject, subject, key, FIRST, now + timedelta(days=365 * DECADES))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs=True), critical=True)
            .add_extension(
                x509.NameConstraints(permitted_subtrees=trees, excluded_subtrees=None), critical=True
            )
        )
        return builder.sign(key, hashes.SHA256()), key

    def _make_leaf(self) -> Made:
        key = ec.generate_private_key(ec.SECP256R1())
        names = sorted({each for each in self._names() if allowed(each)})
        now = self._now()
        builder = (
            _begun(_name(names[0] if names else "Bellwire"), self.root.subject, key, now - HOUR, now + LIFE)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.SubjectAlternativeName([_general(each) for each in names]), critical=False)
            .add_extension(_authority(self._root_key), critical=False)
        )
        return self._make("leaf", (builder.sign(self._root_key, hashes.SHA256()), key))

    # The files

    def _kept(self, name: str) -> Made | None:
        path = self._folder / f"{name}.pem"
        if not path.exists():
            return None
        text = path.read_bytes()
        key = serialization.load_pem_private_key(text, None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return x509.load_pem_x509_certificate(text), key

    def _make(self, name: str, made: Made) -> Made:
        """Certificate and key in one file, whole or not at all whenever the power goes."""
        certificate, key = made
        new = self._folder / f"{name}.new"
        secret = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        with open(new, "wb", opener=_private) as file:
            file.write(certificate.public_bytes(serialization.Encoding.PEM) + secret)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._folder / f"{name}.pem")
        sync_folder(self._folder)
        return made

    def _opened(self) -> ssl.SSLContext:
        """For connections from now on."""
        self._ordered = tuple(
            sorted(self.names, key=lambda each: (not each.endswith(SUFFIX), ":" in each, each))
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(self._folder / "leaf.pem")
        return context


def _begun(subject: x509.Name, issuer: x509.Name, key: Key, first: datetime, last: datetime) -> Any:
    public = key.public_key()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(first)
        .not_valid_after(last)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _usage(signs: bool) -> x509.KeyUsage:
    """Of a root, which signs certificates; or of a leaf, which signs what it says."""
    other = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only"),
        False,
    )
    return x509.KeyUsage(
        digital_signature=not signs, key_cert_sign=signs, crl_sign=signs, decipher_only=False, **other
    )


def _authority(key: Key) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
