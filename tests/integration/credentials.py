"""Certificates and tokens made for one test run, and thrown away with it."""

import base64
import datetime
import ipaddress
import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

ONE_HOUR = datetime.timedelta(hours=1)


@dataclass(frozen=True)
class Identity:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    def key_pem(self, encryption: KeySerializationEncryption) -> bytes:
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)


def new_identity(name: str, authority: Identity | None = None) -> Identity:
    """An identity for this machine that `authority` signed; without one, an authority that signed itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    addresses = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(authority.certificate.subject if authority else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - ONE_HOUR)
        .not_valid_after(now + 24 * ONE_HOUR)
        .add_extension(x509.BasicConstraints(ca=authority is None, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(addresses), critical=False)
        .sign(authority.key if authority else key, SHA256())
    )
    return Identity(certificate, key)


@dataclass(frozen=True)
class CertificateFiles:
    """PEM files: of an authority, of a broker it vouches for, and of a client it vouches for."""

    authority: Path
    broker: Path
    broker_password: str
    client: Path
    client_key: Path


def write_certificates(folder: Path) -> CertificateFiles:
    authority = new_identity("Newsfold test authority")
    broker, client = new_identity("broker", authority), new_identity("client", authority)
    files = CertificateFiles(
        authority=folder / "authority.pem",
        broker=folder / "broker.pem",
        broker_password=secrets.token_hex(16),
        client=folder / "client.pem",
        client_key=folder / "client-key.pem",
    )
    files.authority.write_bytes(authority.pem())
    password = BestAvailableEncryption(files.broker_password.encode())
    files.broker.write_bytes(broker.key_pem(password) + broker.pem() + authority.pem())
    files.client.write_bytes(client.pem())
    files.client_key.write_bytes(client.key_pem(NoEncryption()))
    return files


def unsecured_token(user: str, valid_for: datetime.timedelta = ONE_HOUR) -> str:
    """A JSON web token without a signature (RFC 7519, section 6) that names `user`."""
    now = datetime.datetime.now(datetime.UTC)
    claims = {"sub": user, "iat": now.timestamp(), "exp": (now + valid_for).timestamp()}
    return ".".join([_part({"alg": "none"}), _part(claims), ""])


def _part(value: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")
