"""A broker that demands credentials lets Newsfold's clients in by each of them, and nobody without."""

import asyncio
import datetime
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiokafka.errors import KafkaError
from pydantic import SecretStr

from deploy.kafka.broker import Broker
from deploy.kafka.security import SASL_MECHANISMS, BrokerCertificate, BrokerSecurity
from stream.errors import BrokerUnavailableError
from stream.kafka.clients import connected_admin
from stream.kafka.settings import KafkaSettings
from tests.integration.credentials import CertificateFiles, new_identity, unsecured_token, write_certificates
from tests.support.newsroom import Newsroom, article

USER, PASSWORD = "desk", "s3cret-of-the-desk"


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> CertificateFiles:
    return write_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def sasl_broker(tmp_path_factory: pytest.TempPathFactory, certificates: CertificateFiles) -> Iterator[Broker]:
    """SASL over TLS, every mechanism."""
    certificate = BrokerCertificate(certificates.broker, certificates.broker_password)
    security = BrokerSecurity(users={USER: PASSWORD}, certificate=certificate)
    with Broker(tmp_path_factory.mktemp("sasl-broker"), security=security) as started:
        yield started


@pytest.fixture(scope="module")
def mutual_tls_broker(
    tmp_path_factory: pytest.TempPathFactory, certificates: CertificateFiles
) -> Iterator[Broker]:
    """TLS, and clients must show a certificate."""
    certificate = BrokerCertificate(certificates.broker, certificates.broker_password, certificates.authority)
    with Broker(
        tmp_path_factory.mktemp("tls-broker"), security=BrokerSecurity(certificate=certificate)
    ) as started:
        yield started


async def lists_topics(settings: KafkaSettings) -> bool:
    """Whether an admin client is authenticated; a token is refused only after aiokafka counts itself connected."""
    try:
        async with connected_admin(settings) as admin:
            await admin.list_topics()
    except (BrokerUnavailableError, KafkaError):
        return False
    return True


@pytest.fixture
def sasl_settings(sasl_broker: Broker, certificates: CertificateFiles, tmp_path: Path):
    """Settings that authenticate by the given mechanism, but for what a test changes."""
    token_file = tmp_path / "token"
    token_file.write_text(unsecured_token(USER))

    def settings(mechanism: str, **changes: Any) -> KafkaSettings:
        login = (
            {"oauth_token_file": token_file}
            if mechanism == "OAUTHBEARER"
            else {
                "sasl_username": USER,
                "sasl_password": PASSWORD,
            }
        )
        return KafkaSettings(
            **{
                "bootstrap_servers": sasl_broker.bootstrap,
                "security_protocol": "SASL_SSL",
                "sasl_mechanism": mechanism,
                "ssl_ca_file": certificates.authority,
                "request_timeout_ms": 5_000,
            }
            | login
            | changes
        )

    return settings


@pytest.mark.parametrize("mechanism", SASL_MECHANISMS)
async def test_the_right_credentials_are_let_in(sasl_settings, mechanism):
    assert await lists_topics(sasl_settings(mechanism))


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
async def test_a_wrong_password_is_not_let_in_and_not_told(sasl_settings, mechanism):
    wrong = PASSWORD[::-1]
    with pytest.raises(BrokerUnavailableError) as caught:
        async with connected_admin(sasl_settings(mechanism, sasl_password=wrong)):
            pass
    said = "".join(traceback.format_exception(caught.value))
    assert "BrokerUnavailableError" in said
    assert wrong not in said


async def test_an_outdated_token_is_not_let_in(sasl_settings, tmp_path):
    (tmp_path / "token").write_text(unsecured_token(USER, valid_for=datetime.timedelta(minutes=-10)))
    assert not await lists_topics(sasl_settings("OAUTHBEARER"))


async def test_a_client_without_credentials_is_not_let_in(sasl_settings):
    assert not await lists_topics(sasl_settings("PLAIN", security_protocol="SSL"))
    assert not await lists_topics(sasl_settings("PLAIN", security_protocol="PLAINTEXT"))


async def test_a_broker_of_an_unknown_authority_is_not_trusted(sasl_settings, tmp_path):
    (tmp_path / "unknown.pem").write_bytes(new_identity("unknown").pem())
    assert not await lists_topics(sasl_settings("PLAIN", ssl_ca_file=tmp_path / "unknown.pem"))


@pytest.fixture
def tls_settings(mutual_tls_broker: Broker, certificates: CertificateFiles) -> KafkaSettings:
    return KafkaSettings(
        bootstrap_servers=mutual_tls_broker.bootstrap,
        security_protocol="SSL",
        ssl_ca_file=certificates.authority,
        ssl_cert_file=certificates.client,
        ssl_key_file=certificates.client_key,
        request_timeout_ms=5_000,
    )


async def test_a_client_with_a_certificate_is_let_in(tls_settings):
    assert await lists_topics(tls_settings)


async def test_a_client_without_a_certificate_is_not_let_in(tls_settings):
    assert not await lists_topics(
        tls_settings.model_copy(update={"ssl_cert_file": None, "ssl_key_file": None})
    )


def environment_of(settings: KafkaSettings) -> dict[str, str]:
    """The variables that give these settings, as an operator would write them."""
    changed = settings.model_dump(exclude_defaults=True)
    plain = {
        name: value.get_secret_value() if isinstance(value, SecretStr) else str(value)
        for name, value in changed.items()
    }
    return {f"NEWSFOLD_KAFKA__{name.upper()}": value for name, value in plain.items()}


async def is_served(settings: KafkaSettings, prefix: str, folder: Path) -> str:
    """Send one article through a worker, Faust's clients and ours; return its logs and pages."""
    newsroom = Newsroom(settings.bootstrap_servers, prefix, folder, **environment_of(settings))
    await newsroom.open()
    worker = newsroom.worker(NEWSFOLD_LOG__LEVEL="debug")
    with worker:
        await asyncio.to_thread(worker.wait_ready)
        await newsroom.produce([article("one", "Ferry service resumes after the storm")])
        (assignment,) = await newsroom.wait_for(1)
        pages = [await asyncio.to_thread(worker.page, path) for path in ("/metrics", "/health", "/ready")]
    assert assignment["article_id"] == "one"
    return "\n".join([worker.log_file.read_text(), *pages])


@pytest.mark.parametrize("mechanism", SASL_MECHANISMS)
async def test_a_worker_serves_a_broker_that_demands_a_login(
    sasl_settings, mechanism, topic_prefix, tmp_path
):
    shown = await is_served(sasl_settings(mechanism, request_timeout_ms=30_000), topic_prefix, tmp_path)
    assert "newsfold_processed_total" in shown
    assert PASSWORD not in shown
    assert (tmp_path / "token").read_text() not in shown


async def test_a_worker_serves_a_broker_that_demands_a_certificate(tls_settings, topic_prefix, tmp_path):
    await is_served(tls_settings.model_copy(update={"request_timeout_ms": 30_000}), topic_prefix, tmp_path)
