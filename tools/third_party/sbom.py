"""The list of the library's parts in CycloneDX (SBOM), the same bytes for the same Cargo.lock."""

from __future__ import annotations

import json
import os
from datetime import datetime, timezone

from cyclonedx.factory.license import LicenseFactory
from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

from .crates import LIBRARY, Crate, linked, ours


def sbom() -> str:
    library = ours(LIBRARY)
    crates = [library, *linked(LIBRARY)]
    components = {(crate.name, crate.version): component(crate) for crate in crates}

    bom = Bom()
    first, *others = components.values()
    bom.metadata.component = first
    bom.components.update(others)
    for crate, it in zip(crates, components.values()):
        bom.register_dependency(it, [components[key] for key in crate.depends_on])
    return checked(reproducible(JsonV1Dot6(bom).output_as_string()))


def component(crate: Crate) -> Component:
    purl = PackageURL("cargo", None, crate.name, crate.version)
    source = ExternalReference(type=ExternalReferenceType.VCS, url=XsUri(crate.repository))
    return Component(
        type=ComponentType.LIBRARY,
        name=crate.name,
        version=crate.version,
        bom_ref=purl.to_string(),
        purl=purl,
        licenses=[LicenseFactory().make_with_expression(crate.licence)],
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=crate.sha256)] if crate.sha256 else [],
        external_references=[source] if crate.repository else [],
    )


def reproducible(text: str) -> str:
    """Without a number of its own, and without a time unless `SOURCE_DATE_EPOCH` says which."""
    document = json.loads(text)
    del document["serialNumber"], document["metadata"]["timestamp"]
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch:
        document["metadata"]["timestamp"] = datetime.fromtimestamp(int(epoch), timezone.utc).isoformat()
    return json.dumps(document, indent=1, sort_keys=True) + "\n"


def checked(text: str) -> str:
    fault = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if fault is not None:
        raise SystemExit(f"third_party: the list is not what CycloneDX asks for: {fault}")
    return text
