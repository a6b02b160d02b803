"""Whether a model can be had at all, asked before it is loaded: the hub's own client tries for minutes."""

from pathlib import Path

from huggingface_hub import model_info, try_to_load_from_cache

from embeddings.errors import ModelError

SECONDS = 10.0  # the hub may take to answer
OWNER = "sentence-transformers"  # of a name without one
MARKS = ("modules.json", "config.json")  # one of them is in every model


def check_exists(model: str, revision: str | None) -> None:
    """Return where the model is a folder, in the hub's cache, or on the hub.

    Raises:
        ModelError: it is none of these, or the hub does not answer.
    """
    if Path(model).is_dir():
        return
    names = (model,) if "/" in model else (f"{OWNER}/{model}", model)
    said: Exception | None = None
    for name in names:
        try:
            if any(isinstance(try_to_load_from_cache(name, mark, revision=revision), str) for mark in MARKS):
                return
            model_info(name, revision=revision, timeout=SECONDS)
        except Exception as error:  # noqa: BLE001 - of the hub, of whichever HTTP client it has, or of the name
            said = said or error
        else:
            return
    sentence = " ".join(str(said).split())
    raise ModelError(f"the model {model!r} is no folder here, and the hub does not give it: {sentence}")
