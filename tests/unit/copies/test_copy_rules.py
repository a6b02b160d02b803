"""The rules of copy detection, one by one, on texts written for this file."""

import pytest

from stream.copies.fingerprint import fingerprint_of
from stream.copies.index import CopyIndex
from stream.copies.results import CopyDecision, CopyKind
from stream.copies.settings import CopySettings

HOUR = 3_600_000
FERRY = (
    "The ferry between the two islands was cancelled on Friday morning after the crew found water in the engine, "
    "the harbour master said. About two hundred passengers waited on the quay until a replacement boat arrived from "
    "the mainland shortly before noon. Nobody was hurt, and the company promised to refund every ticket."
)
SCHOOL = (
    "Teachers in the valley returned to their classrooms on Monday, ending a strike that had closed eleven schools "
    "for nearly three weeks. Their union accepted smaller classes and a rise over two years, while the council "
    "agreed to repair heating that had failed in four buildings during the winter."
)
MUSEUM = (
    "A museum in the old customs house will show the ship's bell that divers raised last spring, its director told "
    "reporters on Tuesday. The bell had lain under sand for two centuries and needed eighteen months of patient "
    "cleaning. Visitors may see it from the first week of June, and children may ring a copy of it."
)
ORCHARD = (
    "Fruit growers along the southern road expect half of a usual harvest after frost in late April killed most of "
    "the blossom. Several farms lit fires between the rows on three nights running, with little success. The "
    "cooperative said that prices for cider apples would rise before the autumn."
)
FOOTER = (
    "Subscribe to our morning letter and never miss a story from your town. Read by forty thousand neighbours.\n"
    "The council meets again on the second Thursday of the month, doors open at six, and the minutes are online.\n"
    "Write to the editor, call the newsroom, or visit us in the arcade behind the station between nine and five."
)
QUAKE = (
    "An earthquake of magnitude {size} struck {far} kilometres from {town} on {day} at {hour}:{minute} local time, "
    "the seismic office said. It was centred {deep} kilometres below the ground. No damage or injuries were reported."
)


class Desk:
    """An index that is handed one article an hour."""

    def __init__(self) -> None:
        self.index = CopyIndex(CopySettings(capacity=256))
        self.placed = 0

    def place(self, text: str, source: str | None = None, title: str = "") -> CopyDecision:
        decision = self.index.place(
            self.placed, fingerprint_of(title, text), source or f"outlet {self.placed}", self.placed * HOUR
        )
        self.placed += 1
        return decision


def beginning(text: str, words: int) -> str:
    return " ".join(text.split()[:words])


def test_pages_that_tell_of_nothing_but_themselves_are_no_copies() -> None:
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


def test_a_brief_about_what_notices_tell_of_is_still_copied() -> None:
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


def test_width_composition_case_and_apostrophes_do_not_tell_texts_apart() -> None:
    plain = "The café's owner can't say when No. 12 reopens, but the fire chief knows."
    dressed = "The cafe\u0301’s owner can’t say when No. １２ reopens,  but the ﬁre chief knows."
    assert fingerprint_of("", plain).digest == fingerprint_of("", dressed.upper()).digest


def test_the_kind_tells_how_a_copy_relates_to_its_leader() -> None:
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


LISTEN = (
    "All that we write can be heard too: a voice reads it to you in the kitchen, on the bus or by the sea, as slowly "
    "or as fast as you like, and remembers where you stopped. Friends of the house may try it for a month, and give "
    "a month to somebody else.\n\n"
)


def test_a_standing_opening_under_other_headlines_makes_no_copies():
    desk = Desk()
    desk.place(LISTEN + FERRY, title="Ferry between the islands cancelled after water enters engine")
    for text, title in (
        (SCHOOL, "Teachers end strike that closed eleven schools"),
        (MUSEUM, "Museum will show bell of sunken ship"),
        (ORCHARD, "Frost takes half the harvest of fruit growers"),
    ):
        assert desk.place(LISTEN + text, title=title).leader is None


def test_a_copy_under_a_standing_opening_is_still_found():
    desk = Desk()
    desk.place(FERRY, title="Ferry between the islands cancelled after water enters engine")
    assert desk.place(LISTEN + FERRY, title="Passengers stranded as island ferry cancelled").leader == 0


def test_a_copy_under_a_headline_of_its_own_is_found():
    desk = Desk()
    desk.place(FERRY, title="Ferry between the islands cancelled after water enters engine")
    assert desk.place(FERRY, title="Quayside chaos: hundreds wait until noon").leader == 0


