"""Letters that speak of several events bridge none of them, wherever they lie themselves."""

import json
from pathlib import Path

from stream.evaluation.offline import replay_file
from stream.settings import Settings

NEWS = (
    (
        "lock",
        "Lock gate at Ostermoor jams",
        "The upper gate of the Ostermoor lock jammed on Monday and eleven barges wait in the canal. Lock "
        "keeper Wiebke Tamm blames a sunken tree.",
    ),
    (
        "school",
        "Pell school burns down",
        "The wooden school of Pell burned to the ground on Monday night. Headmaster Anselm Rook says that no "
        "child was inside; lessons move to the chapel.",
    ),
    (
        "letter",
        "Good evening",
        "Good evening from our desk. At Ostermoor the lock is jammed, and Wiebke Tamm looks for a sunken "
        "tree. In Pell the school has burned down, and Anselm Rook holds lessons in the chapel. Sleep well.",
    ),
    (
        "lock",
        "Divers cut tree out of Ostermoor lock",
        "Divers have sawn through the tree that jams the Ostermoor lock. Wiebke Tamm hopes that the barges "
        "can leave the canal by noon.",
    ),
    (
        "school",
        "Chapel bells ring for lessons in Pell",
        "Children of Pell had their first lesson in the chapel after the fire at their school. Anselm Rook "
        "thanked the town for chairs.",
    ),
    (
        "letter",
        "Good evening",
        "Good evening. The barges leave Ostermoor, says Wiebke Tamm, and the tree becomes a bench. Pell's "
        "children do sums in the chapel with Anselm Rook. A pig won the prize at Thornby. Sleep well.",
    ),
    (
        "lock",
        "Barges leave Ostermoor after two days",
        "The lock at Ostermoor works again and the last of eleven barges went through on Wednesday. Wiebke "
        "Tamm wants the bank cleared of dead trees.",
    ),
    (
        "school",
        "Stove blamed for fire at Pell school",
        "An old stove set the school of Pell on fire, the fire brigade says. Anselm Rook had asked for a new "
        "one in the autumn.",
    ),
)


def test_letters_on_two_events_do_not_make_them_one(tmp_path: Path):
    file = tmp_path / "letters.jsonl"
    with file.open("w", encoding="utf8") as lines:
        for number, (event, title, text) in enumerate(NEWS):
            line = {
                "id": f"{event}-{number}",
                "title": title,
                "text": text,
                "published_at": f"2026-06-01T{6 + 2 * number:02d}:00:00Z",
                "language": "en",
            }
            lines.write(json.dumps(line) + "\n")
    last = {
        one.article_id: one.story_id
        for one in replay_file(file, Settings(), 1_800_000_000_000, lambda _: None).assignments
    }
    stories = [
        {story for article, story in last.items() if article.startswith(event)}
        for event in ("lock", "school")
    ]
    assert [len(found) for found in stories] == [1, 1]
    assert stories[0] != stories[1]
