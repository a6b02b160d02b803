"""The report of a page: only what stands under its headline is compared with other articles."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream.articles.page import _report_among, content_of, report_of
from stream.articles.page_lines import pages_of

TITLE = "Harbour of Ostvik to get a second lock by spring"
REPORT = (
    "The harbour of Ostvik will have a second lock by next spring, the port authority said on Tuesday after the town "
    "council had voted for the loan.\n"
    'Harbour master Ingrid Solheim expects forty more barges a week. "We have been turning ships away since the '
    'autumn," she said.'
)
OTHER_TITLE = "Bakers of Lindmoor win the bread prize again"
OTHER = (
    "For the third time in a row the bakers of Lindmoor have won the bread prize of the province, with a rye loaf "
    "that takes two days to make. The jury praised its crust, and asked for the recipe in vain."
)
NOTICE = (
    "Listen to this and all other pieces in our programme for telephones, where you can also keep a list of what you "
    "want to hear later in the day."
)
GERMAN_NOTICE = (
    "Wir verwenden Cookies und ähnliche Verfahren, um Inhalte an Ihre Wünsche anzupassen und die Zugriffe auf unsere "
    "Seiten zu zählen."
)


def test_other_reports_below_are_no_part_of_it():
    page = "\n".join(
        ["logo", TITLE, "", TITLE, "Ostvik Post2 days ago", REPORT, "Try our AI", "No comments yet...",
         "Related Articles", OTHER_TITLE, OTHER_TITLE, "Ostvik Post", "an hour ago", OTHER, "DOWNLOAD THE APP"]
    )  # fmt: skip
    report = report_of(TITLE, page)
    assert report.endswith(REPORT)
    assert "bread" not in report


def test_other_reports_are_found_by_their_headlines_where_no_heading_says_so():
    page = "\n".join([REPORT, "", OTHER_TITLE, "Lindmoor Herald", "3 hours ago", OTHER])
    assert report_of(TITLE, page) == REPORT


def test_a_report_that_goes_on_after_a_link_stays_whole():
    more = "The lock is to be dug in the old dry dock of Ostvik, where the harbour keeps its cranes for now."
    page = "\n".join([REPORT, "Read also:", OTHER_TITLE, more])
    assert report_of(TITLE, page).endswith(more)


def test_subheads_do_not_end_a_report():
    page = "\n".join(
        [REPORT, "", "What the loan costs", "", "The town will pay it back within twenty years."]
    )
    assert report_of(TITLE, page) == page


def test_a_notice_above_the_report_is_dropped():
    assert report_of(TITLE, f"{NOTICE}\n\n{REPORT}") == REPORT


@pytest.mark.parametrize(
    "title", ["Later by spring: a second lock for the harbour", "Ostvik to get a new lock by spring"]
)
def test_neither_a_function_word_of_the_headline_nor_a_short_headline_keeps_a_notice(title: str):
    assert report_of(title, f"{NOTICE}\n\n{REPORT}", "en") == REPORT


def test_an_ending_in_another_language_is_dropped():
    assert report_of(TITLE, f"{REPORT}\n\n{GERMAN_NOTICE}", "en") == REPORT


def test_a_text_that_tells_nothing_of_its_headline_is_none():
    stub = "This piece is for friends of our house only. Sign in, or become a friend within two minutes."
    assert report_of(TITLE, stub) == ""
    assert report_of(TITLE, "Ostvik gets another lock, the port says. More soon.") != ""


def test_a_refusal_of_fifty_words_is_none():
    refusal = (
        "451. You are in a region whose rules on personal records our small newsroom has not been able to study so "
        "far, and until it has, nothing of what we print is shown there. We regret this and work on it. Ring the "
        "front desk between nine and five if you pay for the printed paper and want to see it on a screen."
    )
    assert report_of(TITLE, refusal) == ""


def test_lively_paragraphs_under_a_lively_headline_are_a_report():
    report = (
        "By noon the whole quay had heard. Ines Varga, who sells tea from a handcart, had caught the runaway tram by "
        "its rear platform, climbed through a window and pulled the brake with both feet.\n"
        "The driver, who had stepped out for a rope, thanked her in tears. The company will give her a pass for "
        "life, a new cart, and the old brake handle on a velvet cushion."
    )
    assert report_of("Hold on tight! Our heroine stops a monster on wheels", report) == report


CREDITS = (
    "The Long Ladder comes out on Mondays. Presented by Ada Krull, produced by Ben Osei, music by the Attic Trio. "
    "Ask a question of your own: send a voice message of one minute to the ladder's mailbox."
)


def test_a_report_longer_than_what_stands_below_is_no_notice():
    guest = (
        "For thirty winters Josef Hamm counted the swans on the mere, at first for a bet, then for science. He "
        "tells why there were never fewer than four hundred, what a dog did to his count of 2003, and who has them."
    )
    episode = f"{guest}\n\n{CREDITS}"
    assert report_of("The Long Ladder 31, with a man of birds", episode) == episode


def test_what_heads_a_headline_does_not_make_a_notice_of_the_report():
    guest = "For thirty winters Josef Hamm counted the swans on the mere, for a bet."
    episode = f"{guest}\n\n{CREDITS}"
    assert report_of("The Long Ladder, episode 31: a man of birds", episode) == episode


def test_a_headline_that_says_too_little_judges_nothing():
    assert report_of("Two", NOTICE) == NOTICE
    assert report_of("", f"{NOTICE}\n\n{REPORT}") == f"{NOTICE}\n\n{REPORT}"


@pytest.mark.parametrize(
    "dateline",
    [
        "OSTVIK, March 3 (Wire) - ",
        "OSTVIK (Wire) — ",
        "NEW OSTVIK – ",
        "Ostvik (Wire) - ",
        "Ostvik, May 11 -- ",
    ],
)
def test_where_a_report_was_filed_is_no_part_of_it(dateline: str):
    assert report_of(TITLE, dateline + REPORT) == REPORT


def test_a_clause_before_a_dash_is_no_dateline():
    text = (
        "Forty barges - a record - passed the harbour of Ostvik on Tuesday before its second lock was begun."
    )
    assert report_of(TITLE, text) == text


@pytest.mark.parametrize(
    "credit",
    [
        "Reporting by Nils Aune in Ostvik; Editing by Greta Moen",
        "Our Standards: The Harbour Principles.",
        "© Ostvik Post. All rights reserved.",
        "Alle Rechte vorbehalten.",
    ],
)
def test_who_made_a_report_is_no_part_of_it(credit: str):
    assert report_of(TITLE, f"{REPORT}\n\n{credit}\n") == REPORT


def test_an_offer_behind_a_teaser_is_dropped():
    teaser = "The harbour of Ostvik will have a second lock by next spring, the port"
    offer = "Get the whole piece and the weekend supplement for 3.10 a week, and leave whenever you like."
    assert report_of(TITLE, f"{teaser}... {offer}") == teaser


def test_what_goes_on_after_dots_stays():
    text = "The harbour of Ostvik waits... and its second lock will not come before spring, the port authority said."
    assert report_of(TITLE, text) == text


SENTENCES = st.sampled_from(
    [REPORT, OTHER, NOTICE, GERMAN_NOTICE, TITLE, f"{TITLE}.", OTHER_TITLE, "Related Articles", "", " ",
     "© Ostvik Post.", "The harbour is closed.", "Read on ... Sign in",
     "OSTVIK, March 3 (Wire) - The lock of the harbour is open again."]
)  # fmt: skip


@given(
    st.sampled_from([TITLE, OTHER_TITLE, "Two", ""]),
    st.lists(SENTENCES, max_size=6).map("\n".join),
    st.sampled_from(["en", "de", None]),
)
@settings(max_examples=500)
def test_a_page_known_at_a_glance_is_what_all_its_lines_say(title: str, text: str, language: str | None):
    lines = pages_of([text])[0].lines
    assert report_of(title, text, language) == _report_among(title, content_of(title), lines, language)
