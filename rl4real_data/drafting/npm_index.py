"""The newest version of an npm package."""

from __future__ import annotations

from rl4real_data.corpus.sources.clients import npm_registry
from rl4real_data.corpus.sources.npm import published
from rl4real_data.corpus.sources.source import Supply
from rl4real_data.drafting.measure import pin_file
from rl4real_data.drafting.origin import Origin, corpus_name


def look_up_npm(package: str, supply: Supply) -> Origin:
    """What the registry calls the latest version."""
    registry = supply.npm or npm_registry(supply.search_path)
    values = published(registry, package, "latest")
    version = str(values.get("version", ""))
    integrity = str(values["dist"].get("integrity", ""))
    pin = pin_file(
        str(values["dist"]["tarball"]),
        f"{package.rpartition('/')[2]}-{version}.tgz",
        supply,
        sha512=integrity.removeprefix("sha512-") if integrity.startswith("sha512-") else "",
    )
    return Origin(
        name=corpus_name(package),
        version=version,
        bundles=True,
        source={
            "kind": "npm",
            "package": package,
            "version": version,
            "file": pin.file,
            "size": pin.size_bytes,
            "sha256": pin.sha256,
        },
    )
