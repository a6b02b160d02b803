"""What a local broker demands of its clients, so that tests can meet a broker that lets nobody else in.

Every SASL mechanism Newsfold speaks is on at once: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 and OAUTHBEARER. The
last takes Kafka's unsecured tokens, which anyone can write: it shows that a client presents a token and that a
missing or outdated one is refused, and no more. Do not guard anything with it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

SASL_MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER")
PLAIN_WORD = re.compile(r"[A-Za-z0-9._-]+")  # what needs no quoting in a JAAS line, a property or an argument

_LOGIN_MODULES = {
    "PLAIN": "org.apache.kafka.common.security.plain.PlainLoginModule",
    "SCRAM-SHA-256": "org.apache.kafka.common.security.scram.ScramLoginModule",
    "SCRAM-SHA-512": "org.apache.kafka.common.security.scram.ScramLoginModule",
    "OAUTHBEARER": "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule",
}
_UNSECURED_TOKENS = (
    "org.apache.kafka.common.security.oauthbearer.internals.unsecured."
    "OAuthBearerUnsecuredValidatorCallbackHandler"
)


@dataclass(frozen=True)
class BrokerCertificate:
    """The broker's own certificate: a PEM file of an encrypted PKCS #8 key and its chain, and its password.

    With `client_authority`, a PEM file, clients must show a certificate that this authority signed.
    """

    file: Path
    password: str = field(repr=False)
    client_authority: Path | None = None


@dataclass(frozen=True)
class BrokerSecurity:
    """Users and their passwords (some: SASL is demanded) and a certificate (given: TLS is demanded).

    SCRAM users are written when the data folder is made: later ones are not known to it.
    """

    users: Mapping[str, str] = field(default_factory=dict, repr=False)
    certificate: BrokerCertificate | None = None

    def __post_init__(self) -> None:
        for name, password in self.users.items():
            if not (PLAIN_WORD.fullmatch(name) and PLAIN_WORD.fullmatch(password)):
                raise ValueError(f"name and password of {name!r} may hold letters, digits and . _ - alone")

    @property
    def protocol(self) -> str:
        """Kafka's name for it: PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL."""
        transport = "SSL" if self.certificate else "PLAINTEXT"
        return f"SASL_{transport}" if self.users else transport

    def properties(self) -> str:
        """Lines of server.properties for the listener CLIENTS."""
        lines = {**self._login_properties(), **self._certificate_properties()}
        return "".join(f"listener.name.clients.{name}={value}\n" for name, value in lines.items())

    def scram_arguments(self) -> list[str]:
        """Arguments of the format command that make the SCRAM users known."""
        return [
            f"--add-scram={mechanism}=[name={name},password={password}]"
            for name, password in self.users.items()
            for mechanism in SASL_MECHANISMS
            if mechanism.startswith("SCRAM")
        ]

    def _login_properties(self) -> dict[str, str]:
        if not self.users:
            return {}
        properties = {"sasl.enabled.mechanisms": ",".join(SASL_MECHANISMS)}
        for mechanism, module in _LOGIN_MODULES.items():
            options = "".join(f' user_{name}="{password}"' for name, password in self.users.items())
            jaas = f"{module} required{options if mechanism == 'PLAIN' else ''};"
            properties[f"{mechanism.lower()}.sasl.jaas.config"] = jaas
        properties["oauthbearer.sasl.server.callback.handler.class"] = _UNSECURED_TOKENS
        return properties

    def _certificate_properties(self) -> dict[str, str]:
        if self.certificate is None:
            return {}
        properties = {
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": str(self.certificate.file),
            "ssl.key.password": self.certificate.password,
        }
        if self.certificate.client_authority is not None:
            properties |= {
                "ssl.client.auth": "required",
                "ssl.truststore.type": "PEM",
                "ssl.truststore.location": str(self.certificate.client_authority),
            }
        return properties
