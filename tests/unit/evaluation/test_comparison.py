"""Two runs beside each other: what is alike, what was lost, what moved."""

from stream.evaluation.comparison import Run, compare


def run(*stories: tuple[str, str], copies: dict[str, str] | None = None) -> Run:
    return Run({article: story for story, articles in stories for article in articles}, copies or {})


def test_equal_runs_agree_wholly():
    one = run(("s", "abc"), ("t", "d"), copies={"b": "a"})
    found = compare(one, one)
    assert (found.both, found.only_a, found.only_b) == (4, 0, 0)
    assert (found.same, found.same_id, found.changed) == (2, 2, ())
    assert found.agreement.f1 == found.copies.f1 == 1.0


def test_a_story_that_was_split_is_named_with_its_parts():
    found = compare(run(("s", "abcde"), ("t", "fg")), run(("s", "abc"), ("u", "de"), ("t", "fg")))
    (changed,) = found.changed
    assert (changed.story, changed.articles, changed.parts) == ("s", 5, (("s", 3), ("u", 2)))
    assert found.agreement.precision == 1.0
    assert found.agreement.recall < 1.0


def test_the_same_story_under_another_id_is_alike():
    found = compare(run(("s", "ab")), run(("other", "ab")))
    assert (found.same, found.same_id) == (1, 0)


def test_articles_of_one_run_alone_are_counted_and_left_out():
    found = compare(run(("s", "abc")), run(("s", "bcd")))
    assert (found.both, found.only_a, found.only_b) == (2, 1, 1)
    assert found.same == 1


def test_the_last_assignment_of_an_article_counts():
    moved = [
        {"article_id": "a", "story_id": "s", "copy_of": {"article_id": "x"}},
        {"article_id": "a", "story_id": "t", "copy_of": None},
        {"article_id": "b", "story_id": "t", "copy_of": None},
        {"article_id": "b", "story_id": None, "copy_of": None},
    ]
    assert Run.of(moved) == Run({"a": "t"}, {})
