"""The diagnosis of the toolchain.

Which clang, plugin and headers a run would use, what is missing, what installs it.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass

from rl4real_data.core.environment import Environment
from rl4real_data.core.errors import CacheError, ToolchainError
from rl4real_data.core.recipe import load_recipe
from rl4real_data.core.targets import TARGETS, Target
from rl4real_data.toolchain.check import Check
from rl4real_data.toolchain.clang import Clang, missing_headers
from rl4real_data.toolchain.confinement import examine_confinement, landlock_version
from rl4real_data.toolchain.installation import Installation
from rl4real_data.toolchain.plugin import Plugin, register_file
from rl4real_data.toolchain.server_library import examine_server
from rl4real_data.toolchain.settings import setting_checks


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """All checks, in the order in which a run needs them."""

    checks: tuple[Check, ...]

    def to_json(self) -> str:
        return json.dumps([asdict(check) for check in self.checks], indent=2)

    def raise_if_unfit(self) -> None:
        """ToolchainError if something is missing that every run needs, or a setting is wrong."""
        missing = [check for check in self.checks if not check.ok and check.is_required]
        if missing:
            raise ToolchainError(
                f"missing or wrong: {', '.join(check.name for check in missing)}",
                hint="; ".join(check.remedy for check in missing),
            )


def examine(environment: Environment, *, announce: Callable[[str], None]) -> Diagnosis:
    """Looks at everything; builds the plugin if it is not built yet. Never raises for something that is missing."""
    installation = Installation.of(environment)
    checks = [*setting_checks(environment)]
    try:
        clang = installation.clang()
    except ToolchainError as error:
        return Diagnosis(checks=(*checks, Check(name="clang", ok=False, detail=str(error), remedy=error.hint)))
    checks.append(Check(name="clang", ok=True, detail=f"{clang.path}: {clang.banner}"))
    if clang.is_fork:
        checks.append(Check(name="plugin", ok=True, detail="not needed: this clang has the -mlra flags itself"))
    else:
        checks += _plugin_checks(clang, installation, announce)
    checks += _header_checks(clang)
    checks.append(_llc_check(clang))
    return Diagnosis(checks=tuple(checks))


def _plugin_checks(clang: Clang, installation: Installation, announce: Callable[[str], None]) -> list[Check]:
    try:
        plugin = installation.plugin(clang, announce=announce)
    except (ToolchainError, CacheError) as error:
        return [Check(name="plugin", ok=False, detail=str(error), remedy=error.hint)]
    return [
        Check(name="plugin", ok=True, detail=str(plugin.path)),
        *(_load_check(clang, plugin, target) for target in TARGETS.values()),
        _server_check(clang, plugin),
        _confinement_check(),
    ]


def _load_check(clang: Clang, plugin: Plugin, target: Target) -> Check:
    name = target.name.value
    try:
        registers = register_file(clang, plugin, target, load_recipe(target.name).cpu)
    except ToolchainError as error:
        return Check(name=f"plugin for {name}", ok=False, detail=str(error), remedy=error.hint)
    count = len(registers["registers"])
    return Check(name=f"{name} records", ok=True, detail=f"{count} registers, {len(registers['classes'])} classes")


def _server_check(clang: Clang, plugin: Plugin) -> Check:
    problem = examine_server(clang, plugin)
    return Check(
        name="compiler server",
        ok=problem is None,
        detail="modules are compiled by forks of a loaded clang" if problem is None else problem,
        remedy="apt-get install gcc; without a server each module costs 15 ms more, and nothing else",
        is_required=False,
    )


def _confinement_check() -> Check:
    problem = examine_confinement()
    return Check(
        name="confinement",
        ok=problem is None,
        detail=f"a compiler can write to its scratch folder alone (Landlock {landlock_version()})"
        if problem is None
        else problem,
        remedy="Linux 6.2 or later with `landlock` among its security modules; nothing else needs it",
        is_required=False,
    )


def _header_checks(clang: Clang) -> list[Check]:
    checks = []
    for target in TARGETS.values():
        for language, is_cxx in (("C", False), ("C++", True)):
            problem = missing_headers(clang, target, cxx=is_cxx)
            checks.append(
                Check(
                    name=f"{target.name.value} {language} headers",
                    ok=problem is None,
                    detail=problem or "found",
                    remedy=f"apt-get install {' '.join(target.libc_packages)}",
                    is_required=False,
                )
            )
    return checks


def _llc_check(clang: Clang) -> Check:
    llc = shutil.which("llc", path=str(clang.bin_dir))
    return Check(
        name="llc",
        ok=llc is not None,
        detail=llc or "not beside clang; `validate --replay` needs it",
        remedy=f"apt-get install llvm-{clang.major}",
        is_required=False,
    )
