"""The fold: one record of the log in, the assignments and story changes it gives rise to out.

A pure function of the log. It imports no Kafka, reads no clock (time is the record's logged time), and does
the same whatever the batch size; so a checkpoint and a replay bring back the same state and the same bytes.

For each record: seen before? a copy of a known report? which story, or a new one?
"""

from collections.abc import Sequence
from typing import Self

import msgspec
import numpy as np

from stream.articles.addresses import address_of
from stream.contract.events import Assignment, Folded, Method, Outcome, Reason, StoryEvent
from stream.contract.moments import iso
from stream.contract.storylines import StorylineEvent
from stream.copies.results import CopyDecision
from stream.embed.record import EmbeddedArticle
from stream.errors import LogFormatError
from stream.fold import explanations
from stream.fold.article_registry import NONE
from stream.fold.report import Report
from stream.fold.settings import FoldSections
from stream.fold.state import FoldState
from stream.fold.story_record import StoryRecord
from stream.stories.results import StoryDecision, StoryMerge, StorySplit


class _Moment(msgspec.Struct):
    """One record on its way through the fold, and what has followed from it so far."""

    article: EmbeddedArticle
    logged: int
    event_time: int
    stories: list[StoryEvent] = []
    assignments: list[Assignment] = []
    storylines: list[StorylineEvent] = []

    def take(self, changes: tuple[list[StoryEvent], list[StorylineEvent]]) -> None:
        self.stories.extend(changes[0])
        self.storylines.extend(changes[1])

    def folded(self, outcome: Outcome) -> Folded:
        return Folded(
            outcome, self.event_time, tuple(self.assignments), tuple(self.stories), tuple(self.storylines)
        )


