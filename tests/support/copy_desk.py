"""Texts, and an index of copies that is given one an hour."""

from stream.copies.fingerprint import fingerprint_of
from stream.copies.index import CopyIndex
from stream.copies.results import CopyDecision
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


class Desk:
    """An index that is given one article an hour."""

    def __init__(self) -> None:
        self.index = CopyIndex(CopySettings(capacity=256))
        self.placed = 0

    def place(self, text: str, source: str | None = None, title: str = "") -> CopyDecision:
        decision = self.index.place(
            self.placed, fingerprint_of(title, text), source or f"outlet {self.placed}", self.placed * HOUR
        )
        self.placed += 1
        return decision
