"""What a story shows beside its counts: a summary, the names its reports share, a picture."""

from stream.contract.events import NameShown, StorySnapshot
from stream.embed.record import EmbeddedArticle, Origin
from stream.fold.report import Report
from stream.fold.story_record import StoryRecord
from stream.fold.story_snapshot import snapshot_of

FERRY = "The night ferry crossed the strait again on Monday after six weeks in the yard at Pirel."
SAME = "After six weeks in the yard at Pirel the night ferry crossed the strait on Monday again."
STRIKE = "Harbour pilots walked out at dawn, and the union said nobody would return before Friday."


def report(
    number: int,
    lead: str = FERRY,
    names: tuple[str, ...] = (),
    language: str = "en",
    image: str | None = None,
    centrality: float = 0.5,
) -> Report:
    return Report(
        number=number,
        article_id=f"a{number}",
        title=f"Title {number}",
        url=None,
        source="Halden Press",
        language=language,
        published=None,
        centrality=centrality,
        lead=lead,
        names=names,
        image=image,
    )


def record_of(*reports: Report) -> StoryRecord:
    record = StoryRecord(number=0, id="s", founder=0, first_seen=0, last_seen=0)
    for place, one in enumerate(reports):
        record.add_report(one, seen=0, joined=place > 0)
    return record


def story_of(*reports: Report) -> StorySnapshot:
    return snapshot_of(record_of(*reports))


def test_the_summary_is_how_the_representative_begins():
    assert [lead.text for lead in story_of(report(0)).summary] == [FERRY]


def test_the_newest_report_is_added_where_it_says_something_new():
    story = story_of(report(0), report(1, STRIKE, centrality=0.1))
    assert [(lead.article_id, lead.text) for lead in story.summary] == [("a0", FERRY), ("a1", STRIKE)]


def test_the_same_in_other_words_or_another_language_is_nothing_new():
    assert len(story_of(report(0), report(1, SAME, centrality=0.1)).summary) == 1
    assert len(story_of(report(0), report(1, STRIKE, language="fr", centrality=0.1)).summary) == 1


def test_names_are_those_that_most_reports_share():
    story = story_of(
        report(0, names=("Pirel", "Ana Korvel")),
        report(1, names=("Pirel", "Korvel")),
        report(2, names=("Pirel", "Ana Korvel", "Monday Club")),
    )
    assert story.names == (NameShown("Pirel", 3), NameShown("Ana Korvel", 2))


def test_a_withdrawn_report_takes_its_names_with_it():
    record = record_of(report(0, names=("Pirel",)), report(1, names=("Pirel", "Torvik")))
    record.withdraw(1, 1, 0)
    assert snapshot_of(record).names == (NameShown("Pirel", 1),)


def test_the_picture_is_the_representatives():
    story = story_of(report(0, image="https://a.example/a.jpg"), report(1, centrality=0.1))
    assert story.image == "https://a.example/a.jpg"


def test_a_correction_changes_summary_and_picture():
    record = record_of(report(0))
    record.correct(0, EmbeddedArticle(id="a0", origin=Origin(0, 1), ingested=0, title="T", lead=STRIKE), 1)
    story = snapshot_of(record)
    assert ([lead.text for lead in story.summary], story.image) == ([STRIKE], None)
