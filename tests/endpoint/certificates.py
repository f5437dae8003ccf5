"""An authority and the certificates that a server may show, made when it starts."""

from __future__ import annotations

import ssl
from datetime import datetime, timedelta, timezone
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

HOST = "acme.cloudflareaccess.com"
LOCAL_HOST = "cfaccess-local.cloudflareaccess.com"
DAY = timedelta(days=1)


class Authority:
    """Signs certificates, and is trusted by whoever is given its file."""

    def __init__(self, folder: Path, name: str) -> None:
        self.name = name
        self.folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
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
        builder = self._builder(name, self._key.public_key(), timedelta(0))
        self._certificate = (
            builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self._key.public_key()), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        self.file = folder / f"{name}.pem"
        self.file.write_bytes(self._certificate.public_bytes(Encoding.PEM))

    def context(self, name: str, hosts: list[str], age: timedelta = timedelta(0)) -> ssl.SSLContext:
        """What a server of these hosts needs, with a certificate that began a day before `age` ago and
        is good for ten."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = [x509.DNSName(host) for host in hosts]
        alternatives = x509.SubjectAlternativeName([*names, x509.IPAddress(IPv4Address("127.0.0.1"))])
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        certificate = (
            self._builder(hosts[0], key.public_key(), age)
            .add_extension(alternatives, critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(issuer, critical=False)
            .sign(self._key, hashes.SHA256())
        )
        file = self.folder / f"{self.name}-{name}.pem"
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        file.write_bytes(private + certificate.public_bytes(Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    def _builder(
        self, subject: str, key: ec.EllipticCurvePublicKey, age: timedelta
    ) -> x509.CertificateBuilder:
        begin = datetime.now(timezone.utc) - age - DAY
        return (
            x509.CertificateBuilder()
            .subject_name(_called(subject))
            .issuer_name(_called(self.name))
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(begin)
            .not_valid_after(begin + 10 * DAY)
        )


def contexts(folder: Path) -> tuple[Path, dict[str, ssl.SSLContext]]:
    """The file of the authority to trust, and what the server shows by its behaviour; else the good one."""
    trusted = Authority(folder, "trusted")
    stranger = Authority(folder, "stranger")
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    namesake = Authority(elsewhere, "trusted")
    hosts = [HOST, LOCAL_HOST, "localhost"]
    return trusted.file, {
        "ok": trusted.context("good", hosts),
        "wrong_certificate": trusted.context("wrong", ["other.example.com"]),
        "expired_certificate": trusted.context("expired", hosts, age=365 * DAY),
        "future_certificate": trusted.context("future", hosts, age=-365 * DAY - timedelta(hours=12)),
        "stranger_certificate": stranger.context("good", hosts),
        "namesake_certificate": namesake.context("good", hosts),
    }


def _called(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
