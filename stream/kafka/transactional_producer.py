"""A transactional producer that never asks twice: a request without a definite answer ends it.

aiokafka 0.14 sends a transactional request again when it timed out or its connection broke, under the same producer
epoch. The first one may still arrive, delayed in the network or in a stopped broker: a late EndTxn then commits, or
aborts, part of the transaction that follows, and a late TxnOffsetCommit turns the offsets back (KIP-890 cures it for
clients of EndTxn version 5, which aiokafka does not speak). Only a new epoch fences what is in flight, and only
initialising the transactional id anew brings one. So the producer fails here; its owner makes another and reads the
committed offset anew. docs/decisions/0007-kafka-faults.md, "The late EndTxn".
"""

import asyncio
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.client import ConnectionGroup
from aiokafka.errors import IncompatibleBrokerVersion, KafkaError, NodeNotReadyError
from aiokafka.protocol.transaction import (
    AddOffsetsToTxnRequest,
    AddPartitionsToTxnRequest,
    EndTxnRequest,
    TxnOffsetCommitRequest,
)

TRANSACTIONAL = (AddOffsetsToTxnRequest, AddPartitionsToTxnRequest, EndTxnRequest, TxnOffsetCommitRequest)
NOT_SENT = (IncompatibleBrokerVersion, NodeNotReadyError)  # asking again is safe: nothing is in flight


class UncertainTransactionError(KafkaError):
    """A transactional request was sent and not answered; whether it took or will yet take effect is unknown."""


class TransactionalProducer(AIOKafkaProducer):
    """An AIOKafkaProducer that fails with UncertainTransactionError instead of repeating a transactional request."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._uncertain = False
        self._send_to_node = self.client.send
        self.client.send = self._send_once

    async def _send_once(
        self, node: int, request: object, *, group: ConnectionGroup = ConnectionGroup.DEFAULT
    ) -> object:
        try:
            return await self._send_to_node(node, request, group=group)
        except KafkaError as error:
            if isinstance(request, TRANSACTIONAL) and not isinstance(error, NOT_SENT):
                self._fail(f"{type(request).__name__} to node {node} was not answered: {error!r}")
            raise

    def _fail(self, reason: str) -> None:
        """Do what aiokafka's sender does when it is fenced: fail what waits, and send nothing more."""
        self._uncertain = True
        error = UncertainTransactionError(reason)
        self._message_accumulator.fail_all(error)
        self._txn_manager.fatal_error(error)
        self._txn_manager.wait_for_transaction_end().exception()  # taken note of: not everyone waits for it
        self._sender.sender_task.cancel()

    async def stop(self) -> None:
        """Disconnect; an open transaction is aborted, or left to the next holder of the id where it is uncertain."""
        if not self._uncertain:
            await super().stop()
        else:
            self._closed: bool | None = True
            await self.client.close()
            # The sender may end with an error of its own, of a batch that was failed under its hands.
            await asyncio.gather(self._sender.sender_task, return_exceptions=True)
