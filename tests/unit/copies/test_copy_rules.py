"""The rules of copy detection, one by one, on texts written for this file."""

import pytest

from stream.copies.fingerprint import fingerprint_of
from stream.copies.index import CopyIndex
from stream.copies.results import CopyKind
from stream.copies.settings import CopySettings
from tests.support.copy_desk import FERRY, HOUR, MUSEUM, ORCHARD, SCHOOL, Desk

FOOTER = (
    "Subscribe to our morning letter and never miss a story from your town. Read by forty thousand neighbours.\n"
    "The council meets again on the second Thursday of the month, doors open at six, and the minutes are online.\n"
    "Write to the editor, call the newsroom, or visit us in the arcade behind the station between nine and five."
)
QUAKE = (
    "An earthquake of magnitude {size} struck {far} kilometres from {town} on {day} at {hour}:{minute} local time, "
    "the seismic office said. It was centred {deep} kilometres below the ground. No damage or injuries were reported."
)


def beginning(text: str, words: int) -> str:
    return " ".join(text.split()[:words])


def test_pages_about_nothing_but_themselves_are_no_copies() -> None:
    wall = (
        "Please make sure your browser supports JavaScript and cookies and that you are not blocking them from "
        "loading. For more information you can review our Terms of Service and our Privacy Policy."
    )
    desk = Desk()
    desk.place(wall, "a")
    assert desk.place(wall, "b").leader is None
    news = desk.place(f"{wall}\n{FERRY}", "c")
    assert news.leader is None
    assert desk.place(f"{FERRY}\n{wall}", "d").leader == 2


def test_a_brief_on_the_subject_of_notices_is_still_copied() -> None:
    brief = "Sweden's parliament voted on Tuesday to make sex without explicit consent a crime, after a long debate."
    desk = Desk()
    desk.place(brief, "a")
    assert desk.place(brief, "b").leader == 0


def test_headline_byline_and_boilerplate_of_another_outlet_do_not_hide_a_copy() -> None:
    desk = Desk()
    desk.place(f"Ferry stays in port\n{FERRY}", "a")
    page = f"Islands cut off as boat leaks\nShare this page\nBy Our Reporter\n{FERRY}\n{FOOTER}"
    assert desk.place(page, "b").leader == 0


def test_a_cut_text_among_related_articles_finds_its_leader_and_no_other() -> None:
    desk = Desk()
    for text in (SCHOOL, MUSEUM, FERRY):
        desk.place(text)
    page = "\n".join(
        [
            "Boat trouble",
            beginning(FERRY, 24) + "...",
            "Related Articles",
            beginning(SCHOOL, 45),
            beginning(MUSEUM, 45),
        ]
    )
    assert desk.place(page).leader == 2


def test_a_new_text_is_not_dragged_into_the_stories_its_page_links_to() -> None:
    desk = Desk()
    desk.place(SCHOOL), desk.place(MUSEUM)
    page = "\n".join(
        ["Frost", ORCHARD, "Related Articles", beginning(SCHOOL, 40) + " ...", beginning(MUSEUM, 40) + " ..."]
    )
    assert desk.place(page).leader is None


def test_a_story_does_not_join_the_page_that_linked_to_it() -> None:
    desk = Desk()
    page = "\n".join(
        ["Frost", ORCHARD, FERRY, "Related Articles", beginning(SCHOOL, 30), beginning(MUSEUM, 30)]
    )
    desk.place(page)
    assert desk.place(SCHOOL).leader is None


def test_the_boilerplate_of_one_outlet_does_not_join_its_texts() -> None:
    desk = Desk()
    texts = (FERRY, SCHOOL, MUSEUM, ORCHARD)
    assert [desk.place(f"Title\n{text}\n{FOOTER}", "the paper").leader for text in texts] == [None] * 4


def test_one_form_with_other_figures_and_names_is_another_text() -> None:
    desk = Desk()
    forms = [
        QUAKE.format(size="4.1", far=31, town="Oldford", day="Monday", hour=5, minute=12, deep=17),
        QUAKE.format(size="5.6", far=48, town="Saltby", day="Friday", hour=7, minute=40, deep=9),
        QUAKE.format(size="3.3", far=12, town="Marrow", day="Sunday", hour=3, minute=55, deep=28),
    ]
    assert [desk.place(form).leader for form in forms] == [None, None, None]
    assert [desk.place(f"Tremor felt\n{form}").leader for form in forms] == [0, 1, 2]


def test_a_near_miss_names_the_rival_and_why_it_was_not_taken() -> None:
    desk = Desk()
    desk.place(QUAKE.format(size="4.1", far=31, town="Oldford", day="Monday", hour=5, minute=12, deep=17))
    other = desk.place(
        QUAKE.format(size="5.6", far=48, town="Saltby", day="Friday", hour=7, minute=40, deep=9)
    )
    assert other.rival is not None
    assert other.rival.leader == 0
    assert other.rival.reason == "the same form, other figures or names"


