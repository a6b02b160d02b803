"""Stories: which reports are about one event."""
