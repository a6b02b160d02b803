"""`make sbom`: the locked packages as a software bill of materials (CycloneDX 1.6, JSON), for a release to carry.

    python -m deploy.sbom build/sbom.cdx.json

Names, versions and package URLs come from deploy/requirements.lock, Kafka's jars (tests and demo only) from
deploy/kafka/jars.lock. An advisory scanner reads it wherever a database can be reached.
"""

import re
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from deploy.kafka.jars import locked_jars

LOCK = Path(__file__).parent / "requirements.lock"
PINNED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(?P<version>[^\s;]+)", re.MULTILINE)


def bill() -> Bom:
    """Newsfold and everything locked for it."""
    bom = Bom()
    bom.metadata.component = Component(
        name="newsfold", version=version("newsfold"), type=ComponentType.APPLICATION, bom_ref="newsfold"
    )
    components = {component.purl: component for component in (*_packages(), *_jars())}
    for component in components.values():
        bom.components.add(component)
    bom.register_dependency(bom.metadata.component, components.values())
    return bom


def _packages() -> Iterator[Component]:
    for pin in PINNED.finditer(LOCK.read_text(encoding="utf8")):
        yield _component("pypi", pin["name"].lower(), pin["version"])


def _jars() -> Iterator[Component]:
    for jar in locked_jars():
        group, artifact, number = jar.coordinate.split(":")
        yield _component("maven", artifact, number, group)


def _component(kind: str, name: str, number: str, group: str | None = None) -> Component:
    purl = PackageURL(kind, group, name, number)
    return Component(
        name=name, version=number, group=group, purl=purl, type=ComponentType.LIBRARY, bom_ref=str(purl)
    )


def main() -> None:
    """Write it to the file that is named."""
    file = Path(sys.argv[1])
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(JsonV1Dot6(bill()).output_as_string(indent=1), encoding="utf8")
    print(f"{file}: {len(bill().components)} components")


if __name__ == "__main__":
    main()
