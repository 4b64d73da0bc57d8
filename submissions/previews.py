"""Pages of a PDF as pictures, drawn in a process of its own: `python -m submissions.previews SOURCE FOLDER`.

A PDF is a program that somebody else wrote. So it is opened where memory and time are bounded and where a crash takes
nobody along; what cannot be drawn has no picture, and that is all. Prints JSON: {"pages": …, "pictures": …}.
"""

import json
import resource
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

MOST_PICTURES = 12
WIDTH, MOST_HEIGHT = 900, 1800
SECONDS = 60
MEMORY = 2 << 30


@dataclass(frozen=True)
class Drawn:
    """How many pages there are, if that could be seen, and how many were drawn."""

    pages: int | None
    pictures: int


def draw(source: Path, folder: Path) -> Drawn:
    """Draw the first pages into `folder`: 1.webp, 2.webp …"""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "submissions.previews", str(source), str(folder)],
            cwd=Path(__file__).resolve().parent.parent,
            capture_output=True,
            timeout=SECONDS * 2,
            check=True,
        )
        return Drawn(**json.loads(done.stdout))
    except (subprocess.SubprocessError, ValueError, TypeError):
        return Drawn(pages=None, pictures=0)


def _draw_all(source: str, folder: Path) -> Drawn:
    import pypdfium2

    document = pypdfium2.PdfDocument(source)
    drawn = 0
    for number in range(min(len(document), MOST_PICTURES)):
        page = document[number]
        width, height = page.get_size()
        if not (width > 0 and height > 0):
            break
        scale = min(WIDTH / width, MOST_HEIGHT / height)
        page.render(scale=scale).to_pil().convert("RGB").save(folder / f"{number + 1}.webp", quality=80)
        drawn += 1
    return Drawn(pages=len(document), pictures=drawn)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    print(json.dumps(_draw_all(sys.argv[1], Path(sys.argv[2])).__dict__))
