"""The whole service on a real Kafka: the sample corpus in, stories out, every article exactly once."""

from collections import Counter

import msgspec

from stream.contract.events import encode_event
from stream.evaluation.measures import b_cubed, copies_found
from stream.evaluation.offline import replay_file
from tests.support.newsroom import Newsroom, article, corpus_labels, corpus_lines

TRANSPORT = ("first_seen", "last_seen")
CORPUS_IDS = {label["id"] for label in corpus_labels()}


def first_assignments(assignments: list[dict]) -> dict[str, dict]:
    first: dict[str, dict] = {}
    for one in assignments:
        first.setdefault(one["article_id"], one)
    return first


def assigned_once(assignments: list[dict]) -> Counter:
    """How often each article was assigned, moves and corrections left out."""
    return Counter(one["article_id"] for one in assignments if one["method"] in {"new", "joined", "copy"})


async def test_the_corpus_becomes_stories(newsroom: Newsroom):
    lines = corpus_lines()
    await newsroom.produce(lines, partition=0)
    with newsroom.worker() as worker:
        worker.wait_ready()
        assignments = await newsroom.wait_for(len(CORPUS_IDS))
        metrics = worker.page("/metrics")
    assert assigned_once(assignments) == Counter(CORPUS_IDS)

    labels = corpus_labels()
    last = {one["article_id"]: one for one in assignments}
    found = {name: one["story_id"] for name, one in last.items()}
    agreement = b_cubed({label["id"]: label["story"] for label in labels}, found)
    copies = {n: one["copy_of"]["article_id"] for n, one in last.items() if one["copy_of"]}
    true_copies = {label["id"]: label["copy_of"] for label in labels if label["copy_of"]}
    found_copies = copies_found(true_copies, copies)
    print(
        f"\nB-cubed P {agreement.precision:.3f} R {agreement.recall:.3f} F1 {agreement.f1:.3f}; copies {found_copies}"
    )
    assert agreement.f1 >= 0.9
    assert found_copies.f1 == 1.0

    istanbul = {found[label["id"]] for label in labels if label["story"] == "istanbul-talks"}
    assert len(istanbul) == 1
    assert any(one["method"] == "correction" for one in assignments)
    articles = newsroom.settings.topics.articles
    assert f'newsfold_consumed_total{{stage="embed",topic="{articles}"}} {len(lines)}.0' in metrics
    assert f'newsfold_consumer_lag_records{{partition="0",stage="embed",topic="{articles}"}} 0.0' in metrics
    embedded = newsroom.settings.topics.embedded
    assert f'newsfold_consumer_lag_records{{partition="0",stage="fold",topic="{embedded}"}} 0.0' in metrics
    assert 'newsfold_state_entries{kind="storylines"} 0.0' not in metrics
    assert 'newsfold_storyline_events_total{type="created"} 0.0' not in metrics


async def test_the_snapshots_add_up_and_their_versions_rise(newsroom: Newsroom):
    await newsroom.produce(corpus_lines())
    with newsroom.worker() as worker:
        worker.wait_ready()
        await newsroom.wait_for(len(CORPUS_IDS))
    stories = await newsroom.stories()
    versions: dict[str, int] = {}
    for snapshot in (*stories, *await newsroom.storylines()):
        assert snapshot["version"] > versions.get(snapshot["id"], 0)
        versions[snapshot["id"]] = snapshot["version"]
    last = {snapshot["id"]: snapshot for snapshot in stories}
    standing = [snapshot for snapshot in last.values() if snapshot["status"] != "merged"]
    assert sum(snapshot["counts"]["articles"] for snapshot in standing) == len(CORPUS_IDS)


