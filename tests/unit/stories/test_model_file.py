"""The learnt decision as a file: which one it is, how it reads, and what is refused."""

import json
from pathlib import Path

import msgspec
import pytest

from stream.errors import SettingsError
from stream.kafka.shard_snapshot import fold_digest
from stream.settings import Settings
from stream.stories.decision.model_file import SHIPPED, read_model, write_model
from stream.stories.decision.scorer import scorers
from stream.stories.settings import StorySettings


def folded_by(model: Path) -> str:
    return fold_digest(Settings(stories=StorySettings(model=str(model))))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    write_model(tmp_path / "model.json", read_model(SHIPPED))
    return tmp_path / "model.json"


def rewrite(file: Path, change) -> None:
    content = json.loads(file.read_bytes())
    change(content)
    file.write_text(json.dumps(content))


def test_a_state_folded_by_another_model_has_another_digest_though_the_path_stays(file: Path):
    model = read_model(file)
    before = folded_by(file)
    assert folded_by(file) == before
    write_model(file, msgspec.structs.replace(model, join=msgspec.structs.replace(model.join, bias=0.5)))
    assert folded_by(file) != before


def test_a_model_is_read_as_it_was_written_and_the_shipped_file_is_in_that_form(file: Path):
    assert read_model(file) == read_model(SHIPPED)
    assert file.read_bytes() == SHIPPED.read_bytes()


def test_each_feature_term_and_tree_is_a_line_of_its_own(file: Path):
    model = read_model(file)
    parts = sum(
        len(score.features) + len(score.terms) + len(score.trees) for score in (model.join, model.merge)
    )
    assert parts < len(file.read_text().splitlines()) < parts + 40


def test_a_file_that_is_no_model_is_refused(file: Path):
    file.write_text("[]")
    with pytest.raises(SettingsError, match="is not a story model"):
        folded_by(file)


def test_a_model_of_the_format_before_is_refused_with_what_to_do(file: Path):
    rewrite(file, lambda content: content.pop("format"))
    with pytest.raises(SettingsError, match="newsfold tune"):
        read_model(file)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda features: features.append(["moon_phase", 0]), "moon_phase is not computed by this version"),
        (lambda features: features.pop(3), "closest_member_over_closest_article is missing in the file"),
        (lambda features: features.reverse(), "their order or their signs differ"),
        (lambda features: features[0].__setitem__(1, 0), "their order or their signs differ"),
    ],
)
def test_a_model_fitted_to_other_features_is_refused_with_what_to_do(file: Path, change, message: str):
    rewrite(file, lambda content: change(content["join"]["features"]))
    with pytest.raises(SettingsError, match=message) as refused:
        read_model(file)
    assert "newsfold tune" in str(refused.value)


def test_a_tree_that_leads_nowhere_is_refused(file: Path):
    rewrite(file, lambda content: content["join"]["trees"][0][2].__setitem__(0, 0))
    with pytest.raises(SettingsError, match="leads nowhere"):
        scorers(str(file))
