"""The bill of materials names everything that is locked, in CycloneDX's own schema."""

import json

from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from deploy.kafka.jars import locked_jars
from deploy.sbom import LOCK, bill


def test_every_locked_package_and_jar_is_in_the_bill():
    written = json.loads(JsonV1Dot6(bill()).output_as_string())
    packages = {component["purl"] for component in written["components"]}
    pins = {line.split(";")[0].split()[0] for line in LOCK.read_text().splitlines() if "==" in line[:80]}
    assert len(packages) == len({pin.lower() for pin in pins}) + len(locked_jars())
    assert any(package.startswith("pkg:pypi/aiokafka@") for package in packages)
    assert any(package.startswith("pkg:maven/org.apache.kafka/") for package in packages)


def test_the_bill_is_valid():
    problem = JsonStrictValidator(SchemaVersion.V1_6).validate_str(JsonV1Dot6(bill()).output_as_string())
    assert problem is None, problem
