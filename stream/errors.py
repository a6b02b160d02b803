"""Every error Newsfold raises on purpose, in one tree.

NewsfoldError
├── SettingsError            a setting is missing, malformed or contradicts another
├── MissingExtraError        an optional part of the package is not installed
├── TopicsMismatchError      the broker's topics are not what the settings say
├── BrokerUnavailableError   no broker answers at the bootstrap address
├── ModelMismatchError       a vector was made by another model than the shard's
├── ArticlesFileError        a file of articles cannot be read
├── InvalidArticleError      one article cannot be read; it goes to the dead-letter topic
├── LogFormatError           a record of articles.embedded cannot be read
├── FoldError                a record of articles.embedded cannot be folded
├── StateLostError           checkpoints, log and committed offset do not make up a shard's past
├── CheckpointStoreError     the checkpoint store cannot be written
└── CheckpointError          a checkpoint cannot be used; the one before it, or the log, is

Each message says what happened and to which input; each docstring ends with what the operator does. The encoders
(embeddings.errors) and the local broker (deploy.errors) have errors of their own, of the same form.
"""


class NewsfoldError(Exception):
    """The root: catch it to distinguish Newsfold's own refusals from bugs."""


class SettingsError(NewsfoldError):
    """A setting is missing, malformed or contradicts another.

    Operator action: correct the named variable; `newsfold settings` shows every setting and its meaning.
    """


class MissingExtraError(NewsfoldError):
    """Something was asked for that needs an optional extra of the package, and the extra is not installed.

    Operator action: run the command that the message ends with, or do without the extra.
    """


class TopicsMismatchError(NewsfoldError):
    """The broker's topics do not exist, or differ from the settings in what would damage the stream.

    Operator action: run `newsfold topics`, or change the settings to what the broker holds.
    """


class BrokerUnavailableError(NewsfoldError):
    """No broker answered at the bootstrap address within the time limit.

    Operator action: check NEWSFOLD_KAFKA__BOOTSTRAP_SERVERS, the broker's health, and the network between.
    """


class ModelMismatchError(NewsfoldError):
    """A vector in the log or in a checkpoint was made by another model than the shard's.

    Operator action: go back to the model that the log holds (NEWSFOLD_ENCODER__MODEL). To change the model, start a
    new log: docs/operating.md, "Changing the encoder". Where records of two models are in the log already, keep the
    first and set NEWSFOLD_SHARD__SKIP_OTHER_MODELS=true: the others are read past and counted.
    """


class ArticlesFileError(NewsfoldError):
    """A file of articles cannot be read.

    Operator action: give the file in one of the forms that `newsfold replay --help` lists, in parts if it is large.
    """


class InvalidArticleError(NewsfoldError):
    """One article cannot be read. `reason` is the low-cardinality label of the dead-letter metric.

    Operator action: see the letter with its error headers on the dead-letter topic; mend the producer.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class LogFormatError(NewsfoldError):
    """A record of articles.embedded cannot be read: written by a newer version, or not by Newsfold.

    Operator action: upgrade the fold workers first, or remove the foreign producer from the topic.
    """


class FoldError(NewsfoldError):
    """Folding a record of articles.embedded failed; nothing of its batch was committed.

    Operator action: restart, in case it was the machine; if the same record fails again, report it with the record,
    and go on without it by moving the fold's consumer group behind its offset.
    """


class StateLostError(NewsfoldError):
    """Part of a shard's past is gone: going on would publish stories that contradict those published before.

    Operator action: bring the checkpoints back, or the consumer group's offsets. If they are lost, set
    NEWSFOLD_SHARD__ALLOW_STATE_LOSS=true for one start: the shard goes on with what is left, stories from before
    may appear a second time under another id, and newsfold_state_lost_total counts it.
    """


class CheckpointStoreError(NewsfoldError):
    """The checkpoint store cannot be written.

    Operator action: check NEWSFOLD_CHECKPOINTS__URL, and the permissions, space and credentials of the store.
    """


class CheckpointError(NewsfoldError):
    """A checkpoint is cut, altered, or of a format this version does not know.

    Operator action: none is needed, the shard falls back to an older one or replays its log; find out what
    damages the store if it happens again.
    """


def operator_action(error: BaseException) -> str:
    """What the operator does about an error, from its docstring; empty for one that does not say."""
    return " ".join((type(error).__doc__ or "").partition("Operator action: ")[2].split())
