"""Stream time: the only clock of the fold. All times are milliseconds since the epoch, UTC."""

import msgspec

HOUR = 3_600_000
VOTES = (
    5  # dated articles whose median the clock follows where one leaps: a wrong date never has the majority
)
# Ahead of the clock by more than this and the time logged since, a date must be confirmed; and where most recent
# dates are further behind it, articles do not come in their order.
LEAP = 48 * HOUR
UNDATED = 100  # records after which a stream that has hardly a date is believed to have none
LIVE = 3 * HOUR  # logged time after which a stream without dates is believed to be read as it happens


class StreamTime(msgspec.Struct, gc=False):
    """What most recent articles say the time is, and the logged time of the record before.

    A dated article happened when its source says, but never after it was logged. An undated one happened as much
    after the stream time as was logged since the record before it. The clock follows the latest article while it
    moves on by days; further it goes only where most of the last VOTES dated articles are, so a single date of 2099
    moves nothing. Until so many were seen it may be set back, for the first may be the wrong one; then never.
    `voted`: dated articles so far, `seen`: records, `began`: when the first of them was logged.
    """

    now: int = 0
    logged: int | None = None
    recent: list[int] = []
    voted: int = 0
    seen: int = 0
    began: int = 0

    @property
    def settled(self) -> bool:
        """Whether the clock is never set back again: nothing is forgotten before."""
        return self.voted >= VOTES or self.seen >= UNDATED

    @property
    def dates_undated(self) -> bool:
        """Whether the event time of an undated article is evidence of when it happened.

        It is where the articles around it come in the order of their dates, or, where none has a date, once the log
        has gone on for LIVE. In a shuffled archive, and in one without dates that is logged at once, it says nothing.
        """
        if self.voted >= VOTES:
            return self.now - self._middle() <= LEAP
        return (self.logged or 0) - self.began >= LIVE

    def event_time(self, published: int | None, logged: int) -> int:
        """Return the event time of the next record of the log and move the stream time on."""
        self.began = self.began if self.seen else logged
        self.seen += 1
        elapsed = max(0, logged - self.logged) if self.logged is not None else 0
        self.logged = logged if self.logged is None else max(self.logged, logged)
        if published is None:
            happened = min(self.now + elapsed, logged) if self.now else logged
            self.now = max(self.now, happened)
            return happened
        happened = min(published, logged)
        self._vote(happened, elapsed)
        return happened

    def _vote(self, happened: int, elapsed: int) -> None:
        self.recent.append(happened)
        del self.recent[:-VOTES]
        self.voted += 1
        if self.voted <= VOTES and self.seen <= UNDATED:
            self.now = self._middle()
        elif happened <= self.now + elapsed + LEAP:
            self.now = max(self.now, happened)
        else:
            self.now = max(self.now, self._middle())

    def _middle(self) -> int:
        return sorted(self.recent)[(len(self.recent) - 1) // 2]
