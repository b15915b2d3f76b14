"""The words of NVIDIA's compiler driver, nvcc, as those of the host's compiler that it starts for C and C++."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

_TO_HOST: Final = ("-Xcompiler", "--compiler-options")
_WITH_VALUE: Final = frozenset(
    {
        *("-ccbin", "--compiler-bindir", "-arch", "--gpu-architecture", "-code", "--gpu-code", "-gencode"),
        *("--generate-code", "-maxrregcount", "--maxrregcount", "-Xptxas", "--ptxas-options", "-Xnvlink"),
        *("--nvlink-options", "-Xlinker", "--linker-options", "-Xcudafe", "--cudafe-options", "-Xarchive"),
        *("--archive-options", "-odir", "--output-directory", "-t", "--threads", "-keep-dir", "--keep-dir", "-cudart"),
        *("--cudart", "-opt-info", "--opt-info", "-diag-suppress", "--diag-suppress", "-diag-error", "--diag-error"),
        *("-rdc", "--relocatable-device-code", "-default-stream", "--default-stream", "-o", "--output-file"),
    }
)
_WITHOUT_VALUE: Final = frozenset(
    {
        *("-dc", "--device-c", "-dw", "--device-w", "-dlink", "-G", "--device-debug", "-lineinfo", "-keep", "--keep"),
        *("-forward-unknown-to-host-compiler", "--forward-unknown-to-host-compiler", "-lto", "-dlto", "-noprof"),
        *("-forward-unknown-opts", "--forward-unknown-opts", "-extended-lambda", "-expt-relaxed-constexpr"),
        *("--extended-lambda", "--expt-relaxed-constexpr", "--expt-extended-lambda", "-expt-extended-lambda"),
        *("-use_fast_math", "--use_fast_math", "-restrict", "--restrict", "-dryrun", "--dryrun", "-ewp"),
        *("--ptx", "-ptx"),
    }
)
_LONG: Final = {
    "--define-macro": "-D",
    "--undefine-macro": "-U",
    "--include-path": "-I",
    "--system-include": "-isystem",
    "--pre-include": "-include",
    "--std": "-std=",
    "-std": "-std=",
}
_CUDA: Final = {"cu": "cuda"}


def words_of_nvcc(words: Sequence[str]) -> list[str]:
    """The words after nvcc that its host compiler is given, or would be."""
    return list(_translated(iter(words)))


def _translated(words: Iterator[str]) -> Iterator[str]:
    for word in words:
        name, equals, value = word.partition("=")
        if name in _TO_HOST:
            yield from (value if equals else next(words, "")).split(",")
        elif name in _WITH_VALUE:
            if not equals:
                next(words, "")
        elif name in _LONG:
            value = value if equals else next(words, "")
            kind = _LONG[name]
            yield from (kind, value) if kind in ("-isystem", "-include") else (kind + value,)
        elif word == "-x":
            language = next(words, "")
            yield from ("-x", _CUDA.get(language, language))
        elif word not in _WITHOUT_VALUE:
            yield word
