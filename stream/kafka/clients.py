"""How every Kafka client of Newsfold connects: one place that turns the settings into client arguments."""

import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.abc import AbstractTokenProvider
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import (
    KafkaConnectionError,
    KafkaError,
    KafkaTimeoutError,
    NoBrokersAvailable,
    NodeNotReadyError,
    RequestTimedOutError,
)
from faust.auth import OAuthCredentials, SASLCredentials, SSLCredentials

from stream.errors import BrokerUnavailableError, SettingsError
from stream.kafka.settings import KafkaSettings

# A member that joins its group while the broker starts may find its topics without partitions, be given none, and
# notice only when its metadata is read anew: five minutes later by default.
METADATA_MAX_AGE_MS = 10_000
JOIN_MARGIN_MS = 5_000
MAX_POLL_INTERVAL_MS = 3_600_000  # a shard may be rebuilt for long; /ready and the lag show one that is stuck
# A producer has one batch of a partition under way at a time. In aiokafka's own 16 KiB there is room for four records
# of articles.embedded, so a batch of 64 articles took 16 round trips. Half of what a broker takes at most.
MAX_BATCH_BYTES = 524_288
# aiokafka compresses lz4 as hard as it can: 376 us for a record of articles.embedded, which becomes .64 of its size.
# zstd takes 16 us for .57.
COMPRESSION = "zstd"

# What a client raises where a broker went away after it had connected, or one of several does not answer.
AWAY = (
    KafkaConnectionError,
    KafkaTimeoutError,
    NoBrokersAvailable,
    NodeNotReadyError,
    RequestTimedOutError,
)

Client = TypeVar("Client", AIOKafkaConsumer, AIOKafkaProducer)


class FileTokenProvider(AbstractTokenProvider):
    """Reads the OAUTHBEARER token from a file at each login, as mounted by the platform that renews it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def token(self) -> str:
        """The token as it stands in the file now."""
        return self._path.read_text(encoding="utf8").strip()


def connection(kafka: KafkaSettings) -> dict[str, Any]:
    """Arguments that every aiokafka client takes: address, security, how long to wait and to believe."""
    arguments: dict[str, Any] = {
        "bootstrap_servers": kafka.bootstrap_servers,
        "request_timeout_ms": kafka.request_timeout_ms,
        "metadata_max_age_ms": METADATA_MAX_AGE_MS,
        "security_protocol": kafka.security_protocol,
        "ssl_context": _ssl_context(kafka),
    }
    if not kafka.security_protocol.startswith("SASL"):
        return arguments
    arguments["sasl_mechanism"] = kafka.sasl_mechanism
    if kafka.sasl_mechanism == "OAUTHBEARER":
        return arguments | {"sasl_oauth_token_provider": _token_provider(kafka)}
    username, password = _login(kafka)
    return arguments | {"sasl_plain_username": username, "sasl_plain_password": password}


def group_request_timeout_ms(kafka: KafkaSettings) -> int:
    """Milliseconds that a request of a group's member may take.

    The broker answers a member that joins once the session of one that died has run out. A member that gives up
    before joins again as another one, which begins a new round: with several of them the group may never settle.
    """
    return max(kafka.request_timeout_ms, kafka.session_timeout_ms + JOIN_MARGIN_MS)


def fold_consumer(kafka: KafkaSettings, group: str) -> AIOKafkaConsumer:
    """A member of the fold stage's group, not yet started; its offsets are committed by the shards' transactions."""
    return AIOKafkaConsumer(
        **connection(kafka) | {"request_timeout_ms": group_request_timeout_ms(kafka)},
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        session_timeout_ms=kafka.session_timeout_ms,
        heartbeat_interval_ms=kafka.session_timeout_ms // 5,
        max_poll_interval_ms=MAX_POLL_INTERVAL_MS,
        rebalance_timeout_ms=max(60_000, 2 * kafka.session_timeout_ms),
    )


def faust_credentials(kafka: KafkaSettings) -> SASLCredentials | OAuthCredentials | SSLCredentials | None:
    """The same security as Faust wants it."""
    context = _ssl_context(kafka)
    if kafka.security_protocol == "PLAINTEXT":
        return None
    if kafka.security_protocol == "SSL":
        return SSLCredentials(context)
    if kafka.sasl_mechanism == "OAUTHBEARER":
        return OAuthCredentials(oauth_cb=_token_provider(kafka), ssl_context=context)
    username, password = _login(kafka)
    return SASLCredentials(
        username=username, password=password, ssl_context=context, mechanism=kafka.sasl_mechanism
    )


async def start(client: Client, kafka: KafkaSettings) -> None:
    """Start a consumer or producer.

    Raises:
        BrokerUnavailableError: no broker answered.
    """
    try:
        await client.start()
    except (KafkaError, OSError) as error:
        await client.stop()
        raise BrokerUnavailableError(f"no broker answers at {kafka.bootstrap_servers}: {error}") from error


@asynccontextmanager
async def connected(client: Client, kafka: KafkaSettings) -> AsyncIterator[Client]:
    """A consumer or producer, started, and stopped at the end.

    Raises:
        BrokerUnavailableError: no broker answered, or one went away meanwhile.
    """
    await start(client, kafka)
    try:
        with _answered(kafka):
            yield client
    finally:
        await client.stop()


@asynccontextmanager
async def connected_admin(kafka: KafkaSettings) -> AsyncIterator[AIOKafkaAdminClient]:
    """An admin client, started, and closed at the end.

    Raises:
        BrokerUnavailableError: no broker answered, or one went away meanwhile.
    """
    admin = AIOKafkaAdminClient(**connection(kafka))
    try:
        try:
            await admin.start()
            await admin.list_topics()  # a refused OAUTHBEARER token shows only at the first request
        except Exception as error:
            raise BrokerUnavailableError(
                f"no broker answers at {kafka.bootstrap_servers}: {error}"
            ) from error
        with _answered(kafka):
            yield admin
    finally:
        await admin.close()


@contextmanager
def _answered(kafka: KafkaSettings) -> Iterator[None]:
    try:
        yield
    except AWAY as error:
        raise BrokerUnavailableError(f"a broker of {kafka.bootstrap_servers} went away: {error!r}") from error


def _ssl_context(kafka: KafkaSettings) -> ssl.SSLContext | None:
    if "SSL" not in kafka.security_protocol.split("_"):
        return None
    context = ssl.create_default_context(cafile=str(kafka.ssl_ca_file) if kafka.ssl_ca_file else None)
    if kafka.ssl_cert_file:
        password = kafka.ssl_key_password.get_secret_value() if kafka.ssl_key_password else None
        context.load_cert_chain(kafka.ssl_cert_file, kafka.ssl_key_file, password)
    return context


def _login(kafka: KafkaSettings) -> tuple[str, str]:
    if not kafka.sasl_username or kafka.sasl_password is None:
        raise SettingsError(
            f"NEWSFOLD_KAFKA__SASL_USERNAME and NEWSFOLD_KAFKA__SASL_PASSWORD are needed for {kafka.sasl_mechanism}"
        )
    return kafka.sasl_username, kafka.sasl_password.get_secret_value()


def _token_provider(kafka: KafkaSettings) -> FileTokenProvider:
    if kafka.oauth_token_file is None:
        raise SettingsError("NEWSFOLD_KAFKA__OAUTH_TOKEN_FILE is needed for OAUTHBEARER")
    return FileTokenProvider(kafka.oauth_token_file)
