"""Prints what to install for the unit tests: the package's dependencies and the packages that are named.

`requirements.py [--oldest] NAME...`: with --oldest the oldest releases that pyproject.toml allows.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

ALLOWS = re.compile(r"([\w.-]+)(\[[\w,]+\])?>=([\d.]+)")


def main(words: list[str]) -> None:
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    listed = [line for lines in project["optional-dependencies"].values() for line in lines]
    known = {match[1]: match for line in listed if (match := ALLOWS.fullmatch(line))}
    own = [match for line in project["dependencies"] if (match := ALLOWS.fullmatch(line))]
    if len(own) != len(project["dependencies"]):
        sys.exit("a dependency in pyproject.toml is not of the form name>=release")
    relation = "==" if "--oldest" in words else ">="
    for name, extras, release in (match.groups(default="") for match in own + [known[n] for n in words if n in known]):
        print(f"{name}{extras}{relation}{release}")
    if unknown := [word for word in words if word not in known and word != "--oldest"]:
        sys.exit(f"not in pyproject.toml: {', '.join(unknown)}")


if __name__ == "__main__":
    main(sys.argv[1:])
