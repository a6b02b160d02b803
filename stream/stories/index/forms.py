"""Fillings of one form (notes of a robot, match reports, notices): alike word for word, each about something else.

The copy index finds them; here no two of them come into one story by their own likeness.
"""

from embeddings.jit import part


@part
def holds_form(state, story, form):  # type: ignore[no-untyped-def]
    """Whether an article kept of the story fills this form."""
    stories, exemplars = state.stories, state.exemplars
    for place in range(stories.exemplar_count[story]):
        if exemplars.form[stories.exemplars[story, place]] == form:
            return True
    return False


@part
def share_form(state, one, other):  # type: ignore[no-untyped-def]
    """Whether two stories hold fillings of one form."""
    stories, exemplars = state.stories, state.exemplars
    for place in range(stories.exemplar_count[one]):
        if holds_form(state, other, exemplars.form[stories.exemplars[one, place]]):
            return True
    return False
