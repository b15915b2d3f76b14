"""Languages of inputs that are not compiled.

What a build or a folder names beside C, C++ and LLVM IR is counted with its language, under clang's names (`-x`).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class OtherLanguage(StrEnum):
    """What a module is written in that is not compiled; the value is clang's name for it."""

    ADA = "ada"
    ASSEMBLER = "assembler"
    ASSEMBLER_WITH_CPP = "assembler-with-cpp"
    CUDA = "cuda"
    CXX_MODULE_OUTPUT = "c++-module-cpp-output"
    FORTRAN = "f95"
    HIP = "hip"
    HLSL = "hlsl"
    OBJECT = "object"
    OBJECTIVE_C = "objective-c"
    OBJECTIVE_CXX = "objective-c++"
    OPENCL = "cl"
    OPENCL_CXX = "clcpp"
    UNKNOWN = "none"


_SUFFIXES: Final = {
    OtherLanguage.ADA: (".adb", ".ads"),
    OtherLanguage.ASSEMBLER: (".asm", ".s"),
    OtherLanguage.ASSEMBLER_WITH_CPP: (".S", ".spp", ".sx"),
    OtherLanguage.CUDA: (".cu", ".cui"),
    OtherLanguage.CXX_MODULE_OUTPUT: (".iim",),
    OtherLanguage.FORTRAN: (".F", ".F90", ".F95", ".FOR", ".f", ".f03", ".f08", ".f77", ".f90", ".f95", ".for", ".ftn"),
    OtherLanguage.HIP: (".hip", ".hipi"),
    OtherLanguage.HLSL: (".hlsl",),
    OtherLanguage.OBJECT: (".a", ".lib", ".lo", ".o", ".obj", ".rlib"),
    OtherLanguage.OBJECTIVE_C: (".m", ".mi"),
    OtherLanguage.OBJECTIVE_CXX: (".M", ".mii", ".mm"),
    OtherLanguage.OPENCL: (".cl",),
    OtherLanguage.OPENCL_CXX: (".clcpp",),
}
OTHER_LANGUAGE_OF_SUFFIX: Final = {suffix: language for language, group in _SUFFIXES.items() for suffix in group}

_LANGUAGE_OF_WORD: Final = {
    **{language.value: language for language in OtherLanguage},
    "cuda-cpp-output": OtherLanguage.CUDA,
    "hip-cpp-output": OtherLanguage.HIP,
    "objective-c-cpp-output": OtherLanguage.OBJECTIVE_C,
    "objc-cpp-output": OtherLanguage.OBJECTIVE_C,
    "objective-c++-cpp-output": OtherLanguage.OBJECTIVE_CXX,
    "objc++-cpp-output": OtherLanguage.OBJECTIVE_CXX,
    **dict.fromkeys(("f77", "f77-cpp-input", "f95-cpp-input"), OtherLanguage.FORTRAN),
}


def other_language(stated: str, suffix: str) -> OtherLanguage:
    """That of an input whose language is none of ours: as `-x` states it, or else as its suffix tells."""
    if stated:
        return _LANGUAGE_OF_WORD.get(stated, OtherLanguage.UNKNOWN)
    return OTHER_LANGUAGE_OF_SUFFIX.get(suffix, OtherLanguage.UNKNOWN)


def why_not_compiled(language: OtherLanguage) -> str:
    """The reason, one for all inputs of the language."""
    if language is OtherLanguage.OBJECT:
        return "object code without bitcode"
    if language is OtherLanguage.UNKNOWN:
        return "no C, C++ or LLVM IR"
    return f"no C, C++ or LLVM IR but {language}"
