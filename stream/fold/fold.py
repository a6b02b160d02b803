"""The fold: one record of the log in, the assignments and story changes it gives rise to out.

A pure function of the log. It imports no Kafka, reads no clock (time is the record's logged time), and does
the same whatever the batch size; so a checkpoint and a replay bring back the same state and the same bytes.

For each record: seen before? a copy of a known report? which story, or a new one?
"""

from typing import Self

import msgspec

from stream.articles.addresses import address_of
from stream.contract.events import Assignment, Folded, Method, Outcome, Reason
from stream.contract.moments import iso
from stream.copies.results import CopyDecision
from stream.embed.record import EmbeddedArticle
from stream.fold import explanations
from stream.fold.article_registry import NONE, Entry
from stream.fold.changes import Moment, described
from stream.fold.placement import Placement, report_of
from stream.fold.settings import FoldSections
from stream.fold.state import FoldState
from stream.fold.story_record import StoryRecord


class Fold(Placement):
    """The step from one record of a shard's log to the next."""

    @classmethod
    def empty(cls, settings: FoldSections) -> Self:
        """A fold that has seen nothing yet, with these settings."""
        return cls(FoldState(settings.fold, settings.copies, settings.stories, settings.storylines))

    def fold(self, article: EmbeddedArticle, logged: int) -> Folded:
        """Take in the next record of the log, and say what follows from it. `logged`: its Kafka timestamp in ms.

        Raises: as take_in.
        """
        return described([self.take_in(article, logged)])[0]

    def take_in(self, article: EmbeddedArticle, logged: int) -> Moment:
        """Take in the next record of the log, of a batch that is then described as a whole.

        Raises:
            ModelMismatchError: the vector was made by another model than this shard's.
            LogFormatError: the record lacks the fingerprint or the evidence of an article.
        """
        state = self.state
        published = None if article.retracted else article.published
        moment = Moment(article, logged, state.time.event_time(published, logged))
        moment.take(state.let_time_pass())
        moment.outcome = self._outcome(moment)
        return moment

    def _outcome(self, moment: Moment) -> Outcome:
        """Do what the record asks for."""
        state, article = self.state, moment.article
        known = state.registry.number_of(article.id)
        if known is None and article.retracted:  # under its url, which other articles' ids are made of
            known = state.registry.number_of(address_of(article.id))
        if known is not None and self._is_repeat(article, known):
            return Outcome.REPEATED
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

    def _correct(self, moment: Moment, number: int, record: StoryRecord) -> Outcome:
        """The same id with changed content: it stays where it is, unless it now carries another's text or event."""
        state, article = self.state, moment.article
        entry = state.registry.entry(number)
        copy = self._copy_decision(moment, number)
        leader = self._living_leader(copy, number)
        there = state.record_of(leader) if leader is not None else None
        if leader is not None and there is not None and leader not in (number, entry.leader):
            state.copies.rename(number, self._leave(moment, number, entry, record))
            state.registry.replace(number, _renewed(entry, article, there.number, leader, str(copy.kind)))
            self._add_copy(moment, there, number, leader)
            return self._corrected(moment, number, record.id, there, copy)
        report = record.listed(number)
        has_moved = report is not None and not report.on_same_matter(article.title, article.lead)
        if leader is None and (entry.leader != NONE or has_moved):
            return self._turn_report(moment, number, entry, record, copy)
        state.registry.replace(number, _renewed(entry, article, entry.story, entry.leader, entry.kind))
        record.correct(number, article, moment.logged)
        return self._corrected(moment, number, record.id, record, copy)

    def _turn_report(
        self, moment: Moment, number: int, entry: Entry, record: StoryRecord, copy: CopyDecision
    ) -> Outcome:
        """A new version with a text of its own, or of another event: it goes to the story that it belongs to now."""
        state, article = self.state, moment.article
        state.copies.rename_earlier(number, self._leave(moment, number, entry, record))
        decision = self._story_decision(moment, number, copy.form)
        there = self._record_for(moment, decision, number)
        state.registry.replace(number, _renewed(entry, article, there.number, NONE, ""))
        there.add_report(report_of(number, article, decision), moment.logged, joined=not decision.created)
        state.affairs.learn(decision, there, state.stories.profile_of)
        self._rearrange(moment, there, decision)
        return self._corrected(moment, number, record.id, state.record_of(number) or there, copy)

    def _corrected(
        self, moment: Moment, number: int, story_id: str, record: StoryRecord, copy: CopyDecision
    ) -> Outcome:
        """Say that an article has a new version, and whether it moved with it."""
        state, article = self.state, moment.article
        moment.stories.append(state.story_store.changed(record))
        moment.storylines.extend(state.affairs.touch(record.number))
        entry = state.registry.entry(number)
        moment.assignments.append(
            Assignment(
                article_id=article.id,
                story_id=record.id,
                story_version=record.version,
                method=Method.CORRECTION if record.id == story_id else Method.MOVED,
                outcome=Outcome.CORRECTION,
                reason=Reason.CORRECTED,
                event_time=iso(moment.event_time),
                copy_of=explanations.registered_copy(entry, state.leader_id(entry)),
                near_miss=explanations.near_miss(copy, state.registry),
                moved_from=None if record.id == story_id else story_id,
                model=article.model,
                article=explanations.assigned(article),
            )
        )
        return Outcome.CORRECTION

    def _retract(self, moment: Moment, known: int | None) -> Outcome:
        """Take a withdrawn article out of its story; the last one to go closes it."""
        state, article = self.state, moment.article
        record = state.record_of(known) if known is not None else None
        if known is None:
            state.remember(article, NONE, NONE, "")
            return Outcome.RETRACTION
        entry = state.registry.entry(known)
        if record is not None:
            state.copies.rename(known, self._leave(moment, known, entry, record))
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
        return Outcome.RETRACTION

    def _leave(self, moment: Moment, number: int, entry: Entry, record: StoryRecord) -> int:
        """Take an article out of its story; a copy of its text takes its place there, if there is one.

        Return who leads the text from now on: that copy, or a number that no article has.
        """
        state = self.state
        is_report = entry.leader == NONE
        successor = record.withdraw(number, number if is_report else entry.leader, moment.logged)
        if successor is not None:
            state.stories.rename(number, successor)
        elif is_report and record.members:
            state.stories.withdraw(record.number, number)
            state.affairs.links.renew(record.number)
        self._changed_or_emptied(moment, record)
        if successor is not None:
            self._hand_over(moment, number, successor, record)
        return successor if successor is not None else ~number

    def _hand_over(self, moment: Moment, number: int, successor: int, record: StoryRecord) -> None:
        """Let all that carry a withdrawn text be copies of the first of them, and say so of each."""
        registry = self.state.registry
        for member in sorted(record.members):
            if registry.holds(member) and registry.leader_of(member) == number:
                entry = registry.entry(member)
                entry.leader, entry.kind = (NONE, "") if member == successor else (successor, entry.kind)
                registry.replace(member, entry)
                moment.assignments.append(explanations.inherited(entry, self.state.leader_id(entry), record))


def _renewed(entry: Entry, article: EmbeddedArticle, story: int, leader: int, kind: str) -> Entry:
    """The entry of an article after a new version of it."""
    return msgspec.structs.replace(
        entry,
        story=story,
        leader=leader,
        kind=kind,
        content=article.content,
        partition=article.origin.partition,
        offset=article.origin.offset,
    )
