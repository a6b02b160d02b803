"""The Helm chart: rendered for three sets of values, reviewed as files, valid against Kubernetes and the operators.

The renderings in tests/unit/deploy/chart were made by deploy/helm/render.sh. Where helm is (on the path, or by
`make helm`), they are compared with what it renders now; everywhere, they are validated.
"""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import click
import jsonschema
import kubernetes_validate
import pytest
import yaml
from cloudcoil.models.keda.v1alpha1 import ScaledObject
from cloudcoil.models.prometheus_operator.v1 import PrometheusRule, ServiceMonitor

from stream.commands import newsfold
from stream.settings import Settings

ROOT = Path(__file__).parents[3]
CHART = ROOT / "deploy" / "helm"
GOLDEN = Path(__file__).parent / "chart"
HELM = shutil.which("helm") or (ROOT / "build/bin/helm" if (ROOT / "build/bin/helm").exists() else None)
CUSTOM = {"ScaledObject": ScaledObject, "ServiceMonitor": ServiceMonitor, "PrometheusRule": PrometheusRule}
VALUES = ["laptop", "production", "gpu"]
KUBERNETES = ("1.34",)


def manifests(name: str) -> list[dict[str, Any]]:
    return [one for one in yaml.safe_load_all((GOLDEN / f"{name}.yaml").read_text()) if one]


def containers(name: str) -> list[dict[str, Any]]:
    pods = [one["spec"]["template"]["spec"] for one in manifests(name) if "template" in one.get("spec", {})]
    return [container for pod in pods for container in pod["containers"]]


@pytest.mark.skipif(HELM is None, reason="helm is not here: put it on the path, or `make helm` (needs Go)")
def test_the_renderings_are_what_helm_renders(tmp_path: Path):
    subprocess.run([CHART / "render.sh", tmp_path], check=True)
    for name in VALUES:
        rendered, golden = ((folder / f"{name}.yaml").read_text() for folder in (tmp_path, GOLDEN))
        assert rendered == golden, (
            f"deploy/helm/render.sh {GOLDEN.relative_to(ROOT)}, and review the difference"
        )


@pytest.mark.skipif(HELM is None, reason="helm is not here: put it on the path, or `make helm` (needs Go)")
def test_helm_lints_the_chart_and_refuses_values_that_it_does_not_know(tmp_path: Path):
    subprocess.run([HELM, "lint", CHART, "--strict"], check=True, capture_output=True)
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("fold: {replica: 2}")
    done = subprocess.run([HELM, "template", CHART, "--kube-version", "1.32.0", "--values", wrong], check=False,
                          capture_output=True, text=True)  # fmt: skip
    assert done.returncode != 0
    assert "replica" in done.stderr


@pytest.mark.parametrize("version", KUBERNETES)
@pytest.mark.parametrize("name", VALUES)
def test_kubernetes_takes_every_manifest(name: str, version: str):
    for manifest in manifests(name):
        if manifest["kind"] not in CUSTOM:
            kubernetes_validate.validate(manifest, version, strict=True)


def test_the_operators_take_theirs():
    found = {one["kind"]: one for one in manifests("production") if one["kind"] in CUSTOM}
    for kind, model in CUSTOM.items():
        model.model_validate(found[kind])
        assert known_fields(model, found[kind]), f"{kind} has a field that the operator does not know"


def known_fields(model: type[Any], manifest: dict[str, Any]) -> bool:
    """Whether nothing of the manifest is lost where the model takes it in and gives it out again."""
    given = model.model_validate(manifest).model_dump(mode="json", by_alias=True, exclude_unset=True)
    return bool({name: given.get(name) for name in manifest} == manifest)


@pytest.mark.parametrize("name", VALUES)
def test_the_example_values_satisfy_the_schema(name: str):
    schema = json.loads((CHART / "values.schema.json").read_text())
    jsonschema.validate(
        yaml.safe_load((CHART / "examples" / f"{name}.yaml").read_text()) | {}, schema | {"required": []}
    )


@pytest.mark.parametrize("name", VALUES)
def test_every_container_is_confined_limited_and_takes_its_command_and_settings(
    name: str, monkeypatch: pytest.MonkeyPatch
):
    for container in containers(name):
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert "memory" in container["resources"]["limits"]
        assert not container["image"].endswith(":latest")
        command = newsfold.get_command(click.Context(newsfold), container["args"][0])
        assert command is not None
        command.make_context(container["args"][0], container["args"][1:])
        with monkeypatch.context() as patched:
            for variable in container["env"]:
                if variable["name"].startswith("NEWSFOLD_"):
                    patched.setenv(variable["name"], variable.get("value", "secret"))
            assert Settings(_env_file=None).web.host == "0.0.0.0"  # noqa: S104 - of the pod


@pytest.mark.parametrize("name", VALUES)
def test_pods_run_without_root_and_without_a_token_of_the_cluster(name: str):
    for manifest in manifests(name):
        if "template" in manifest.get("spec", {}):
            pod = manifest["spec"]["template"]["spec"]
            assert pod["securityContext"]["runAsNonRoot"] is True
            assert pod["automountServiceAccountToken"] is False


def test_secrets_go_by_reference():
    text = (GOLDEN / "production.yaml").read_text()
    secret = [
        v for c in containers("production") for v in c["env"] if v["name"].endswith(("PASSWORD", "TOKEN"))
    ]
    assert secret
    assert all("secretKeyRef" in variable["valueFrom"] for variable in secret)
    assert "kind: Secret\n" not in text


def test_autoscaling_stays_between_one_worker_and_the_partitions():
    (scaled,) = [one for one in manifests("production") if one["kind"] == "ScaledObject"]
    (deployment,) = [one for one in manifests("production") if one["kind"] == "Deployment"]
    assert scaled["spec"]["minReplicaCount"] == 1
    values = yaml.safe_load((CHART / "examples" / "production.yaml").read_text())
    assert scaled["spec"]["maxReplicaCount"] <= values["settings"]["topics"]["article_partitions"]
    assert scaled["spec"]["scaleTargetRef"]["name"] == deployment["metadata"]["name"]
    assert "replicas" not in deployment["spec"], "two would quarrel over it"
    metadata = scaled["spec"]["triggers"][0]["metadata"]
    defaults = Settings(_env_file=None)
    assert (metadata["consumerGroup"], metadata["topic"]) == (defaults.intake.group, defaults.topics.articles)
    assert int(metadata["lagThreshold"]) > 1, "a marker of a transaction leaves a lag of 1 for ever"


def test_the_rules_and_dashboards_are_those_of_the_repository():
    (rule,) = [one for one in manifests("production") if one["kind"] == "PrometheusRule"]
    source = yaml.safe_load((ROOT / "deploy/prometheus/rules/newsfold.yml").read_text())
    names = [one["alert"] for group in rule["spec"]["groups"] for one in group["rules"]]
    assert names == [one["alert"] for group in source["groups"] for one in group["rules"]]
    for group in rule["spec"]["groups"]:
        for one in group["rules"]:
            assert one["annotations"]["runbook_url"].startswith(
                "https://git.example.org/newsfold/docs/operating.md#"
            )
    boards = {name for one in manifests("production") if one["kind"] == "ConfigMap" for name in one["data"]}
    assert boards == {file.name for file in (ROOT / "deploy/grafana/dashboards").glob("*.json")}
