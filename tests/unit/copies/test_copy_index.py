"""A copy finds its leader; another text does not."""

from stream.copies.fingerprint import fingerprint_of
from stream.copies.index import CopyIndex
from stream.copies.results import CopyKind
from stream.copies.settings import CopySettings
from tests.support.copy_desk import FERRY, HOUR, SCHOOL


def test_the_first_text_is_new_and_its_repeat_an_exact_copy() -> None:
    index = CopyIndex(CopySettings(capacity=64))
    assert index.place(0, fingerprint_of("Ferry cancelled", FERRY), "a.example", 0).leader is None
    copy = index.place(1, fingerprint_of("No boats", FERRY.upper()), "b.example", HOUR)
    assert (copy.leader, copy.kind) == (0, CopyKind.EXACT)


def test_a_truncated_copy_and_an_extended_one_name_the_same_leader() -> None:
    index = CopyIndex(CopySettings(capacity=64))
    index.place(0, fingerprint_of("", FERRY), "a.example", 0)
    shorter = index.place(1, fingerprint_of("", FERRY[:220]), "b.example", HOUR)
    longer = index.place(2, fingerprint_of("", FERRY + " " + SCHOOL[:80]), "c.example", HOUR)
    assert (shorter.leader, shorter.kind) == (0, CopyKind.TRUNCATED)
    assert (longer.leader, longer.kind) == (0, CopyKind.EXTENDED)


def test_another_text_is_no_copy() -> None:
    index = CopyIndex(CopySettings(capacity=64))
    index.place(0, fingerprint_of("", FERRY), "a.example", 0)
    assert index.place(1, fingerprint_of("", SCHOOL), "a.example", HOUR).leader is None


def notes(*slots: tuple[str, str, str]) -> list[tuple[str, str]]:
    """Notes of one robot, each on another river."""
    return [
        (
            f"Level of the {river} at {level} metres",
            f"The river {river} stood at {level} metres on Friday morning, {change} centimetres above the day "
            "before, the office of waters said. Shipping is not restricted. The office measures the level four times "
            "a day, and publishes a warning where it comes within half a metre of the highest mark.",
        )
        for river, level, change in slots
    ]


RIVERS = (
    ("Odra", "3.10", "12"),
    ("Tarn", "1.84", "7"),
    ("Lys", "2.46", "31"),
    ("Varde", "4.02", "9"),
    ("Ems", "5", "2"),
)


def test_all_fillings_of_one_form_name_the_first_also_where_its_words_are_boilerplate_by_then() -> None:
    index = CopyIndex(CopySettings(capacity=64))
    placed = [
        index.place(number, fingerprint_of(*note), "robot.example", number * HOUR)
        for number, note in enumerate(notes(*RIVERS))
    ]
    assert [decision.leader for decision in placed] == [None] * len(RIVERS)
    assert [decision.form for decision in placed] == [None, 0, 0, 0, 0]


def test_one_outlet_fills_a_loose_form_again_and_another_outlet_does_not() -> None:
    start = (
        "{} reported fourth-quarter revenue of {} million crowns, up {} per cent from a year earlier, and net profit "
        "of {} million. Analysts had expected {} million. "
    )
    first = start.format("Aldine Looms", 612, 4, 48, 598) + (
        "Orders for carpets rose in the mountain provinces, where a cold winter had emptied all shops, and the board "
        "hopes for the same again."
    )
    second = start.format("Quarrel Foods", 109, 2, 7, 112) + (
        "Yoghurt lost buyers to cheaper brands while milk grew dear; two dairies will close before the summer, the "
        "company added without naming them."
    )

    def form_of(outlet: str) -> int | None:
        index = CopyIndex(CopySettings(capacity=64))
        index.place(0, fingerprint_of("Aldine Looms", first), "ledger.example", 0)
        return index.place(1, fingerprint_of("Quarrel Foods", second), outlet, HOUR).form

    assert form_of("ledger.example") == 0
    assert form_of("post.example") is None


def test_two_accidents_that_one_outlet_reports_alike_fill_a_form() -> None:
    reports = (
        (
            "Avalanche buries skiers on Mount Gorran",
            "An avalanche on Mount Gorran buried six skiers at 10:20",
        ),
        (
            "Avalanche hits road below Veskar pass",
            "An avalanche below the Veskar pass buried two cars at 11:05",
        ),
    )
    index = CopyIndex(CopySettings(capacity=64))
    for number, (title, beginning) in enumerate(reports):
        text = f"{beginning} on Saturday, the mountain rescue service said. All were dug out alive."
        placed = index.place(number, fingerprint_of(title, text), "wire.example", number * HOUR)
    assert (placed.leader, placed.form) == (None, 0)


def test_a_text_of_its_own_and_a_title_fill_no_form() -> None:
    index = CopyIndex(CopySettings(capacity=64))
    for number, note in enumerate(notes(*RIVERS[:2])):
        index.place(number, fingerprint_of(*note), "robot.example", 0)
    assert index.place(7, fingerprint_of("Ferry cancelled", FERRY), "robot.example", HOUR).form is None
    index.place(8, fingerprint_of("Odra at 3.10 metres on Friday", ""), "a.example", HOUR)
    assert index.place(9, fingerprint_of("Tarn at 1.84 metres on Friday", ""), "a.example", HOUR).form is None
