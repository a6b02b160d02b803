"""The settings of the encoder."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

DEFAULT_MODEL = "newsfold-static"


class EncoderSettings(BaseModel):
    """Which model makes the vectors, and how. All but `model` concern sentence-transformers models only."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: str = Field(
        DEFAULT_MODEL,
        min_length=1,
        description="newsfold-static (English by a table of its own, fourteen languages by another), "
        "newsfold-static-multilingual (all of them by that one, for stories across languages), a model of the "
        "Hugging Face hub, or a folder that holds one or that `newsfold encoder export` wrote.",
    )
    revision: str | None = Field(None, description="Commit or tag of a hub model; its newest where unset.")
    prompt: str = Field("", description="Put before every text, as some models ask ('query: ' for E5).")
    languages: tuple[str, ...] = Field(
        (),
        description="ISO 639 codes of the languages that a hub model knows; articles in others get no vector. "
        "Empty: it knows all.",
    )
    max_tokens: int = Field(256, ge=8, le=8_192, description="Tokens of an article that are read at most.")
    batch_tokens: int = Field(
        2_048, ge=1, description="Tokens encoded together, padding included; 1 encodes every article alone."
    )
    remembered_texts: int = Field(
        20_000, ge=0, description="Texts whose vectors are remembered, so that no copy is encoded again."
    )
    device: str = Field("cpu", description="PyTorch device: cpu, cuda, cuda:1, mps.")
    precision: Literal["float32", "bfloat16"] = Field(
        "float32",
        description="Numbers that PyTorch computes in. bfloat16 is for GPUs; most CPUs are slower in it.",
    )
    threads: int = Field(
        1, ge=1, le=256, description="CPU threads of one worker; more workers beat more threads."
    )
