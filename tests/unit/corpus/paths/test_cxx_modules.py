"""C++20 modules in compilation databases: who imports what, and which entry compiles it."""

from __future__ import annotations

import json
from pathlib import Path

from rl4real_data.core.failure import Failure
from rl4real_data.corpus.cache import Cache
from rl4real_data.corpus.module import Language, Module
from rl4real_data.corpus.paths.compile_commands import find_database
from rl4real_data.stages.interfaces import Interfaces


def modules(folder: Path, sources: dict[str, str], commands: dict[str, str]) -> dict[str, Module]:
    for name, text in sources.items():
        (folder / name).write_text(text)
    entries = [{"directory": str(folder), "file": name, "command": line} for name, line in commands.items()]
    path = folder / "compile_commands.json"
    path.write_text(json.dumps(entries))
    return {module.name: module for module in find_database(path).corpus("c", Cache(root=folder)).modules}


def imports(module: Module) -> dict[str, tuple[str, str]]:
    return {each.name: (each.unit, each.word) for each in module.imports}


def test_flags_say_which_entry_makes_a_module(tmp_path: Path) -> None:
    found = modules(
        tmp_path,
        {"m.cc": "", "use.cc": ""},
        {
            "m.cc": f"clang++ -std=c++20 -x c++-module -fmodule-output={tmp_path}/out/m.pcm -c m.cc",
            "use.cc": f"clang++ -std=c++20 -fmodule-file=m={tmp_path}/out/m.pcm -fmodule-file=x=gone.pcm -c use.cc",
        },
    )
    assert found["m.cc"].language is Language.CXX_MODULE
    assert imports(found["use.cc"]) == {"m": ("m.cc", "-fmodule-file=m=out/m.pcm")}
    assert "-fmodule-file=m=out/m.pcm" in found["use.cc"].flags
    assert found["use.cc"].refusal == "it imports the module x, and no entry says how that is compiled"


def test_sources_say_it_where_flags_do_not(tmp_path: Path) -> None:
    found = modules(
        tmp_path,
        {
            "a.cppm": "module;\nexport module a;\nimport :part;\nexport import b.c;\n",
            "part.cppm": "export module a:part;\n",
            "b.cpp": "export module b.c;\n",
            "impl.cpp": "module a;\n",
            "use.cpp": "import a;\n  import b.c ;\nimport <vector>;\nimport nobody;\n",
            "plain.cpp": "int important;\n",
        },
        {
            name: f"g++ -std=c++20 -fmodules-ts -c {name}"
            for name in ("a.cppm", "part.cppm", "b.cpp", "impl.cpp", "use.cpp", "plain.cpp")
        },
    )
    assert {name: dict.fromkeys(imports(module)) for name, module in found.items()} == {
        "a.cppm": dict.fromkeys(("a:part", "b.c")),
        "part.cppm": {},
        "b.cpp": {},
        "impl.cpp": {"a": None},
        "use.cpp": dict.fromkeys(("a", "b.c")),
        "plain.cpp": {},
    }
    assert found["b.cpp"].language is Language.CXX_MODULE
    assert {module.refusal for module in found.values()} == {""}


def test_other_flags_of_a_unit_make_another_import(tmp_path: Path) -> None:
    sources = {"m.cppm": "export module m;\nimport n;\n", "n.cppm": "export module n;\n", "use.cpp": "import m;\n"}

    def identity(flag: str) -> str:
        commands = {name: f"clang++ {flag if name == 'n.cppm' else ''} -std=c++20 -c {name}" for name in sources}
        return modules(tmp_path, sources, commands)["use.cpp"].imports[0].identity

    assert identity("-DA") == identity("-DA") != identity("-DB")


def test_modules_that_import_each_other_are_not_waited_for(tmp_path: Path) -> None:
    sources = {
        "m.cppm": "export module m;\nimport n;\n",
        "n.cppm": "export module n;\nimport m;\n",
        "o.cppm": "export module o;\nimport o;\n",
        "use.cpp": "import m;\nimport o;\n",
    }
    found = modules(tmp_path, sources, {name: f"clang++ -std=c++20 -c {name}" for name in sources})
    made = Interfaces(found.values(), tmp_path / "scratch").of(found["use.cpp"], None)  # type: ignore[arg-type]

    assert isinstance(made, Failure)
    assert made.reason == "the module m imports itself"


def test_a_unit_that_is_not_there(tmp_path: Path) -> None:
    sources = {"m.cppm": "export module m;\n", "use.cpp": "import m;\n"}
    found = modules(tmp_path, sources, {name: f"clang++ -std=c++20 -c {name}" for name in sources})
    made = Interfaces([found["use.cpp"]], tmp_path / "scratch").of(found["use.cpp"], None)  # type: ignore[arg-type]

    assert isinstance(made, Failure)
    assert made.reason == "the module m, which it imports, is not compiled"
