"""Stream time: the only clock of the fold. All times are milliseconds since the epoch, UTC."""

import msgspec


class StreamTime(msgspec.Struct):
    """The running maximum of event times, and the logged time of the record before.

    A dated article happened when its source says, but never after it was logged. An undated one happened as
    much after the stream time as was logged since the record before it. Late articles never turn the time back.
    """

    now: int = 0
    logged: int | None = None

    def event_time(self, published: int | None, logged: int) -> int:
        """Return the event time of the next record of the log and move the stream time on."""
        elapsed = max(0, logged - self.logged) if self.logged is not None else 0
        if published is not None:
            happened = min(published, logged)
        elif self.now:
            happened = min(self.now + elapsed, logged)
        else:
            happened = logged
        self.logged = logged if self.logged is None else max(self.logged, logged)
        self.now = max(self.now, happened)
        return happened
