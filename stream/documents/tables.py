"""The tables of docs/: fields of each message, factors, settings of a section. Made between two markers of a file."""

import re
from collections.abc import Sequence

import msgspec
from msgspec import inspect

from stream.articles.message import SentArticle
from stream.contract import Assignment, Reason, StorylineSnapshot, StorySnapshot
from stream.contract.factors import FORM_WORDS, HEADLINE_WORDS, JOIN_WORDS, UNRELATED_WORDS, FactorWords
from stream.contract.merge_factors import MERGE_WORDS
from stream.contract.sentences import BEGINS, COPY_KINDS, RIVAL_REASONS
from stream.exit_codes import MEANINGS, ExitCode

_MARKED = re.compile(r"(<!-- made: ([\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)
REASON_MEANINGS = BEGINS | {
    Reason.COPY: f"It carries the text of a known report: {', '.join(COPY_KINDS.values())}.",
    Reason.CLOSER_TO_ANOTHER: f"Of a rival: {RIVAL_REASONS[Reason.CLOSER_TO_ANOTHER]}.",
}


def fields_table(kind: type[msgspec.Struct]) -> str:
    """The fields of a message and, below, those of the objects in it."""
    tables = [_one_table(kind)]
    for nested in _nested(kind):
        tables.append(f"\n`{nested.__name__}`: {(nested.__doc__ or '').splitlines()[0]}\n")
        tables.append(_one_table(nested))
    return "\n".join(tables)


def _one_table(kind: type[msgspec.Struct]) -> str:
    info = inspect.type_info(kind)
    assert isinstance(info, inspect.StructType)  # noqa: S101
    rows = [
        f"| `{field.encode_name}` | {_type_name(field.type)} | {_description(field.type)} |"
        for field in info.fields
    ]
    return "\n".join(["| Field | Type | Meaning |", "|---|---|---|", *rows])


def _description(kind: inspect.Type) -> str:
    while isinstance(kind, inspect.Metadata):
        said = (kind.extra_json_schema or {}).get("description")
        if said:
            return str(said).replace("|", "\\|")
        kind = kind.type
    return ""


def _type_name(kind: inspect.Type) -> str:
    match kind:
        case inspect.Metadata():
            date = (kind.extra_json_schema or {}).get("format") == "date-time"
            return "date and time" if date else _type_name(kind.type)
        case inspect.UnionType():
            names = [_type_name(one) for one in kind.types]
            return " or ".join(sorted(dict.fromkeys(names), key=lambda name: name == "null"))
        case inspect.VarTupleType() | inspect.ListType():
            return f"array of {_type_name(kind.item_type)}"
        case inspect.StructType():
            return f"`{kind.cls.__name__}`"
        case inspect.EnumType():
            return ", ".join(f"`{member.value}`" for member in kind.cls)
        case inspect.NoneType():
            return "null"
        case inspect.StrType():
            return "string"
        case inspect.IntType():
            return "integer"
        case inspect.DictType():
            return "object"
        case _:
            return "number"


def _nested(kind: type[msgspec.Struct]) -> Sequence[type[msgspec.Struct]]:
    """The objects in a message, each once, in the order of its fields."""
    found: dict[type[msgspec.Struct], None] = {}

    def look(one: inspect.Type) -> None:
        match one:
            case inspect.Metadata():
                look(one.type)
            case inspect.UnionType():
                for part in one.types:
                    look(part)
            case inspect.VarTupleType() | inspect.ListType():
                look(one.item_type)
            case inspect.StructType() if one.cls not in found:
                if one.cls is not kind:
                    found[one.cls] = None
                for field in one.fields:
                    look(field.type)

    look(inspect.type_info(kind))
    return list(found)


def reasons_table() -> str:
    """The rules that may decide, and what each says."""
    rows = [f"| `{reason.value}` | {REASON_MEANINGS[reason]} |" for reason in Reason]
    return "\n".join(["| Reason | What it says |", "|---|---|", *rows])


def factors_table(words: Sequence[FactorWords]) -> str:
    """Factors: what each measures, and what it says where it speaks for, and against."""
    rows = [f"| {w.name} | {w.meaning} | {w.speaks_for} | {w.speaks_against} |" for w in words]
    return "\n".join(["| Factor | Measures | Above 0 | Below 0 |", "|---|---|---|---|", *rows])


def exit_codes_table() -> str:
    """How a command may end."""
    rows = [f"| {code.value} | {MEANINGS[code]} |" for code in ExitCode]
    return "\n".join(["| Exit code | Meaning |", "|---|---|", *rows])


def made() -> dict[str, str]:
    """Every table by the name between its markers."""
    return {
        "article": fields_table(SentArticle),
        "story": fields_table(StorySnapshot),
        "storyline": fields_table(StorylineSnapshot),
        "assignment": fields_table(Assignment),
        "reasons": reasons_table(),
        "join-factors": factors_table([UNRELATED_WORDS, FORM_WORDS, HEADLINE_WORDS, *JOIN_WORDS]),
        "merge-factors": factors_table(MERGE_WORDS),
        "exit-codes": exit_codes_table(),
    }


def renewed(text: str) -> str:
    """A document with the tables between its markers as the code has them now."""
    tables = made()
    return _MARKED.sub(lambda found: f"{found[1]}{tables[found[2]]}\n{found[3]}", text)
