"""Flags of a corpus that nobody has looked at: what a compiler is given of them."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from rl4real_data.core.split import Split
from rl4real_data.corpus.catalog import load_catalog
from rl4real_data.corpus.flags.guard import guard_corpus, guard_flags
from rl4real_data.corpus.module import Corpus, Language, Module


def flags(line: str) -> tuple[str, ...]:
    return tuple(line.split())


def lines(text: str) -> list[str]:
    """Command lines with bars or ends of lines between them."""
    return [line.strip() for row in text.strip().splitlines() for line in row.split(" | ")]


@pytest.mark.parametrize(
    "line",
    lines("""
    -fplugin=x.so | -fpass-plugin=x.so | -fplugin-arg-a-b | -Xclang -load -Xclang x.so | -B . | -Bbin
    -Xclang -plugin -Xclang x | -Xclang -add-plugin -Xclang x | -Xclang=-load -Xclang=x.so
    -Xclang -fpass-plugin=x.so | -fno-integrated-as | -no-integrated-as | --prefix=bin
"""),
)
def test_what_loads_code_is_left_out_and_named(line: str) -> None:
    guarded = guard_flags(flags(f"-DA {line} -DB"))
    assert guarded.passed == ("-DA", "-DB")
    assert guarded.loading
    assert not guarded.refused


@pytest.mark.parametrize(
    "line",
    lines("""
    -foptimization-record-file=x | -fsave-optimization-record | -fsave-optimization-record=yaml
    -ftime-trace | -ftime-trace=x | -fstack-usage | -save-temps | -save-temps=obj | --save-temps
    -dependency-dot x | -Xclang -dependency-dot -Xclang x | -Xclang -stack-usage-file -Xclang x
    -Xclang -opt-record-file -Xclang x | -MD | -MF x | -MJ x | -MJx | -o x | --output=x | -dumpdir x
    -serialize-diagnostics x | -c | -S | -E | -fcrash-diagnostics-dir=x | -fproc-stat-report=x
    -gsplit-dwarf | -gsplit-dwarf=single | -gen-reproducer | -fmodules-cache-path=x | -fmodules
    -fmodule-output | -fmodule-output=x | -index-header-map | --coverage
    -Xclang -header-include-file -Xclang x | -Xclang -coverage-notes-file=x
    -Xclang -split-dwarf-file -Xclang x | -Xclang -diagnostic-log-file -Xclang x | -fuse-ld=x | -Wl,x
    -Wa,x | -Xlinker x | -emit-ast | --analyze | -mllvm -regalloc=basic | -mllvm -mlra-dump-columns=x
    -Xclang -emit-obj | -Xclang -ast-dump | -Xclang -O0 | -Xclang -O1 | -Xclang -Ofast
"""),
)
def test_what_writes_is_left_out_and_named(line: str) -> None:
    guarded = guard_flags(flags(f"-DA {line} -DB"))
    assert guarded.passed == ("-DA", "-DB")
    assert guarded.dropped
    assert not guarded.refused


@pytest.mark.parametrize(
    "line",
    lines("""
    -mllvm -info-output-file=x | -mllvm=-info-output-file=x | -mllvm -print-changed=dot-cfg
    -mllvm -load=x | -mllvm -inline-threshold=/x | -Xclang -mllvm -Xclang -info-output-file=x | -mllvm
    -D | -D @x | @x | --config=x | --config x | -specs x | -wrapper x | -working-directory x | -Wp,-MD,x
    -Xpreprocessor -MD | -Xarch_host -fplugin=x | -Xopenmp-target -x | -fopenmp-targets=x
    --offload-arch=x | -ccc-gcc-name x | -fbasic-block-sections=list=x | -fthin-link-bitcode=x
    -fthinlto-index=x | -fcodegen-data-generate=x | -fprofile-generate=x | -fprofile-instr-generate=x
    -fcs-profile-generate=x | --driver-mode=cl | -x cuda | --target=x | -target x
    -Xclang -triple -Xclang x | -Xclang -mlink-bitcode-file -Xclang x | a.c | - | -- a.c
    --hipspv-pass-plugin=x | -Xcuda-ptxas x
"""),
)
def test_what_nobody_can_pass_safely_fails_its_module(line: str) -> None:
    guarded = guard_flags(flags(line))
    assert guarded.refused
    assert "x" not in " ".join(guarded.passed)


@pytest.mark.parametrize(
    "line",
    lines("""
    -fanalyzer | -funknown-to-anybody | -fno-canonical-system-headers | -fsplit-paths
    -mindirect-branch-register | -fzero-init-padding-bits=all | -mmemcpy-strategy=rep_8byte:-1:noalign
    -Xclang -unknown
