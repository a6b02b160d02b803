"""What this client is allowed to do, asked of the broker itself, without doing any of it.

Metadata (version 8) and DescribeGroups (version 3) answer with the operations that the caller may perform; aiokafka
speaks older versions, so the two requests are written down here (Kafka protocol guide; KIP-430).
"""

import asyncio
from enum import IntEnum
from typing import Any, Self

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import CoordinatorNotAvailableError, GroupAuthorizationFailedError, for_code
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import Array, Boolean, Bytes, Int16, Int32, Schema, String

COORDINATOR_TRIES, COORDINATOR_PAUSE = 30, 0.5  # a broker makes its topic of groups when it is first asked
TEXT = String("utf-8")


class Operation(IntEnum):
    """Kafka's codes of the operations that Newsfold needs."""

    READ = 3
    WRITE = 4


class _MetadataResponse(Response):
    API_KEY, API_VERSION = 3, 8
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        ("brokers", Array(("node_id", Int32), ("host", TEXT), ("port", Int32), ("rack", TEXT))),
        ("cluster_id", TEXT),
        ("controller_id", Int32),
        (
            "topics",
            Array(
                ("error_code", Int16),
                ("name", TEXT),
                ("is_internal", Boolean),
                (
                    "partitions",
                    Array(
                        ("error_code", Int16),
                        ("partition", Int32),
                        ("leader", Int32),
                        ("leader_epoch", Int32),
                        ("replicas", Array(Int32)),
                        ("isr", Array(Int32)),
                        ("offline", Array(Int32)),
                    ),
                ),
                ("operations", Int32),
            ),
        ),
        ("cluster_operations", Int32),
    )


class _MetadataStruct(RequestStruct):
    API_KEY, API_VERSION = 3, 8
    RESPONSE_TYPE = _MetadataResponse
    SCHEMA = Schema(
        ("topics", Array(TEXT)),
        ("allow_auto_topic_creation", Boolean),
        ("include_cluster_operations", Boolean),
        ("include_topic_operations", Boolean),
    )


class _Metadata(Request[_MetadataStruct]):
    API_KEY = 3

    def __init__(self, topics: list[str]) -> None:
        self._topics = topics

    def build(self, request_struct_class: type[_MetadataStruct]) -> _MetadataStruct:
        return request_struct_class(self._topics, False, False, True)


class _GroupsResponse(Response):
    API_KEY, API_VERSION = 15, 3
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "groups",
            Array(
                ("error_code", Int16),
                ("group", TEXT),
                ("state", TEXT),
                ("protocol_type", TEXT),
                ("protocol", TEXT),
                (
                    "members",
                    Array(
                        ("member", TEXT), ("client", TEXT), ("host", TEXT), ("metadata", Bytes), ("owned", Bytes)
                    ),
                ),
                ("operations", Int32),
            ),
        ),
    )  # fmt: skip


class _GroupsStruct(RequestStruct):
    API_KEY, API_VERSION = 15, 3
    RESPONSE_TYPE = _GroupsResponse
    SCHEMA = Schema(("groups", Array(TEXT)), ("include_operations", Boolean))


class _Groups(Request[_GroupsStruct]):
    API_KEY = 15

    def __init__(self, groups: list[str]) -> None:
        self._groups = groups

    def build(self, request_struct_class: type[_GroupsStruct]) -> _GroupsStruct:
        return request_struct_class(self._groups, True)


class Allowed:
    """The operations allowed on some topics and groups, by name."""

    def __init__(self, bits: dict[str, int]) -> None:
        self._bits = bits

    @classmethod
    async def on_topics(cls, admin: AIOKafkaAdminClient, names: list[str]) -> Self:
        """Ask about topics; one that may not even be looked at counts as not there to anybody."""
        answer: Any = await admin._send_request(_Metadata(names))
        return cls({topic[1]: 0 if topic[0] else topic[4] for topic in answer.topics})

    @classmethod
    async def on_group(cls, admin: AIOKafkaAdminClient, name: str) -> Self:
        """Ask about a consumer group, which need not exist."""
        try:
            coordinator = await _coordinator(admin, name)
        except GroupAuthorizationFailedError:
            return cls({name: 0})  # looking for it needs a permission, too
        answer: Any = await admin._send_request(_Groups([name]), coordinator)
        ((code, _, _, _, _, _, operations),) = answer.groups
        return cls({name: operations if for_code(code).errno in (0, 69) else 0})  # 69: no such group yet

    def may(self, operation: Operation, name: str) -> bool:
        """Whether the operation is allowed."""
        return bool(self._bits.get(name, 0) >> operation & 1)


async def _coordinator(admin: AIOKafkaAdminClient, group: str) -> int:
    for _ in range(COORDINATOR_TRIES):
        try:
            return int(await admin.find_coordinator(group))
        except CoordinatorNotAvailableError:
            await asyncio.sleep(COORDINATOR_PAUSE)
    return int(await admin.find_coordinator(group))