class Fold:
    """The step from one record of a shard's log to the next."""

    def __init__(self, state: FoldState) -> None:
        self.state = state

    @classmethod
    def empty(cls, settings: FoldSections) -> Self:
        """A fold that has seen nothing yet, with these settings."""
        return cls(FoldState(settings.fold, settings.copies, settings.stories, settings.storylines))

    def fold(self, article: EmbeddedArticle, logged: int) -> Folded:
        """Take in the next record of the log. `logged` is its Kafka timestamp in milliseconds.

        Raises:
            ModelMismatchError: the vector was made by another model than this shard's.
            LogFormatError: the record lacks the fingerprint or the evidence of an article.
        """
        state = self.state
        published = None if article.retracted else article.published
        moment = _Moment(article, logged, state.time.event_time(published, logged))
        moment.take(state.let_time_pass())
        known = state.registry.number_of(article.id)
        if known is None and article.retracted:  # under its url, which other articles' ids are made of
            known = state.registry.number_of(address_of(article.id))
        if known is not None and self._is_repeat(article, known):
            return moment.folded(Outcome.REPEATED)
        if article.retracted:
            return self._retract(moment, known)
        state.accept_model(article)
        record = state.record_of(known) if known is not None else None
        if known is not None and record is not None:
            return self._correct(moment, known, record)
        return self._place(moment)

    def _is_repeat(self, article: EmbeddedArticle, number: int) -> bool:
        """The same delivery again (at-least-once upstream), or the same content under the same id."""
        entry = self.state.registry.entry(number)
        if entry.partition == article.origin.partition and article.origin.offset <= entry.offset:
            return True
        return not article.retracted and article.content == entry.content and entry.story != NONE

    def _place(self, moment: _Moment) -> Folded:
        """A new article: as a copy to its leader's story, or as a report to the story it belongs to."""
        article, number = moment.article, self.state.registry.next_number
        if article.fingerprint is None:
            raise LogFormatError(f"article {article.id!r} came without a fingerprint")
        copy = self.state.copies.place(number, article.fingerprint, article.source, moment.event_time)
        record = self.state.record_of(copy.leader) if copy.leader is not None else None
        if record is not None and copy.leader is not None:
            return self._place_copy(moment, copy, copy.leader, record)
        return self._place_report(moment, copy, number)

    def _place_copy(self, moment: _Moment, copy: CopyDecision, leader: int, record: StoryRecord) -> Folded:
        state, article = self.state, moment.article
        state.stories.add_copy(record.number, leader, moment.event_time)
        number = state.remember(article, record.number, leader, str(copy.kind))
        record.add_copy(number, leader, article.source, article.language, article.published, moment.logged)
        moment.stories.append(state.story_store.changed(record))
        moment.storylines.extend(state.affairs.touch(record.number))
        assignment = Assignment(
            article_id=article.id,
            story_id=record.id,
            story_version=record.version,
            method=Method.COPY,
            outcome=explanations.copy_outcome(str(copy.kind)),
            reason=Reason.COPY,
            event_time=iso(moment.event_time),
            copy_of=explanations.copy_of(copy, state.registry.id_of(leader)),
            model=article.model,
            article=explanations.assigned(article),
        )
        moment.assignments.append(assignment)
        return moment.folded(assignment.outcome)

    def _place_report(self, moment: _Moment, copy: CopyDecision, number: int) -> Folded:
        state, article = self.state, moment.article
        decision = self._story_decision(moment, number)
        record = state.story_store.open_record(decision.story)
        if record is None:
            record = state.story_store.create(decision.story, number, article.id, moment.logged)
        state.remember(article, decision.story, NONE, "")
        record.add_report(_report(number, article, decision), moment.logged, joined=not decision.created)
        state.affairs.learn(decision, record, state.stories.weights_of)
        moment.stories.append(state.story_store.changed(record))
        moment.assignments.append(self._report_assignment(moment, copy, decision, record))
        for merge in decision.merges:
            self._merge(moment, merge)
        if decision.split:
            self._split(moment, record, decision.split)
        moment.take(state.affairs.publish(decision.story, state.time.now))
        return moment.folded(Outcome.UNIQUE)

    def _story_decision(self, moment: _Moment, number: int) -> StoryDecision:
        article = moment.article
        if article.evidence is None:
            raise LogFormatError(f"article {article.id!r} came without evidence")
        vector = np.frombuffer(article.vector, np.int8)
        dated = article.published is not None
        index = self.state.stories
        return index.assign(number, article.evidence, vector, moment.event_time, dated, article.language)

    def _report_assignment(
        self, moment: _Moment, copy: CopyDecision, decision: StoryDecision, record: StoryRecord
    ) -> Assignment:
        state = self.state
        rival = state.story_store.open_record(decision.rival.story) if decision.rival else None
        score, factors = decision.score, explanations.factors(decision.factors)
        return Assignment(
            article_id=moment.article.id,
            story_id=record.id,
            story_version=record.version,
            method=Method.NEW if decision.created else Method.JOINED,
            outcome=Outcome.UNIQUE,
            reason=explanations.reason(decision),
            event_time=iso(moment.event_time),
            near_miss=explanations.near_miss(copy, state.registry),
            score=None if score is None else round(score, explanations.DIGITS),
            threshold=round(decision.threshold, explanations.DIGITS),
            bias=None if score is None else explanations.shown_bias(score, factors),
            factors=factors,
            rival=explanations.rival(decision.rival, rival, decision),
            model=moment.article.model,
            article=explanations.assigned(moment.article),
        )

    def _merge(self, moment: _Moment, merge: StoryMerge) -> None:
        """Let one story live on in another, and say of each article that it moved."""
        state = self.state
        ended, record, moved = state.story_store.merge(merge.absorbed, merge.survivor, state.time.now)
        state.affairs.describe(record)
        moment.stories.extend((ended, state.story_store.changed(record)))
        self._move(moment, moved, record, ended.story_id, merge)

    def _split(self, moment: _Moment, record: StoryRecord, split: StorySplit) -> None:
        """Let a part of a story be one of its own, as the index decided."""
        state = self.state
        copies = state.copies_among(record.members)
        fresh, moved = state.story_store.split(record, split.fresh, split.leaving, copies, moment.logged)
        for part in (record, fresh):
            state.affairs.describe(part)
        self._changed_or_emptied(moment, record)
        moment.stories.append(state.story_store.changed(fresh))
        self._move(moment, moved, fresh, record.id, split)

    def _move(
        self,
        moment: _Moment,
        moved: Sequence[int],
        record: StoryRecord,
        story_id: str,
        decision: StoryMerge | StorySplit,
    ) -> None:
        """Say of each article that it moved from a story into that of the record, and by what decision."""
        state = self.state
        for number in moved:
            if state.registry.holds(number):
                entry = state.registry.entry(number)
                entry.story = record.number
                state.registry.replace(number, entry)
                leader = state.leader_id(entry)
                moment.assignments.append(explanations.moved(entry, leader, record, story_id, decision))

    def _correct(self, moment: _Moment, number: int, record: StoryRecord) -> Folded:
        """The same id with changed content stays in its story, which shows the new title."""
        state, article = self.state, moment.article
        entry = state.registry.entry(number)
        entry.content = article.content
        entry.partition, entry.offset = article.origin.partition, article.origin.offset
        state.registry.replace(number, entry)
        record.correct(number, article, moment.logged)
        moment.stories.append(state.story_store.changed(record))
        moment.storylines.extend(state.affairs.touch(record.number))
        moment.assignments.append(
            Assignment(
                article_id=article.id,
                story_id=record.id,
                story_version=record.version,
                method=Method.CORRECTION,
                outcome=Outcome.CORRECTION,
                reason=Reason.CORRECTED,
                event_time=iso(moment.event_time),
                copy_of=explanations.registered_copy(entry, state.leader_id(entry)),
                model=article.model,
                article=explanations.assigned(article),
            )
        )
        return moment.folded(Outcome.CORRECTION)

    def _retract(self, moment: _Moment, known: int | None) -> Folded:
        """Take a withdrawn article out of its story; the last one to go closes it."""
        state, article = self.state, moment.article
        record = state.record_of(known) if known is not None else None
        if known is None:
            state.remember(article, NONE, NONE, "")
            return moment.folded(Outcome.RETRACTION)
        entry = state.registry.entry(known)
        if record is not None:
            record.withdraw(known, entry.leader if entry.leader != NONE else known, moment.logged)
            self._changed_or_emptied(moment, record)
            if record.members and entry.leader == NONE:
                state.stories.withdraw(record.number, known)
        entry.story = NONE
        entry.partition, entry.offset = article.origin.partition, article.origin.offset
        state.registry.replace(known, entry)
        moment.assignments.append(
            Assignment(
                article_id=article.id,
                story_id=None,
                story_version=record.version if record else 0,
                method=Method.RETRACTED,
                outcome=Outcome.RETRACTION,
                reason=Reason.RETRACTED,
                event_time=iso(moment.event_time),
            )
        )
        return moment.folded(Outcome.RETRACTION)

    def _changed_or_emptied(self, moment: _Moment, record: StoryRecord) -> None:
        """Say that a story has changed, or, where no article of it is left, that it is closed."""
        state = self.state
        if record.members:
            moment.stories.append(state.story_store.changed(record))
            moment.storylines.extend(state.affairs.touch(record.number))
            return
        state.stories.close(record.number)
        moment.stories.append(state.story_store.close(record.number, state.time.now))
        moment.take(state.affairs.withdraw(record.number, state.time.now))


def _report(number: int, article: EmbeddedArticle, decision: StoryDecision) -> Report:
    return Report(
        number=number,
        article_id=article.id,
        title=article.title,
        url=article.url,
        source=article.source,
        language=article.language,
        published=article.published,
        centrality=decision.centrality,
        keyterms=article.evidence.keyterms if article.evidence else (),
        names=article.names,
        lead=article.lead,
        image=article.image,
    )
