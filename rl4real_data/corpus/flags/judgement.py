"""The judgement of one option of a command line that came with a corpus.

May a compiler be given it?

What decides is where clang's own table keeps an option. A switch, a number or one of a set of words that sets how code
is made can name no file. What belongs to outputs, reports, plugins, dependency files, the analyser or the linker is
left out: the code is the same without it. Everything else that takes a text is refused, unless it is named below: the
text may name a program to run, a library to load or a file to write, and without it the code would be another.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

from rl4real_data.corpus.flags.llvm_options import is_known, is_ours
from rl4real_data.corpus.flags.option_table import Option, Said


class Judgement(Enum):
    """What becomes of an option: `DROPPED`, `UNKNOWN` and `LOADING` are left out and named.

    `REFUSED` and `FOREIGN` fail the module. Who trusts the corpus passes `LOADING` and `REFUSED`, too.
    """

    PASSED = "passed"
    DROPPED = "dropped"  # writes, or decides no code
    UNKNOWN = "unknown"  # no option of clang's at all: GCC has hundreds of its own
    LOADING = "loading"  # loads code or starts another program
    REFUSED = "refused"
    FOREIGN = "foreign"  # asks for code of another machine than the target


_SETS_CODE: Final = frozenset({"LANG", "CODEGEN", "TARGET", "DIAG"})
"""The parts of clang whose settings say what the language is and how code is made of it."""

_SETS_OTHER: Final = frozenset(
    {"FRONTEND", "DEPENDENCY_OUTPUT", "PREPROCESSOR_OUTPUT", "ANALYZER", "MIGRATOR", "HEADER_SEARCH"}
)
"""Outputs, actions and plugins; the cache of modules."""

_NAMES_NO_FILE: Final = frozenset({"flag", "enum", "number"})

_PASSED_GROUPS: Final = frozenset(
    {
        *("W", "W_value", "R", "R_value", "O", "g", "gN", "ggdbN", "gTune", "g_flags", "pedantic"),
        *("clang_ignored_f", "clang_ignored_m", "clang_ignored_gcc_optimization_f", "clang_ignored_legacy_options"),
    }
)
"""Warnings, levels, debug information: none of it names a file but what is dropped below."""

_DROPPED_GROUPS: Final = frozenset(
    {"Action", "M", "d", "Link", "T", "u", "StaticAnalyzer", "reserved_lib", "gfortran", "internal_debug"}
)
_REFUSED_GROUPS: Final = frozenset(
    {"cl", "dxc", "hlsl", "sycl", "opencl", "cuda", "hip", "offload", "internal", "internal_driver"}
)
"""Other languages and machines, for which clang starts other programs; other ways to read the command line."""

_CODE_GROUPS: Final = frozenset(
    {"f", "f_clang", "fsan_cov", "m", "Preprocessor", "IncludePath", "i", "clang_i", "LongDouble"}
)

_LOADING: Final = frozenset(
    {
        *("-fplugin=", "-fpass-plugin=", "-fplugin-arg-", "-load", "-plugin", "-add-plugin", "-plugin-arg-"),
        *("-B", "-fno-integrated-as", "-no-integrated-as", "-fno-integrated-cc1", "-no-integrated-cpp"),
    }
)
"""By their roots: plugins, and programs in the place of clang's own parts."""

