"""How long a story lasts, from its first report to its last: stories are events, and bounded in time."""

from embeddings.jit import part


@part
def begin(state, story):  # type: ignore[no-untyped-def]
    """The event time of the earliest report, dated or not."""
    stories = state.stories
    founder = state.exemplars.event_time[stories.exemplars[story, 0]]
    return min(founder, stories.first_time[story]) if stories.dated_size[story] else founder


@part
def end(state, story):  # type: ignore[no-untyped-def]
    """The event time of the latest report, dated or not."""
    stories = state.stories
    newest = state.exemplars.event_time[stories.exemplars[story, stories.exemplar_count[story] - 1]]
    return max(newest, stories.last_time[story]) if stories.dated_size[story] else newest


@part
def span_with(state, story, moment):  # type: ignore[no-untyped-def]
    """Milliseconds that a story would last with a report of this moment."""
    return max(end(state, story), moment) - min(begin(state, story), moment)


@part
def span_of_both(state, one, other):  # type: ignore[no-untyped-def]
    """Milliseconds that two stories would last as one."""
    return max(end(state, one), end(state, other)) - min(begin(state, one), begin(state, other))
