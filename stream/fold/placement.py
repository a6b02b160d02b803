"""Where a new article goes: to the report whose text it carries, or to the story it belongs to."""

from collections.abc import Sequence

import numpy as np

from stream.contract.events import Assignment, Method, Outcome, Reason
from stream.contract.moments import iso
from stream.copies.results import CopyDecision
from stream.embed.record import EmbeddedArticle
from stream.errors import LogFormatError
from stream.fold import explanations
from stream.fold.article_registry import NONE
from stream.fold.changes import Moment
from stream.fold.report import Report, Successor
from stream.fold.state import FoldState
from stream.fold.story_record import StoryRecord
from stream.stories.results import StoryDecision, StoryMerge, StorySplit


class Placement:
    """The steps that put an article into a story, and let stories merge and split; part of Fold."""

    def __init__(self, state: FoldState) -> None:
        self.state = state

    def _place(self, moment: Moment) -> Outcome:
        """A new article: as a copy to its leader's story, or as a report to the story it belongs to."""
        number = self.state.registry.next_number
        copy = self._copy_decision(moment, number)
        leader = self._living_leader(copy, number)
        record = self.state.record_of(leader) if leader is not None else None
        if record is not None and leader is not None:
            return self._place_copy(moment, copy, leader, record)
        return self._place_report(moment, copy, number)

    def _copy_decision(self, moment: Moment, number: int) -> CopyDecision:
        article, state = moment.article, self.state
        if article.fingerprint is None:
            raise LogFormatError(f"article {article.id!r} came without a fingerprint")
        return state.copies.place(
            number, article.fingerprint, article.source, moment.event_time, state.time.now
        )

    def _living_leader(self, copy: CopyDecision, number: int) -> int | None:
        """The report whose text article `number` carries; where none lives, the text lives on in this article."""
        registry, leader = self.state.registry, copy.leader
        if leader is None:
            return None
        if self.state.record_of(leader) is not None and registry.leader_of(leader) == NONE:
            return leader
        self.state.copies.rename(leader, number)
        return None

    def _place_copy(self, moment: Moment, copy: CopyDecision, leader: int, record: StoryRecord) -> Outcome:
        state, article = self.state, moment.article
        number = state.remember(article, record.number, leader, str(copy.kind))
        self._add_copy(moment, record, number, leader)
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
        return assignment.outcome

    def _place_report(self, moment: Moment, copy: CopyDecision, number: int) -> Outcome:
        state, article = self.state, moment.article
        state.series.count(article.title, article.source)
        decision = self._story_decision(moment, number, copy.form)
        record = self._record_for(moment, decision, number)
        state.remember(article, decision.story, NONE, "")
        record.add_report(report_of(number, article, decision), moment.logged, joined=not decision.created)
        state.affairs.learn(decision, record, state.stories.profile_of)
        moment.stories.append(state.story_store.changed(record))
        moment.assignments.append(self._report_assignment(moment, copy, decision, record))
        self._rearrange(moment, record, decision)
        return Outcome.UNIQUE

    def _rearrange(self, moment: Moment, record: StoryRecord, decision: StoryDecision) -> None:
        """Merge and split stories as the decision on a report says, and link storylines anew."""
        for merge in decision.merges:
            self._merge(moment, merge)
        if decision.split:
            self._split(moment, record, decision.split)
        moment.take(self.state.affairs.publish(decision.story, self.state.time.now))

    def _add_copy(self, moment: Moment, record: StoryRecord, number: int, leader: int) -> None:
        article = moment.article
        self.state.stories.add_copy(record.number, leader, moment.event_time)
        record.add_copy(
            number,
            leader,
            article.source,
            article.language,
            article.published,
            moment.logged,
            successor=_successor(number, article),
        )

    def _record_for(self, moment: Moment, decision: StoryDecision, number: int) -> StoryRecord:
        """The record of the story decided on, a fresh one where it begins."""
        store = self.state.story_store
        record = store.open_record(decision.story)
        return record or store.create(decision.story, number, moment.article.id, moment.logged)

    def _story_decision(self, moment: Moment, number: int, form: int | None) -> StoryDecision:
        article = moment.article
        if article.evidence is None:
            raise LogFormatError(f"article {article.id!r} came without evidence")
        evidence = self.state.series.without_ends(
            article.evidence, article.title, article.source, article.language
        )
        if not article.lead.startswith(article.title):  # without a headline, that is how the text begins
            own = number if form is None else form
            column = self.state.columns.form_of(article.title, article.source, article.language, own)
            form = form if column is None else column
        vector = np.frombuffer(article.vector, np.int8)
        dated = article.published is not None or self.state.time.dates_undated
        index = self.state.stories
        return index.assign(number, evidence, vector, moment.event_time, dated, article.language, form)

    def _report_assignment(
        self, moment: Moment, copy: CopyDecision, decision: StoryDecision, record: StoryRecord
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

    def _merge(self, moment: Moment, merge: StoryMerge) -> None:
        """Let one story live on in another, and say of each article that it moved."""
        state = self.state
        ended, record, moved = state.story_store.merge(merge.absorbed, merge.survivor, state.time.now)
        state.affairs.describe(record)
        moment.stories.extend((ended, state.story_store.changed(record)))
        self._move(moment, moved, record, ended.story_id, merge)

    def _split(self, moment: Moment, record: StoryRecord, split: StorySplit) -> None:
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
        moment: Moment,
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

    def _changed_or_emptied(self, moment: Moment, record: StoryRecord) -> None:
        """Say that a story has changed, or, where no article of it is left, that it is closed."""
        state = self.state
        if record.members:
            moment.stories.append(state.story_store.changed(record))
            moment.storylines.extend(state.affairs.touch(record.number))
            return
        state.stories.close(record.number)
        moment.stories.append(state.story_store.close(record.number, state.time.now))
        moment.take(state.affairs.withdraw(record.number, state.time.now))


def _successor(number: int, article: EmbeddedArticle) -> Successor:
    return Successor(
        number=number,
        article_id=article.id,
        title=article.title,
        url=article.url,
        source=article.source,
        language=article.language,
        published=article.published,
        lead=article.lead,
        image=article.image,
    )


def report_of(number: int, article: EmbeddedArticle, decision: StoryDecision) -> Report:
    """The article as its story lists it."""
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
