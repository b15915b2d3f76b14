"""Fails unless two dumps hold the same problems and outcomes.

same.py DUMP DUMP [FIELD ...]; the fields named are not compared.
"""

import sys

from records import differences, read


def main():
    first, second, *ignored = sys.argv[1:]
    ones, others = read(first), read(second)
    if len(ones) != len(others):
        raise SystemExit(f"{len(ones)} functions, and {len(others)}")
    for one, other in zip(ones, others, strict=True):
        if different := differences(one, other, ignored):
            raise SystemExit(f"{one['function']}: {', '.join(different)}")


main()
