"""A wheel of the repository in an environment of its own: what a user gets, without the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledWheel:
    """`python` is the environment's; `site` the folder that holds the package and nothing of the checkout."""

    python: Path
    site: Path

    def run(self, *words: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
        """The environment's Python with these words; nothing of this test's own Python is in its environment."""
        env = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
        command = [str(self.python), *map(str, words)]
        return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, timeout=600)


def install_wheel(folder: Path) -> InstalledWheel:
    """Builds and installs into `folder`. The dependencies are those of this test's own environment."""
    pip = [sys.executable, "-m", "pip"]
    subprocess.run([*pip, "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(REPOSITORY)], check=True)
    (wheel,) = folder.glob("*.whl")
    environment = folder / "environment"
    venv.create(environment, with_pip=False)
    site = next((environment / "lib").glob("python3*/site-packages"))
    subprocess.run([*pip, "install", "--quiet", "--no-deps", "--target", str(site), str(wheel)], check=True)
    own = [path for path in sys.path if path.endswith("site-packages")]
    (site / "dependencies.pth").write_text("\n".join(own) + "\n")
    return InstalledWheel(python=environment / "bin" / "python", site=site)
