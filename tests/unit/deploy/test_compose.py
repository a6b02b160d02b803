"""docker-compose.yml and the image say what the code means: settings that exist, one command line, no root."""

from pathlib import Path
from typing import Any

import pydantic
import pytest
import yaml

from stream.commands import COMMANDS
from stream.settings import Settings

ROOT = Path(__file__).parents[3]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ["topics", "worker"]
DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text()
BROKER = SERVICES["kafka"]["environment"]


def settings_by_name(model: type[pydantic.BaseModel], prefix: str) -> dict[str, Any]:
    """Every environment name of the settings, with the field it sets."""
    names: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        variable = f"{prefix}{name.upper()}"
        if isinstance(field.annotation, type) and issubclass(field.annotation, pydantic.BaseModel):
            names |= settings_by_name(field.annotation, variable + "__")
        else:
            names[variable] = field
    return names


def published_port(service: str) -> tuple[str, int, int]:
    (port,) = SERVICES[service]["ports"]
    address, outside, inside = port.split(":")
    return address, int(outside), int(inside)


@pytest.mark.parametrize("service", OURS)
def test_every_variable_is_a_setting_and_its_value_is_taken(service: str, monkeypatch: pytest.MonkeyPatch):
    environment = SERVICES[service]["environment"]
    unknown = set(environment) - set(settings_by_name(Settings, "NEWSFOLD_"))
    assert not unknown
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert Settings(_env_file=None).kafka.bootstrap_servers == "kafka:19092"


@pytest.mark.parametrize("service", OURS)
def test_each_of_ours_runs_a_command_that_exists_without_root_and_without_writing(service: str):
    definition = SERVICES[service]
    assert definition["command"][0] in COMMANDS
    assert definition["read_only"] is True
    assert definition["cap_drop"] == ["ALL"]
    assert "USER 10001\n" in DOCKERFILE


def test_the_worker_starts_after_a_healthy_broker_and_topics_that_were_made():
    assert SERVICES["topics"]["depends_on"] == {"kafka": {"condition": "service_healthy"}}
    assert SERVICES["worker"]["depends_on"] == {
        "kafka": {"condition": "service_healthy"},
        "topics": {"condition": "service_completed_successfully"},
    }
    assert SERVICES["kafka"]["healthcheck"]["test"][1].endswith("kafka-broker-api-versions.sh")


def test_the_worker_keeps_its_checkpoints_on_a_volume():
    volume, path = SERVICES["worker"]["volumes"][0].split(":")
    assert volume in COMPOSE["volumes"]
    assert SERVICES["worker"]["environment"]["NEWSFOLD_CHECKPOINTS__URL"] == path
    assert f"--owner=newsfold {path}" in DOCKERFILE


def test_what_is_open_is_open_to_this_machine_alone_and_is_the_port_that_is_listened_on():
    web = Settings(_env_file=None).web.port
    assert published_port("worker") == ("127.0.0.1", web, web)
    assert f"EXPOSE {web}\n" in DOCKERFILE
    assert f"127.0.0.1:{web}/health" in DOCKERFILE
    assert published_port("kafka") == ("127.0.0.1", 9092, 9092)
    assert "OUTSIDE://127.0.0.1:9092" in BROKER["KAFKA_ADVERTISED_LISTENERS"]


def test_the_broker_is_the_one_the_tests_run_against():
    version = SERVICES["kafka"]["image"].removeprefix("apache/kafka:")
    assert f":kafka_2.13:{version}\n" in (ROOT / "deploy" / "kafka" / "jars.lock").read_text()
    assert BROKER["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false"
