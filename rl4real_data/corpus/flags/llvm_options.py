"""The options of LLVM itself (`-mllvm`) that a corpus may set.

LLVM's option parser tells neither what an option is for nor whether a value names a file: hundreds of the 3,000 print,
dump, write or load something. So these few are named: numbers, switches and words that decide code.
"""

from __future__ import annotations

import re
from typing import Final

_OURS: Final = ("-regalloc=", "-mlra", "-thinlto-assume-merged")

KNOWN: Final = frozenset(
    {
        *("inline-threshold", "inlinehint-threshold", "inlinecold-threshold", "inline-cold-callsite-threshold"),
        *("enable-partial-inlining", "hot-cold-split", "import-instr-limit", "import-all-index"),
        *("unroll-threshold", "unroll-count", "unroll-max-count", "unroll-runtime", "unroll-allow-partial"),
        *("unroll-partial-threshold", "enable-unroll-and-jam", "enable-loopinterchange", "enable-loop-distribute"),
        *("enable-loop-flatten", "enable-loop-versioning-licm", "rotation-max-header-size", "disable-licm-promotion"),
        *("force-vector-width", "force-vector-interleave", "vectorizer-min-trip-count", "vectorize-slp"),
        *(
            "slp-threshold",
            "slp-vectorize-hor",
            "slp-max-reg-size",
            "slp-min-reg-size",
            "enable-epilogue-vectorization",
        ),
        *("enable-gvn-hoist", "enable-gvn-sink", "enable-newgvn", "enable-load-pre", "enable-dfa-jump-thread"),
        *("jump-threading-threshold", "phi-node-folding-threshold", "two-entry-phi-node-folding-threshold"),
        *("instcombine-lower-dbg-declare", "instcombine-code-sinking", "enable-knowledge-retention"),
        *(
            "memdep-block-scan-limit",
            "memdep-block-number-limit",
            "dse-memoryssa-walklimit",
            "licm-control-flow-hoisting",
        ),
        *("split-threshold-for-reg-with-hint", "enable-shrink-wrap", "enable-machine-outliner", "enable-ipra"),
        *("enable-misched", "enable-post-misched", "misched-postra", "enable-tail-merge", "tail-merge-threshold"),
        *("tail-dup-size", "tail-dup-placement", "tail-dup-placement-threshold", "disable-early-taildup"),
        *("align-all-functions", "align-all-blocks", "align-all-nofallthru-blocks", "align-loops"),
        *("x86-branches-within-32B-boundaries", "x86-align-branch-boundary", "x86-pad-max-prefix-size"),
        *("x86-cmov-converter", "x86-early-ifcvt", "x86-asm-syntax", "x86-speculative-load-hardening"),
        *("aarch64-enable-ldst-opt", "aarch64-enable-ccmp", "aarch64-enable-early-ifcvt", "aarch64-enable-gep-opt"),
        *("aarch64-enable-global-merge", "global-merge-max-offset", "min-jump-table-entries", "max-jump-table-size"),
        *("disable-lsr", "disable-cgp", "disable-block-placement", "disable-branch-fold", "disable-machine-licm"),
        *(
            "disable-machine-sink",
            "disable-machine-cse",
            "disable-peephole",
            "disable-early-ifcvt",
            "disable-tail-calls",
        ),
        *("asan-stack", "asan-globals", "asan-mapping-offset", "asan-instrumentation-with-call-threshold"),
        *("asan-instrument-dynamic-allocas", "asan-kernel-mem-intrinsic-prefix", "asan-use-after-scope"),
        *("hwasan-instrument-stack", "hwasan-use-short-granules", "hwasan-inline-all-checks", "hwasan-use-after-scope"),
        *("tsan-instrument-func-entry-exit", "tsan-instrument-read-before-write", "tsan-distinguish-volatile"),
        *("tsan-compound-read-before-write", "msan-disable-checks", "sanitizer-coverage-level"),
        *("wholeprogramdevirt-branch-funnel-threshold", "fp-contract"),
    }
)
_SETTING: Final = re.compile(r"--?([\w-]+)(=[\w+-]*)?")


def is_ours(word: str) -> bool:
    """True for what the recipe decides, whatever a corpus says: the allocator and what is recorded."""
    return word.replace("--", "-", 1).startswith(_OURS)


def is_known(word: str) -> bool:
    """True for a setting that a corpus may make; its value is a number, a switch or a plain word."""
    match = _SETTING.fullmatch(word)
    return match is not None and match[1] in KNOWN
