"""The bill of materials (CycloneDX JSON) of what a frozen folder contains. Needs the freeze environment."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from pathlib import Path

from cyclonedx.factory.license import LicenseFactory
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL

from eum_app import __version__
from tools.release.contents import Part, read_parts


def write_sbom(frozen: Path, path: Path, epoch: int) -> Path:
    """Write the parts listed in the folder's `licenses/bundled.json`, and return `path`.

    The same parts and time (seconds since 1970) give the same bytes.
    """
    parts = read_parts(frozen / "licenses")
    bom = Bom(components=[_component(part) for part in parts if part.name != "EUM"])
    bom.metadata.component = Component(
        name="eum", version=__version__, type=ComponentType.APPLICATION, bom_ref="eum", licenses=_licenses("Apache-2.0")
    )
    bom.metadata.timestamp = datetime.fromtimestamp(epoch, UTC)
    bom.serial_number = uuid.uuid5(uuid.NAMESPACE_OID, repr((__version__, epoch, parts)))
    bom.register_dependency(bom.metadata.component, bom.components)
    text = make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string(indent=1)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")
    return path


def _component(part: Part) -> Component:
    return Component(
        name=part.name,
        version=part.version or None,
        type=ComponentType.FILE if part.kind == "file" and not part.version else ComponentType.LIBRARY,
        bom_ref=f"{part.kind}:{part.name}",
        purl=package_url(part),
        licenses=_licenses(part.license),
    )


def package_url(part: Part) -> PackageURL | None:
    """Return the purl of a Python package or a Debian library; None for fonts, icons and Python itself."""
    if part.kind == "python":
        return PackageURL("pypi", None, part.name.lower().replace("_", "-"), part.version)
    if part.kind == "system":
        return PackageURL("deb", "debian", part.name, part.version)
    return None


def _licenses(text: str) -> list[object]:
    return [] if text == "see text" else [LicenseFactory().make_from_string(text)]
