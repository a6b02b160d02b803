"""What texts share without being copies: openings, forms, quoted statements; and copies beside them."""

from tests.support.copy_desk import FERRY, MUSEUM, ORCHARD, SCHOOL, Desk

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