def test_fillings_of_one_form_with_other_subjects_are_no_copies():
    form = (
        "{who} of {town} is looking for a {job} who can start at once. There is a room above the shop, a share of "
        "the profit at the end of each year, and a Sunday off every other week. Please write to the office before "
        "the end of the month, and say what you did before."
    )
    desk = Desk()
    for who, town, job in (
        ("Brauer", "Estmark", "carpenter"),
        ("Linde", "Sorvik", "gardener"),
        ("Voss", "Halden", "painter"),
    ):
        decision = desk.place(
            form.format(who=who, town=town, job=job), "Herald", title=f"Wanted: {job} for {who} in {town}"
        )
        assert decision.leader is None


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


HOUSE_STYLE = {
    "harbour": "harbor",
    "cancelled": "canceled",
    "licence": "license",
    "coloured": "colored",
    "travelling": "traveling",
    "unneighbourly": "unneighborly",
}
WHARF = (
    "The harbour board has cancelled the licence of the coloured balloon that the travelling show of Bram Oake had "
    "moored above the fish market of Selmo, since pilots of the rescue helicopter feared its cable in fog. The "
    "show's manager called the move unneighbourly. He had offered to light the rope and to take the balloon down at "
    "dusk, he said, and nobody had answered him. Children of the fourth form painted it last summer, and the market "
    "has sold more crab since then than in any year that the old women at the stalls remember. The board will hear "
    "him on Monday, and until then the balloon lies folded in a net loft behind the customs house."
)


def test_a_copy_in_the_spelling_of_another_house_is_found():
    other = WHARF
    for here, there in HOUSE_STYLE.items():
        other = other.replace(here, there)
    desk = Desk()
    desk.place(WHARF, "Coast Post", "Balloon loses licence over helicopter cable")
    assert desk.place(other, "Atlantic Post", "Balloon Loses License Over Helicopter Cable").leader == 0


STATEMENT = (
    '"We did not count the ladders because there were never fewer than nine, and when the water came to the second '
    "floor there were four, two of them broken and one too short for the window it was meant for. That is not a "
    'misfortune, it is a habit, and a habit can be given up from one Monday to the next," the inspector said.'
)


def test_a_statement_that_two_reports_quote_makes_no_copy():
    desk = Desk()
    desk.place(
        f"Four ladders stood ready when the mill of Thornby was flooded, the inquiry found. {STATEMENT} Nobody "
        "drowned, but eleven workers spent a night on the roof. The owners were fined, and the law on ladders is to "
        "be changed in the autumn, when the ministry has heard the guilds. Two foremen were moved to another mill.",
        title="Inquiry finds four ladders at flooded mill",
    )
    decision = desk.place(
        "Workers of three mills laid down their tools for an hour at noon and stood in the yards with ladders on "
        "their shoulders. They want a man in each house who does nothing but look after ropes, boats and stairs, "
        f"and half of the owners have agreed to talk about it before the harvest. {STATEMENT} It is paid.",
        title="Mill workers shoulder ladders in protest",
    )
    assert decision.leader is None


NOTICE = (
    "Notice is given that {who} has asked the parish of Ostvik for leave to {what} at {where}. The drawings lie in "
    "the parish room on the Long Square from nine until four on working days. Whoever objects must write to the "
    "clerk within three weeks of this day and give a name and a house number. Letters are read aloud at the "
    "meeting. In an appeal that is settled on paper nobody is heard again. Names of those who write are printed "
    "unless they ask us not to."
)
ASKED = (
    ("Mr P. Stroud", "pull down a shed and build two cottages with a common well", "Mill Bank 14"),
    ("Netloft Ltd", "turn a rope walk into an eating house with forty chairs in the open", "Quay Row 3"),
    ("Mrs A. Teale", "fell a copper beech that stands too close to her chimney", "Old Rectory"),
    ("Dr Y. Calder", "keep a surgery for teeth in what was a bank until last year", "Station Hill 22"),
)


def test_a_form_with_long_slots_is_known_by_the_rest_of_its_text():
    desk = Desk()
    forms = [
        desk.place(
            NOTICE.format(who=who, what=what, where=where), "Ostvik Post", f"Planning notice: {where}"
        ).form
        for who, what, where in ASKED
    ]
    assert forms == [None, 0, 0, 0]