"""),
)
@pytest.mark.parametrize("is_trusted", [False, True])
def test_what_no_clang_knows_is_left_out_and_named(line: str, is_trusted: bool) -> None:
    guarded = guard_flags(flags(f"-DA {line} -DB"), is_trusted=is_trusted)
    assert guarded.passed == ("-DA", "-DB")
    assert guarded.unknown == guarded.left_out == (line.partition("=")[0],)
    assert not guarded.refused


@pytest.mark.parametrize("line", ["-m32", "-mx32", "-m16"])
@pytest.mark.parametrize("is_trusted", [False, True])
def test_code_for_another_machine_is_refused(line: str, is_trusted: bool) -> None:
    corpus, _ = guard_corpus(corpus_of(f"-DA {line}"), is_trusted=is_trusted)
    assert corpus.modules[0].refusal == f"its flags ask for another machine than the target: {line}"


@pytest.mark.parametrize(
    "line",
    lines("""
    -DX=1 | -D X | -UX | -Iinclude | -I /x | -isystem x | -include config.h | -std=c99 | -std=gnu++20
    -fPIC | -fno-strict-aliasing | -ffast-math | -ffp-contract=fast | -fvisibility=hidden | -pthread
    -mavx2 | -mno-sse | -msse4.2 | -mcmodel=large | -march=native | -fcf-protection=full | -mfpmath=sse
    -fsanitize=address,undefined | -Wno-implicit-int | -Wall | -g | -O1 | -nostdinc | -fopenmp
    -fpatchable-function-entry=16,16 | -mllvm -inline-threshold=3 | -Xclang -disable-llvm-passes | -ansi
    -ftrivial-auto-var-init=zero | -mstack-protector-guard=global | -fsanitize-ignorelist=x | -x c++
    -fmodule-map-file=x | -stdlib=libc++ | -fno-builtin-memcpy | -ivfsoverlay x | --param=x=1 | -fblocks
    -Xclang -target-feature -Xclang +avx2 | -mbranch-protection=standard | -fsplit-stack | -trigraphs
"""),
)
def test_what_makes_code_and_what_is_read_stays(line: str) -> None:
    guarded = guard_flags(flags(line))
    assert guarded.passed == flags(line)
    assert (*guarded.dropped, *guarded.loading, *guarded.refused) == ()


def test_who_trusts_a_corpus_passes_all_that_is_not_written() -> None:
    line = "-fplugin=x.so -mllvm -info-output-file=x -Xclang -load -Xclang y.so -save-temps --config=x"
    guarded = guard_flags(flags(line), is_trusted=True)
    assert guarded.passed == flags("-fplugin=x.so -mllvm -info-output-file=x --config=x -Xclang -load -Xclang y.so")
    assert guarded.dropped == ("-save-temps",)


def corpus_of(*flags_of_modules: str, path: str = "a.c") -> Corpus:
    modules = tuple(
        Module(
            corpus="c",
            path=PurePosixPath(path),
            root=Path("/c"),
            language=Language.C,
            license="MIT",
            flags=flags(line),
            variant=number,
        )
        for number, line in enumerate(flags_of_modules, 1)
    )
    return Corpus(name="c", license="MIT", root=Path("/c"), split=Split.TRAIN, modules=modules)


def test_what_is_left_out_is_counted() -> None:
    lines = ("-DA -fplugin=x.so -fsplit-paths", "-fplugin=y.so -save-temps -fsplit-paths", "-DC")
    corpus, notes = guard_corpus(corpus_of(*lines), is_trusted=False)
    assert [module.flags for module in corpus.modules] == [("-DA",), (), ("-DC",)]
    assert {module.refusal for module in corpus.modules} == {""}
    assert [" ".join(module.flags_left_out) for module in corpus.modules] == [
        "-fplugin= -fsplit-paths",
        "-fplugin= -fsplit-paths -save-temps",
        "",
    ]
    assert notes == (
        "corpus c: flags that decide no code are not passed: -save-temps (1 module)",
        "corpus c: flags that clang does not know are not passed: -fsplit-paths (2 modules)",
        "corpus c: flags that load code or start programs are not passed: -fplugin= (2 modules); "
        "--allow-build passes them",
    )


def test_a_module_that_cannot_be_compiled_safely_says_why() -> None:
    corpus, notes = guard_corpus(corpus_of("-DA -mllvm -info-output-file=/x\x1b[31m"), is_trusted=False)
    (module,) = corpus.modules
    assert module.refusal == (
        "flags that could load code or write files: -mllvm -info-output-file; --allow-build passes them"
    )
    assert notes == ()


@pytest.mark.parametrize("name", ["@words.c", "sub/@words.c", "-sub/@words.c"])
@pytest.mark.parametrize("is_trusted", [False, True])
def test_a_name_that_a_compiler_would_obey_is_refused(name: str, is_trusted: bool) -> None:
    corpus, _ = guard_corpus(corpus_of("-DA", path=name), is_trusted=is_trusted)
    assert "its name begins with" in corpus.modules[0].refusal


@pytest.mark.parametrize("word", ["-DA=\0", "-DA=\ud800", "-DA=" + "x" * 140_000])
@pytest.mark.parametrize("is_trusted", [False, True])
def test_words_that_no_process_can_be_given(word: str, is_trusted: bool) -> None:
    guarded = guard_flags(("-DB", word, "-D", word, "-Xclang", word), is_trusted=is_trusted)
    assert guarded.passed == ("-DB",)
    assert len(guarded.refused) == 2


def test_more_words_than_a_process_can_be_given() -> None:
    corpus, _ = guard_corpus(corpus_of(" ".join(["-DA=" + "x" * 100_000] * 12)), is_trusted=True)
    assert corpus.modules[0].flags == ()
    assert corpus.modules[0].refusal == "its flags have more than 1,048,576 characters"


def test_what_a_terminal_would_obey_is_not_shown() -> None:
    guarded = guard_flags(("-\x1b[31mred\x07",))
    assert guarded.unknown == ("-?[31mred?",)


def test_our_own_manifests_pass_as_they_are() -> None:
    for manifest in load_catalog().manifests.values():
        rules = manifest.modules
        for line in (rules.flags, *(target.flags for target in rules.targets.values())):
            assert guard_flags(line).passed == line, manifest.name
