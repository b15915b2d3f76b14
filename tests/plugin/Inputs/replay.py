"""Fails unless llc takes the MIR text of every record back and gives the same problem and outcome again.

replay.py LLC PLUGIN DUMP [ALLOCATOR]; writes next to the dump.
"""

import subprocess
import sys
from pathlib import Path

from records import differences, read

STARTS = {"mlra": "greedy", "mlbasicra": "regallocbasic"}
PLACE = ("function_id",)  # says where the function lay in its module; it is alone now


def replay(llc, plugin, allocator, record, scratch):
    text, dump = scratch.with_suffix(".replay.mir"), scratch.with_suffix(".replay.ndjson")
    text.write_text(record["mir"], encoding="utf-8")
    command = [llc, f"-load={plugin}", f"-regalloc={allocator}", f"-start-before={STARTS[allocator]}", "-mlra-verify"]
    command += ["-verify-machineinstrs", f"-mlra-dump={dump}", "-mlra-dump-mir", str(text), "-o", "/dev/null"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode or done.stderr:
        raise SystemExit(f"{record['function']}: {done.stderr}\n{record['mir']}")
    (again,) = read(dump)
    name = () if record["function"] else ("function",)  # one without a name got one
    if different := differences(record, again, PLACE + name):
        detail = [f"{key}: {record[key]} became {again[key]}" for key in different]
        raise SystemExit(f"{record['function']}: " + "\n".join(detail))


def main():
    llc, plugin, dump, *rest = sys.argv[1:]
    records = read(dump)
    for record in records:
        replay(llc, plugin, rest[0] if rest else "mlra", record, Path(dump))
    print(f"{len(records)} functions replayed")


main()