_DROPPED: Final = frozenset(
    {
        *("-fuse-ld=", "-fmodule-output", "-fmodule-header", "-rtlib=", "-unwindlib=", "-fdiagnostics-format="),
        *("-o", "-Wa,", "-Xassembler", "-Xclangas", "-serialize-diagnostics", "-dumpdir", "-dsym-dir", "-save-temps="),
        *("-fsave-optimization-record", "-fsave-optimization-record=", "-foptimization-record-file="),
        *("-foptimization-record-passes=", "-fstack-usage", "-ftime-trace", "-ftime-trace=", "-fproc-stat-report"),
        *("-fproc-stat-report=", "-fcrash-diagnostics-dir=", "-fcrash-diagnostics=", "-gen-reproducer="),
        *("-gsplit-dwarf", "-gsplit-dwarf=", "--coverage", "-ftest-coverage", "-fprofile-arcs", "-fcreate-profile"),
        *("-fmodules", "-fcxx-modules", "-fimplicit-modules", "-fimplicit-module-maps", "-fbuiltin-module-map"),
        *("-stack-usage-file", "-opt-record-file", "-split-dwarf-file"),
        *("-split-dwarf-output", "-diagnostic-log-file", "-coverage-data-file=", "-coverage-notes-file="),
        *("-as-secure-log-file", "-serialize-diagnostic-file", "-opt-record-format", "-opt-record-passes"),
        *("-dwarf-debug-flags", "-record-command-line", "-main-file-name", "-object-file-name="),
    }
)
"""By their roots: what writes beside the object file, or belongs to other steps of a build."""

READ_PATHS: Final = frozenset(
    {
        *(
            "-I",
            "-isystem",
            "-iquote",
            "-idirafter",
            "-cxx-isystem",
            "-stdlib++-isystem",
            "-isystem-after",
            "-iframework",
        ),
        *("-F", "-iprefix", "-iwithprefix", "-iwithprefixbefore", "-iwithsysroot", "-iframeworkwithsysroot"),
        *("-ivfsoverlay", "-include", "-imacros", "-include-pch", "--embed-dir=", "-isysroot", "--sysroot="),
        *("--gcc-toolchain=", "--gcc-install-dir=", "-resource-dir", "-fmodule-file=", "-fprebuilt-module-path="),
        *("-fmodule-map-file=", "-fsanitize-ignorelist=", "-fsanitize-coverage-allowlist=", "-fxray-attr-list="),
        *("-fsanitize-coverage-ignorelist=", "-frandomize-layout-seed-file=", "-fprofile-list=", "-fprofile-use="),
        *("-fprofile-instr-use=", "-fprofile-sample-use=", "-internal-isystem", "-internal-externc-isystem"),
        *("--system-header-prefix=", "--no-system-header-prefix="),
    }
)
"""Folders and files that are read."""

_TEXTS: Final = frozenset(
    {
        *("-D", "-U", "-std=", "-stdlib=", "--param", "-fno-builtin-", "-frandom-seed=", "-fpatchable-function-entry="),
        *("-fsanitize=", "-fno-sanitize=", "-fsanitize-recover=", "-fno-sanitize-recover=", "-fsanitize-trap="),
        *("-fno-sanitize-trap=", "-fsanitize-coverage=", "-fsanitize-merge=", "-fno-sanitize-merge="),
        *(
            "-fclang-abi-compat=",
            "-fc++-abi=",
            "-fdenormal-fp-math=",
            "-ffp-model=",
            "-fexec-charset=",
            "-finput-charset=",
        ),
        *("-fopenmp=", "-fopenmp-version=", "-fgnuc-version=", "-fms-compatibility-version=", "-fmsc-version="),
        *("-fobjc-runtime=", "-fconstant-string-class=", "-fmodule-name=", "-ftrap-function=", "-ftrapv-handler="),
        *(
            "-falign-functions=",
            "-faligned-new=",
            "-fbracket-depth=",
            "-ferror-limit=",
            "-ftabstop=",
            "-funique-source-file-identifier=",
        ),
        *(
            "-fsymbol-partition=",
            "-fxray-always-instrument=",
            "-fxray-never-instrument=",
            "-fxray-instrumentation-bundle=",
        ),
        *("-frandomize-layout-seed=", "-fmacro-prefix-map=", "-ffile-prefix-map=", "-fdebug-prefix-map="),
        *(
            "-ffile-compilation-dir=",
            "-fdebug-compilation-dir=",
            "-fcoverage-prefix-map=",
            "-fcoverage-compilation-dir=",
        ),
        *(
            "-fcomment-block-commands=",
            "-fbinutils-version=",
            "-finline-limit=",
            "-fdebug-default-version=",
        ),
        *("-mabi=", "-march=", "-mcpu=", "-mtune=", "-mfpu=", "-mfpmath=", "-masm=", "-mcmodel=", "-mrecip="),
        *("-mprefer-vector-width=", "-mbranch-protection=", "-mharden-sls=", "-msve-vector-bits=", "-mregparm="),
        *("-msve-streaming-vector-bits=", "-mstack-protector-guard=", "-mstack-protector-guard-reg=", "-mtls-dialect="),
        *("-mstack-protector-guard-symbol=", "-malign-branch=", "-malign-branch-boundary=", "-mpad-max-prefix-size="),
        *("-mrvv-vector-bits=", "-mlinker-version=", "-target-feature", "-G", "-mapx-features="),
        *("-fno-sanitize-coverage=", "-fsanitize-memtag-mode=", "-fsanitize-hwaddress-abi=", "-fmodules-ignore-macro="),
        *("-fdiagnostics-show-category=", "-fdiagnostics-hotness-threshold=", "-fexperimental-sanitize-metadata="),
    }
)
"""Names, numbers and macros: words of which clang makes no path."""

