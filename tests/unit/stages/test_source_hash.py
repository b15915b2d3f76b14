"""The hash of a source is the same wherever its project lies."""

from __future__ import annotations

import hashlib
from pathlib import Path, PurePosixPath

from rl4real_data.corpus.module import Language, Module
from rl4real_data.corpus.places import Place
from rl4real_data.corpus.whereabouts import Whereabouts
from rl4real_data.stages.part import FileHashes
from rl4real_data.stages.source_hash import source_sha256


def hash_of(
    root: Path,
    text: str | None,
    *,
    has_places: bool = True,
    language: Language = Language.C,
    whereabouts: Whereabouts | None = None,
) -> str:
    root.mkdir(parents=True, exist_ok=True)
    if text is not None:
        (root / "unity.c").write_text(text)
    places = (Place(name=".", path=root), Place(name="/elsewhere/lib", path=root.parent / "lib"))
    module = Module(
        corpus="toy",
        path=PurePosixPath("unity.c"),
        root=root,
        language=language,
        license="MIT",
        places=places if has_places else (),
        whereabouts=whereabouts,
    )
    return source_sha256(module, FileHashes())


def plain(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_folders_count_under_the_names_of_the_corpus(tmp_path: Path) -> None:
    expected = plain('#include "/project/a.c"\n#include </elsewhere/lib/b.h>\n')
    for top in (tmp_path / "one", tmp_path / "other" / "deep"):
        text = f'#include "{top}/src/a.c"\n#include <{top}/lib/b.h>\n'
        assert hash_of(top / "src", text) == expected


def test_folder_of_ones_own_counts_as_its_place_without_a_database(tmp_path: Path) -> None:
    """What its build has left in it names others by where they lie, too. A shipped corpus lies in no project."""
    own, shipped = Whereabouts(word="."), Whereabouts(word="zlib", is_shipped=True)
    for top in (tmp_path / "one", tmp_path / "other" / "deep"):
        text = f'#include "{top}/src/a.c"\n'
        expected = plain('#include "/project/src/a.c"\n')
        assert hash_of(top, text, has_places=False, whereabouts=own) == expected
        assert hash_of(top, text, has_places=False, whereabouts=shipped) == plain(text)


def test_what_names_no_folder_is_hashed_as_it_is(tmp_path: Path) -> None:
    text = '#include "a.c"\nint x;\r\n'
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "unity.c").write_bytes(text.encode())
        assert hash_of(tmp_path / folder, None) == plain(text)
    named = f"// {tmp_path}/three"
    assert hash_of(tmp_path / "three", named, has_places=False) == plain(named)
    assert hash_of(tmp_path / "three", named, language=Language.IR) == plain(named)
    (tmp_path / "three/unity.c").unlink()
    assert hash_of(tmp_path / "three", None) == ""
