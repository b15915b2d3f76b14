"""Makes docs/scorecard.md: LLVM's own allocators, and the policies that are given, over held-out code.

    make scorecard SCORECARD_ARGS="--policy advice.onnx --tries 5 --training 'advice: 4 h on 2 cores'"

Evaluations lie in build/scorecard/ as JSON; one that is there is not made again.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rl4real_data.core.targets import TargetName
from rl4real_data.evaluation.score_card import Notes, render_score_card
from rl4real_data.improve.candidate_pool import SETTINGS
from rl4real_data.live.policy_choice import SHIPPED

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "scorecard.md"
PROGRAM = Path(sys.executable).with_name("rl4real-data")


def main() -> None:
    options = read_options()
    options.folder.mkdir(parents=True, exist_ok=True)
    evaluations = [evaluation for target in options.target for evaluation in evaluate_all(target, options)]
    notes = Notes(hardware=options.hardware, training=options.training)
    options.out.write_text(render_score_card(evaluations, notes), "utf-8")
    print(f"wrote {options.out}", file=sys.stderr)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Makes docs/scorecard.md.")
    parser.add_argument("--policy", action="append", default=[], help="a row; may repeat; TARGET in it is the target")
    parser.add_argument("--tries", type=int, default=1, help="a second row for each ONNX file, with so many tries")
    parser.add_argument("--labels", default="", help="DATA_DIR with labels; TARGET in it is the target")
    parser.add_argument("--corpus", action="append", default=[], help="as for evaluate; may repeat")
    parser.add_argument("--target", action="append", default=[], help="may repeat; both if none is named")
    parser.add_argument("--limit", type=int, help="only the first modules")
    parser.add_argument("--run", action="store_true", help="run benchmarks, too, for this machine's target")
    parser.add_argument("--no-times", action="store_true", help="leave processor times out")
    parser.add_argument("--hardware", default="", help="of the times, in words")
    parser.add_argument("--training", action="append", default=[], help="of a policy, in words; may repeat")
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "scorecard", help="of the evaluations")
    parser.add_argument("--out", type=Path, default=PAGE)
    options = parser.parse_args()
    options.target = options.target or list(TargetName)
    return options


def evaluate_all(target: str, options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """LLVM's own first, then each policy."""
    settings = [word for _, option, value in SETTINGS for word in ("--set", f"{option}={value}")]
    labels = ["--labels", options.labels.replace("TARGET", target)] if options.labels else []
    yield evaluate("greedy", target, options, [*settings, *labels])
    for policy in options.policy:
        word = policy.replace("TARGET", target)
        yield evaluate(word, target, options, ["--no-others"])
        if options.tries > 1 and (word.endswith(".onnx") or word == SHIPPED):
            yield evaluate(word, target, options, ["--no-others", "--tries", str(options.tries)])


def evaluate(policy: str, target: str, options: argparse.Namespace, more: list[str]) -> dict[str, Any]:
    name = "-".join([target, Path(policy).stem, *(word for word in more if word.isdigit())])
    path = options.folder / f"{name}.json"
    if not path.exists():
        command = [
            *(str(PROGRAM), "evaluate", policy, "--target", target, *more, "--json", str(path)),
            *(word for corpus in options.corpus for word in ("--corpus", corpus)),
            *(["--limit", str(options.limit)] if options.limit else []),
            *(["--run"] if options.run and target == TargetName.X86 else []),
            *(["--no-times"] if options.no_times else []),
        ]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


if __name__ == "__main__":
    main()
