"""docker-compose.yml and the image say what the code means: settings that exist, commands that are taken, no root."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pydantic
import pytest
import yaml

from stream.commands import newsfold
from stream.settings import Settings

ROOT = Path(__file__).parents[3]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = [name for name, service in SERVICES.items() if service["image"] == "newsfold:local"]
STAGES = ["worker", "embed", "fold"]
DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text()
BROKER = SERVICES["kafka"]["environment"]
PROFILES = {
    "kafka": [], "topics": [], "worker": ["core"], "embed": ["scale"], "fold": ["scale"], "board": ["board"],
    "prometheus": ["observability"], "grafana": ["observability"],
}  # fmt: skip


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


def test_the_profiles_are_those_that_are_documented():
    found = {name: service.get("profiles", []) for name, service in SERVICES.items()}
    assert {name: found[name] for name in PROFILES} == PROFILES


@pytest.mark.parametrize("service", OURS)
def test_every_variable_is_a_setting_and_its_value_is_taken(
    service: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    environment = SERVICES[service]["environment"]
    unknown = set(environment) - set(settings_by_name(Settings, "NEWSFOLD_"))
    assert not unknown
    (tmp_path / "secret").write_text("swordfish")
    for name, value in environment.items():
        monkeypatch.setenv(name, str(tmp_path / "secret") if name.endswith("_FILE") else value)
    assert Settings(_env_file=None).kafka.bootstrap_servers == "kafka:19092"


@pytest.mark.parametrize("service", OURS)
def test_every_command_line_is_taken(service: str):
    name, *arguments = SERVICES[service]["command"]
    command = newsfold.get_command(click.Context(newsfold), name)
    assert command is not None
    command.make_context(name, arguments)


@pytest.mark.parametrize("service", OURS)
def test_each_of_ours_runs_without_root_without_writing_and_within_limits(service: str):
    definition = SERVICES[service]
    assert definition["read_only"] is True
    assert definition["cap_drop"] == ["ALL"]
    assert definition["security_opt"] == ["no-new-privileges:true"]
    assert definition["deploy"]["resources"]["limits"].keys() == {"cpus", "memory"}
    assert "USER 10001\n" in DOCKERFILE


@pytest.mark.parametrize("service", SERVICES)
def test_every_image_has_a_version_and_every_container_a_limit(service: str):
    image, _, tag = SERVICES[service]["image"].rpartition(":")
    assert image
    assert tag != "latest"
    assert "limits" in SERVICES[service]["deploy"]["resources"]


@pytest.mark.parametrize("service", STAGES)
def test_a_stage_starts_after_a_healthy_broker_and_topics_that_were_made(service: str):
    assert SERVICES[service]["depends_on"] == {
        "kafka": {"condition": "service_healthy"},
        "topics": {"condition": "service_completed_successfully"},
    }
    assert SERVICES["board"]["depends_on"] == SERVICES[service]["depends_on"]
    assert SERVICES["topics"]["depends_on"] == {"kafka": {"condition": "service_healthy"}}
    assert SERVICES["kafka"]["healthcheck"]["test"][1].endswith("kafka-broker-api-versions.sh")


@pytest.mark.parametrize("service", ["worker", "fold"])
def test_what_folds_keeps_its_checkpoints_on_a_volume(service: str):
    volume, path = SERVICES[service]["volumes"][0].split(":")
    assert volume in COMPOSE["volumes"]
    assert SERVICES[service]["environment"]["NEWSFOLD_CHECKPOINTS__URL"] == path
    assert path in DOCKERFILE


def test_what_is_open_is_open_to_this_machine_alone_and_is_the_port_that_is_listened_on():
    web = Settings(_env_file=None).web.port
    assert published_port("worker") == ("127.0.0.1", web, web)
    assert f"EXPOSE {web}\n" in DOCKERFILE
    assert f"127.0.0.1:{web}/health" in DOCKERFILE
    assert published_port("kafka") == ("127.0.0.1", 9092, 9092)
    assert "OUTSIDE://127.0.0.1:9092" in BROKER["KAFKA_ADVERTISED_LISTENERS"]
    for service, definition in SERVICES.items():
        assert all(port.startswith("127.0.0.1:") for port in definition.get("ports", [])), service


def test_secrets_are_files_that_the_settings_name():
    for service in STAGES:
        assert SERVICES[service]["secrets"] == ["web__token"]
        (secret,) = SERVICES[service]["secrets"]
        assert SERVICES[service]["environment"]["NEWSFOLD_WEB__TOKEN_FILE"] == f"/run/secrets/{secret}"
    secrets = {name: secret["file"] for name, secret in COMPOSE["secrets"].items()}
    makefile = (ROOT / "Makefile").read_text()
    assert all(name in makefile and file == f"var/secrets/{name}" for name, file in secrets.items())


def test_prometheus_scrapes_every_stage_and_reads_the_rules_and_grafana_the_dashboards():
    job, board = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text())["scrape_configs"]
    assert job["dns_sd_configs"][0]["names"] == STAGES
    (found,) = board["dns_sd_configs"]
    assert SERVICES[found["names"][0]]["ports"] == [f"127.0.0.1:{found['port']}:{found['port']}"]
    for one in (job, board):
        secret = one["authorization"]["credentials_file"].removeprefix("/run/secrets/")
        assert secret in SERVICES["prometheus"]["secrets"]
    mounted = [
        volume.split(":")[0] for name in ("prometheus", "grafana") for volume in SERVICES[name]["volumes"]
    ]
    assert all((ROOT / source).exists() for source in mounted if source.startswith("./"))


def test_the_broker_is_the_one_the_tests_run_against():
    version = SERVICES["kafka"]["image"].removeprefix("apache/kafka:")
    assert f":kafka_2.13:{version}\n" in (ROOT / "deploy" / "kafka" / "jars.lock").read_text()
    assert BROKER["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false"


def test_the_extras_of_the_image_exist():
    (extras,) = set(re.findall(r"^ARG EXTRAS=(\S+)", DOCKERFILE, re.MULTILINE))
    assert f"${{EXTRAS:-{extras}}}" in (ROOT / "docker-compose.yml").read_text()
    declared = (ROOT / "pyproject.toml").read_text().split("[project.optional-dependencies]")[1]
    for extra in extras.split(","):
        assert re.search(rf"^{extra} = ", declared, re.MULTILINE), extra
    assert "transformers" not in extras, "no PyTorch unless asked"


def test_the_dockerfile_is_clean_by_hadolint():
    hadolint = Path(sys.executable).with_name("hadolint")
    done = subprocess.run(
        [hadolint, ROOT / "deploy" / "Dockerfile"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
