"""The shipped vocabularies know what users' code names and no package of theirs does."""

from __future__ import annotations

import pytest

from rl4real_data.mir2vec.vocabulary_file import read_vocabulary, vocabulary_path

NAMED = {
    "x86": (
        *("PTILEZEROV", "PTDPBSSDV", "TILEZERO", "TCMMRLFP", "TDPHF"),  # AMX
        *(
            "VADDPSZrmbkz",
            "VADDPSZrrk",
            "VMOVUPSZrm",
            "VPERMPSZrr",
            "VMULPHZrr",
            "VPCMPDZrrik",
            "VFMADD",
            "VPDPBSSDrm",
        ),  # masks, FP16, VNNI
        *("VSHA", "VSM", "VAESENCZrr", "VGF", "VMINMAXPSZ", "LOCK_ADD", "CMPCCXADDmr", "UMWAIT", "RDSSPQ"),
    ),
    "aarch64": ("CASALX", "FMOPA_MPPZZ_S", "AESErr", "FMLA_ZPmZZ_S", "BFMMLA"),
}


@pytest.mark.parametrize("target", list(NAMED))
def test_instructions_that_are_asked_for_by_name(target: str) -> None:
    vocabulary = read_vocabulary(vocabulary_path(target))
    assert [name for name in NAMED[target] if vocabulary.opcode_row(name) < 0] == []
