"""Every number of JUDGING.md §10, one after the other: `python -m tests.load.numbers`.

Assignments (`tests.load.assignment`), scores and statistics (`tests.load.statistics`), and the verifier
(`tests.load.tampering`), each in a process of its own. The exit code is 1 where one number is not met. Takes some ten minutes on
a machine that does nothing else.
"""

import subprocess
import sys

PARTS = ("assignment", "statistics", "tampering")


def main() -> int:
    ended = []
    for part in PARTS:
        print(f"── {part}", flush=True)
        ended.append(subprocess.run([sys.executable, "-m", f"tests.load.{part}"], check=False).returncode)
    return max(ended)


if __name__ == "__main__":
    sys.exit(main())