async def test_replay_gives_the_same_bytes_as_kafka(newsroom: Newsroom, tmp_path):
    await newsroom.produce(corpus_lines(), partition=0)
    with newsroom.worker() as worker:
        worker.wait_ready()
        await newsroom.wait_for(len(CORPUS_IDS))
    (tmp_path / "feed.jsonl").write_bytes(b"\n".join(corpus_lines()))
    now = 1_800_000_000_000
    replayed = replay_file(
        tmp_path / "feed.jsonl", newsroom.settings, now, lambda _: None, by_date=False
    )  # as they came

    from_kafka = {story["id"]: story for story in await newsroom.stories()}
    from_file = {name: msgspec.json.decode(encode_event(one)) for name, one in replayed.stories.items()}
    for stories in (from_kafka, from_file):
        for story in stories.values():
            for field in TRANSPORT:
                del story[field]
    assert msgspec.json.encode(from_file, order="deterministic") == msgspec.json.encode(
        from_kafka, order="deterministic"
    )
    lines_from_kafka = {line["id"]: line for line in await newsroom.storylines()}
    lines_from_file = {
        name: msgspec.json.decode(encode_event(one)) for name, one in replayed.storylines.items()
    }
    assert lines_from_file
    for lines in (lines_from_kafka, lines_from_file):
        for line in lines.values():
            for field in TRANSPORT:
                del line[field]
    assert lines_from_kafka == lines_from_file
    by_article = {one.article_id: msgspec.json.decode(encode_event(one)) for one in replayed.assignments}
    undated = {one["article_id"] for one in by_article.values() if one["event_time"] is None}
    kafka_last = {one["article_id"]: one for one in await newsroom.assignments()}
    for name in by_article.keys() - undated:
        by_article[name].pop("event_time")
        kafka_last[name].pop("event_time")
        assert by_article[name] == kafka_last[name]


async def test_poison_between_good_articles_is_dead_lettered_and_blocks_nothing(newsroom: Newsroom):
    good = [
        article(f"g{n}", f"Harbour council meets for the {n}th time", "Minutes follow.") for n in range(20)
    ]
    poison = [
        b"not json",
        b"\xff\xfe\x00",
        b'{"title": "no id"}',
        b'{"id": "x"}',
        b"[1]",
        b'{"deep":' * 20_000,
    ]
    messages: list[tuple[bytes | None, bytes | None]] = []
    for position, line in enumerate(good):
        messages.append((None, line))
        if position < len(poison):
            messages.append((f"p{position}".encode(), poison[position]))
    await newsroom.send(messages, partition=0)
    with newsroom.worker() as worker:
        worker.wait_ready()
        assignments = await newsroom.wait_for(len(good), len(poison))
    assert assigned_once(assignments) == Counter(f"g{n}" for n in range(20))
    letters = await newsroom.dead_letters()
    assert sorted(letter.value for letter in letters) == sorted(poison)
    for letter in letters:
        headers = {name: value.decode() for name, value in letter.headers}
        assert headers["__connect.errors.topic"] == newsroom.settings.topics.articles
        assert headers["__connect.errors.exception.class.name"] == "InvalidArticleError"
        offset = int(headers["__connect.errors.offset"])
        assert messages[offset] == (letter.key, letter.value)


async def test_a_correction_a_retraction_and_a_tombstone_reach_the_stories(newsroom: Newsroom):
    talk = (
        "Delegations of both sides met in the harbour town and spoke for six hours about grain and prisoners."
    )
    await newsroom.produce(
        [article("a", "Talks open", talk), article("b", "Glacier retreats", "Ice is thin.")]
    )
    with newsroom.worker() as worker:
        worker.wait_ready()
        await newsroom.wait_for(2)
        await newsroom.produce([article("a", "CORRECTED: Talks open in Izmir", talk + " In Izmir.")])
        await newsroom.wait_for_methods({"correction": 1})
        await newsroom.produce([b'{"id": "b", "status": "canceled"}'])
        await newsroom.send([(b"a", None)])
        await newsroom.wait_for_methods({"correction": 1, "retracted": 2})
    last = {story["id"]: story for story in await newsroom.stories()}
    assert {story["status"] for story in last.values()} == {"closed"}
    headlines = {story["headline"] for story in await newsroom.stories()}
    assert "CORRECTED: Talks open in Izmir" in headlines