def test_what_many_texts_share_becomes_boilerplate() -> None:
    desk = Desk()
    notice = "This report was brought to you by the league of small newsrooms and its forty thousand members."
    for text in (FERRY, SCHOOL, MUSEUM, ORCHARD):
        desk.place(f"{text}\n{notice}")
    nothing_else = desk.place(f"Something quite different happened in the harbour town tonight.\n{notice}")
    assert nothing_else.leader is None
    assert nothing_else.rival is None


@pytest.mark.parametrize(
    ("first", "second", "is_copy"),
    [
        ("Harbour town keeps its old lighthouse", "HARBOUR TOWN KEEPS ITS OLD LIGHTHOUSE", True),
        ("Harbour town keeps its old lighthouse", "Hill town sells its old lighthouse", False),
        ("Council names five new teachers for valley", "Council names nine new teachers for valley", False),
        ("Markets close higher today", "Markets close higher today", False),
    ],
)  # fmt: skip
def test_titles_are_copies_only_where_every_word_agrees(first: str, second: str, is_copy: bool) -> None:
    desk = Desk()
    desk.place("", title=first)
    assert (desk.place("", title=second).leader == 0) is is_copy


def test_the_title_is_the_text_only_where_there_is_none() -> None:
    assert fingerprint_of("One title", FERRY).sample == fingerprint_of("Quite another title", FERRY).sample
    assert fingerprint_of("One title", "  ").sample == fingerprint_of("", "One title").sample


@pytest.mark.parametrize(
    ("text", "other"),
    [
        (
            "昨日早晨因船员在机舱内发现进水两岛之间的渡轮停航港务负责人表示约两百名乘客在码头等候直到中午前替代船只从大陆抵达无人受伤公司承诺退还全部船票",
            "山谷里的教师星期一重返课堂结束了一场持续近三周的罢工工会接受了缩小班级规模的方案市议会同意修理冬天里坏掉的暖气设备并支付加班费用",
        ),
        (
            "เรือข้ามฟากระหว่างสองเกาะถูกยกเลิกเมื่อเช้าวันศุกร์หลังจากลูกเรือพบน้ำในห้องเครื่องผู้โดยสารราวสองร้อยคนรออยู่ที่ท่าเรือจนเรือลำใหม่มาถึงก่อนเที่ยง",
            "ครูในหุบเขากลับเข้าห้องเรียนเมื่อวันจันทร์หลังการประท้วงที่ปิดโรงเรียนสิบเอ็ดแห่งเกือบสามสัปดาห์สหภาพยอมรับชั้นเรียนที่เล็กลงและค่าจ้างที่เพิ่มขึ้น",
        ),
    ],
)
def test_scripts_without_spaces_are_read_too(text: str, other: str) -> None:
    desk = Desk()
    desk.place(text)
    assert desk.place(text[: len(text) * 2 // 3]).leader == 0
    assert desk.place(other).leader is None


def test_width_composition_case_and_apostrophes_make_no_difference() -> None:
    plain = "The café's owner can't say when No. 12 reopens, but the fire chief knows."
    dressed = "The cafe\u0301’s owner can’t say when No. １２ reopens,  but the ﬁre chief knows."
    assert fingerprint_of("", plain).digest == fingerprint_of("", dressed.upper()).digest


def test_the_kind_says_how_a_copy_relates_to_its_leader() -> None:
    desk = Desk()
    whole = f"{FERRY} {SCHOOL} {ORCHARD}"
    desk.place(whole)
    assert desk.place(whole).kind is CopyKind.EXACT
    assert desk.place(FERRY).kind is CopyKind.TRUNCATED
    assert desk.place(f"{whole} {MUSEUM}").kind is CopyKind.EXTENDED
    assert desk.place(f"{FERRY} {MUSEUM}").kind is CopyKind.PARTIAL


def test_copies_are_compared_with_leaders_never_with_copies() -> None:
    desk = Desk()
    desk.place(FERRY)
    assert desk.place(f"{FERRY} {SCHOOL}").leader == 0
    assert desk.place(SCHOOL).leader is None


def test_a_snapshot_of_another_capacity_is_refused() -> None:
    arrays = CopyIndex(CopySettings(capacity=64)).snapshot()
    with pytest.raises(ValueError, match="another capacity"):
        CopyIndex.restore(CopySettings(capacity=128), arrays)


def test_a_late_text_is_remembered_from_its_arrival():
    index = CopyIndex(CopySettings(capacity=256, window_hours=72))
    now = 1_000 * HOUR
    for number in range(2):
        decision = index.place(number, fingerprint_of("", FERRY), f"outlet {number}", now - 500 * HOUR, now)
    assert decision.leader == 0


def test_another_article_can_take_the_place_of_a_leader():
    desk = Desk()
    for _ in range(2):
        desk.place(FERRY)
    desk.index.rename(0, 1)
    assert desk.place(FERRY).leader == 1
