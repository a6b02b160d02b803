"""Settings come from the environment, explain themselves, and never show a secret."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from stream.commands.settings import command, described
from stream.errors import SettingsError
from stream.kafka.settings import TOPIC_NAMES
from stream.settings import Settings, load_settings, unknown_variables


def test_every_setting_has_a_meaning():
    for variable, _, _, meaning in described(Settings()):
        assert len(meaning) > 10, variable


def test_a_nested_variable_sets_its_setting(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NEWSFOLD_KAFKA__BOOTSTRAP_SERVERS", "broker:9092")
    assert load_settings().kafka.bootstrap_servers == "broker:9092"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("NEWSFOLD_TOPICS__SHARDS", "many"),
        ("NEWSFOLD_INTAKE__BATCH_WAIT_SECONDS", "5"),
        ("NEWSFOLD_KAFKA__NO_SUCH_SETTING", "1"),
    ],
)
def test_a_wrong_variable_is_named_in_words(variable: str, value: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError, match=variable):
        load_settings()


def test_a_wrong_value_is_not_repeated_because_it_may_be_a_secret(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NEWSFOLD_KAFKA__SESSION_TIMEOUT_MS", "hunter2")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("arguments", [[], ["--plain"]])
def test_secrets_are_never_printed(arguments: list[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NEWSFOLD_KAFKA__SASL_PASSWORD", "hunter2")
    monkeypatch.setenv("NEWSFOLD_WEB__TOKEN", "swordfish")
    shown = CliRunner().invoke(command, arguments, terminal_width=200)
    assert shown.exit_code == 0
    assert "hunter2" not in shown.output
    assert "swordfish" not in shown.output
    said = (
        "# NEWSFOLD_KAFKA__SASL_PASSWORD is set and not shown"
        if arguments
        else "SASL_PASSWORD = (set, hidden)"
    )
    assert said in shown.output


@pytest.mark.parametrize("arguments", [[], ["--plain"]])
def test_a_login_in_the_checkpoints_url_is_not_printed(arguments: list[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NEWSFOLD_CHECKPOINTS__URL", "sftp://desk:hunter@2@store/checkpoints")
    shown = CliRunner().invoke(command, arguments, terminal_width=200)
    assert shown.exit_code == 0
    assert "hunter" not in shown.output
    hidden = "# NEWSFOLD_CHECKPOINTS__URL is set and not shown"
    assert (hidden if arguments else "sftp://(hidden)@store/checkpoints") in shown.output


def test_the_defaults_stand_alone():
    assert Settings().kafka.bootstrap_servers == "127.0.0.1:9092"
    assert Settings().web.host == "127.0.0.1"


def test_a_prefix_keeps_two_deployments_on_one_kafka_apart(monkeypatch: pytest.MonkeyPatch):
    plain = Settings()
    monkeypatch.setenv("NEWSFOLD_TOPICS__PREFIX", "sport.")
    monkeypatch.setenv("NEWSFOLD_TOPICS__ARTICLES", "wire")
    monkeypatch.setenv("NEWSFOLD_SHARD__BATCH_SIZE", "7")
    ours = load_settings()
    assert ours.topics.articles == "wire", "a name that is set itself stands as it is"
    for name in TOPIC_NAMES[1:]:
        assert getattr(ours.topics, name) == f"sport.{getattr(plain.topics, name)}"
    assert ours.intake.group == f"sport.{plain.intake.group}"
    assert ours.shard.group == f"sport.{plain.shard.group}"
    assert ours.shard.transactional_id_prefix == f"sport.{plain.shard.transactional_id_prefix}"
    assert ours.shard.batch_size == 7


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("NEWSFOLD_STORIES__WINDOW_HOUR", "NEWSFOLD_STORIES__WINDOW_HOURS"),
        ("NEWSFOLD_STORY__GRANULARITY", "NEWSFOLD_STORIES__GRANULARITY"),
        ("NEWSFOLD_STORIES_GRANULARITY", "NEWSFOLD_STORIES__GRANULARITY"),
    ],
)
def test_a_misspelt_variable_is_refused_with_the_nearest_right_one(
    given: str, meant: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(given, "1")
    with pytest.raises(SettingsError, match=f"{given}: did you mean {meant}"):
        load_settings()


def test_a_misspelt_name_in_the_env_file_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / ".env").write_text("NEWSFOLD_LOG__LEVLE=debug\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SettingsError, match="NEWSFOLD_LOG__LEVLE: did you mean NEWSFOLD_LOG__LEVEL"):
        load_settings()


def test_variables_of_the_tests_are_no_settings():
    assert unknown_variables(["NEWSFOLD_TEST_BOOTSTRAP", "PATH", "newsfold_log__level"]) == []


def test_plain_settings_are_an_env_file_that_gives_the_same_settings(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("NEWSFOLD_STORIES__GRANULARITY", "0.3")
    monkeypatch.setenv("NEWSFOLD_KAFKA__SASL_PASSWORD", "hunter2")
    (tmp_path / ".env").write_text(CliRunner().invoke(command, ["--plain"]).output)
    monkeypatch.delenv("NEWSFOLD_STORIES__GRANULARITY")
    monkeypatch.delenv("NEWSFOLD_KAFKA__SASL_PASSWORD")
    monkeypatch.chdir(tmp_path)
    settings = load_settings()
    assert settings.stories.granularity == 0.3
    assert settings.kafka.sasl_password is None


def test_no_name_is_folded_and_every_line_fits_a_terminal():
    for line in CliRunner().invoke(command, []).output.splitlines():
        assert len(line) <= 80 or line.startswith("NEWSFOLD_")


@pytest.mark.parametrize(
    ("section", "name"), [("KAFKA", "SASL_PASSWORD"), ("KAFKA", "SSL_KEY_PASSWORD"), ("WEB", "TOKEN")]
)
def test_a_secret_can_lie_in_a_file(section: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    variable = f"NEWSFOLD_{section}__{name}"
    (tmp_path / "secret").write_text("hunter2\n")
    monkeypatch.setenv(f"{variable}_FILE", str(tmp_path / "secret"))
    read = getattr(getattr(load_settings(), section.lower()), name.lower())
    assert read.get_secret_value() == "hunter2"
    shown = CliRunner().invoke(command, ["--plain"])
    assert "hunter2" not in shown.output
    monkeypatch.setenv(variable, "also here")
    with pytest.raises(SettingsError, match="both set"):
        load_settings()


def test_a_secret_whose_file_cannot_be_read_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NEWSFOLD_WEB__TOKEN_FILE", str(tmp_path / "missing"))
    with pytest.raises(SettingsError, match="NEWSFOLD_WEB"):
        load_settings()
