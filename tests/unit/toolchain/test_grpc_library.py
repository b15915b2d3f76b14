"""The plugin's library for gRPC: built once, for all releases of LLVM, and again when its sources change."""

from __future__ import annotations

from pathlib import Path

import pytest

from rl4real_data.core.errors import ToolchainError
from rl4real_data.toolchain import grpc_library
from rl4real_data.toolchain.grpc_library import ensure_grpc_library
from rl4real_data.toolchain.plugin import Plugin

CMAKE = """#!/bin/sh
echo "$@" >> {log}
case "$1" in
  --build) printf built > "$2/libmlrun-grpc.so" ;;
esac
"""


class Workshop:
    """Sources, two plugins, and a fake CMake on the PATH."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.log = folder / "cmake.log"
        self.sources = folder / "mlrun_grpc"
        self.run = folder / "mlra" / "run"
        for path in (self.sources / "Entry.cpp", self.sources / "protos" / "A.proto", self.run / "Tensor.h"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("text\n")
        self.plugins = [Plugin(path=folder / "plugins" / f"llvm-{n}" / "libmlra.so", source_hash="") for n in (19, 22)]
        for plugin in self.plugins:
            plugin.path.parent.mkdir(parents=True)
        self.bin = folder / "bin"
        self.bin.mkdir()
        for name, text in (("g++", "#!/bin/sh\n"), ("cmake", CMAKE.format(log=self.log))):
            self.script(name, text)
        self.script("printf", '#!/bin/sh\nexec /usr/bin/printf "$@"\n')
        monkeypatch.setenv("PATH", str(self.bin))
        monkeypatch.setattr(grpc_library, "grpc_source_dir", lambda: self.sources)
        monkeypatch.setattr(grpc_library, "plugin_source_dir", lambda: folder / "mlra")

    def script(self, name: str, text: str) -> None:
        (self.bin / name).write_text(text)
        (self.bin / name).chmod(0o755)

    def ensure(self, plugin: int = 0) -> Path:
        return ensure_grpc_library(self.plugins[plugin], announce=lambda _: None)

    def builds(self) -> int:
        return self.log.read_text().count("--build")


@pytest.fixture
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    return Workshop(tmp_path, monkeypatch)


def test_one_build_lies_beside_each_plugin(workshop: Workshop) -> None:
    libraries = [workshop.ensure(0), workshop.ensure(1), workshop.ensure(0)]

    assert [path.parent for path in libraries[:2]] == [plugin.path.parent for plugin in workshop.plugins]
    assert {path.name for path in libraries} == {"libmlrun-grpc.so"}
    assert {path.read_text() for path in libraries} == {"built"}
    assert workshop.builds() == 1


@pytest.mark.parametrize("name", ["mlrun_grpc/Entry.cpp", "mlrun_grpc/protos/A.proto", "mlra/run/Tensor.h"])
def test_changed_sources_build_again(workshop: Workshop, name: str) -> None:
    first = workshop.ensure().resolve()
    (workshop.sources.parent / name).write_text("other text\n")

    assert workshop.ensure().resolve() != first
    assert workshop.builds() == 2


def test_a_damaged_library_is_built_again(workshop: Workshop) -> None:
    workshop.ensure().resolve().write_text("buil")

    assert workshop.ensure().read_text() == "built"


def test_a_failed_build_names_the_packages(workshop: Workshop) -> None:
    workshop.script("cmake", "#!/bin/sh\necho 'gRPC for C++ is missing' >&2\nexit 1\n")

    with pytest.raises(ToolchainError, match=r"gRPC for the plugin does not build: (.|\n)*is missing") as raised:
        workshop.ensure()
    assert raised.value.hint.startswith("apt-get install libgrpc++-dev libprotobuf-dev libprotoc-dev cmake")
    assert not workshop.plugins[0].path.with_name("libmlrun-grpc.so").exists()