_LANGUAGES: Final = frozenset({"c", "c++", "ir", "cpp-output", "c++-cpp-output", "none"})

_SWITCHES: Final = frozenset(
    {"-ansi", "-pthread", "-pthreads", "-traditional", "-traditional-cpp", "-pipe", "-Qunused-arguments", "-nostdinc++"}
    | {"-nobuiltininc", "-undef", "-remap", "-m3dnow", "-m3dnowa", "-mno-3dnow", "-mno-3dnowa", "-w", "-pg", "-p"}
)
"""Of those that belong to no group."""


_FOREIGN: Final = frozenset({"-m16", "-m32", "-mx32"})
"""By their roots: pointers of another size, and so other code for every function."""


def judge(said: Said) -> Judgement:
    """What becomes of an option, for the driver as for `-cc1`."""
    option = said.option
    if option is None and said.words[0].startswith("-") and said.words[0] != "-":
        return Judgement.UNKNOWN
    if option is None or said.is_cut_off or any(word.startswith("@") for word in said.words):
        return Judgement.REFUSED  # `@file`: clang reads further words out of it, whatever stands before it
    if option.root == "-mllvm":
        return _judge_llvm(said.value)
    if option.root == "-x":
        return Judgement.PASSED if said.value in _LANGUAGES else Judgement.REFUSED
    if option.root in _FOREIGN:
        return Judgement.FOREIGN
    if option.root in _LOADING or option.word in _LOADING:
        return Judgement.LOADING
    if option.root in _DROPPED or option.word in _DROPPED:
        return Judgement.DROPPED
    if option.root in READ_PATHS or option.root in _TEXTS or option.root in _SWITCHES:
        return Judgement.PASSED
    return _judge_by_table(option, said.value)


def _judge_llvm(word: str) -> Judgement:
    if is_ours(word):
        return Judgement.DROPPED
    return Judgement.PASSED if is_known(word) else Judgement.REFUSED


def _judge_by_table(option: Option, value: str) -> Judgement:
    groups = frozenset(option.groups)
    if groups & _REFUSED_GROUPS:
        return Judgement.REFUSED
    if groups & _DROPPED_GROUPS or option.where in _SETS_OTHER:
        return Judgement.DROPPED
    if option.where in _SETS_CODE and option.value in _NAMES_NO_FILE:
        return Judgement.PASSED
    if groups & _PASSED_GROUPS or value in option.values:
        return Judgement.PASSED
    if option.kind != "Flag":
        return Judgement.REFUSED
    return Judgement.PASSED if _is_code_switch(option) else Judgement.DROPPED


def _is_code_switch(option: Option) -> bool:
    """True for a switch that the driver itself turns into settings of the compiler."""
    return bool(set(option.groups) & _CODE_GROUPS) or (not option.groups and option.word.startswith(("-f", "-m")))
