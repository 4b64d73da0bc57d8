"""What a large upload costs: `python -m tests.load.upload [MB]`.

The worker's resident memory before and at its peak, and the rate as a share of what the same disk takes when one process
writes the same bytes and waits for them once (so that the share holds on any machine). Twice: in one request, as scripts
send, and in requests of one piece, as our page sends; and beside them what the server alone takes (`tests.load.bare`), which
no application can save. Several turns, because disks are moody. Run it on a machine that does nothing else.
"""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from submissions.tus import BODY_TYPE, PIECE
from tests.living_site import free_port
from tests.load.bare import running_bare
from tests.load.web import Web, large_pdf, running_web

MIB = 1 << 20
TURNS = 3


@dataclass(frozen=True)
class Cost:
    """Of one upload: MB/s, MB resident before and at the peak, milliseconds of processor per MB."""

    rate: float
    before: float
    peak: float
    processor: float

    def __str__(self) -> str:
        return (
            f"{self.rate:5.0f} MB/s, {self.before:.0f} → {self.peak:.0f} MB resident, "
            f"{self.processor:.1f} ms of processor per MB"
        )


def main() -> None:
    size = int(sys.argv[1] if len(sys.argv) > 1 else 500) * MIB
    folder = Path(tempfile.mkdtemp(prefix="upload-", dir=os.environ.get("DATA_DIR")))
    try:
        source = folder / "source.pdf"
        sha256 = large_pdf(source, size)
        with running_web(folder / "data", free_port()) as web, running_bare(folder / "bare", free_port()) as bare:
            for turn in range(TURNS):
                disk = disk_rate(source, folder / "copy", size)
                print(f"turn {turn + 1}: the disk takes {disk:.0f} MB/s")
                for name, cost in (
                    ("bare server", measured(bare.workers(), size, lambda: bare.take(source, size))),
                    ("one request", arriving(web, "one.pdf", in_one, source, sha256)),
                    ("pieces", arriving(web, "pieces.pdf", in_pieces, source, sha256)),
                ):
                    print(f"  {name:<12} {cost}, {cost.rate / disk:.2f} of the disk")
    finally:
        shutil.rmtree(folder)


def measured(workers: list[int], size: int, send: Callable[[], None]) -> Cost:
    """What it costs these processes, the last of which serves."""
    for pid in workers:
        Path(f"/proc/{pid}/clear_refs").write_text("5")  # the peak is counted from here
    before, spent_before, began = resident(workers, "VmRSS"), spent(workers), time.monotonic()
    send()
    took = time.monotonic() - began
    processor = (spent(workers) - spent_before) * 1000 / (size / MIB)
    return Cost(size / MIB / took, before, resident(workers, "VmHWM"), processor)


def arriving(web: Web, name: str, send: Callable[..., None], source: Path, sha256: str) -> Cost:
    """An upload to the portal, which must then be there whole."""
    size = source.stat().st_size
    path = web.begin(name, size)
    cost = measured(web.workers(), size, lambda: send(web, path, source, size))
    kept = next((web.data_dir / "files" / "sha256").rglob(sha256))
    assert kept.stat().st_size == size, "it did not arrive"
    kept.unlink()
    return cost


def in_one(web: Web, path: str, source: Path, size: int) -> None:
    with source.open("rb") as body:
        answer = web.ask("PATCH", path, body, Content_Type=BODY_TYPE, Upload_Offset="0", Content_Length=str(size))
    assert answer.status == 204, answer.body  # type: ignore[attr-defined]


def in_pieces(web: Web, path: str, source: Path, size: int) -> None:
    with source.open("rb") as file:
        for offset in range(0, size, PIECE):
            answer = web.ask("PATCH", path, file.read(PIECE), Content_Type=BODY_TYPE, Upload_Offset=str(offset))
            assert answer.status == 204, answer.body  # type: ignore[attr-defined]


def disk_rate(source: Path, target: Path, size: int) -> float:
    """MB/s of one process that writes the bytes and waits for the disk at the end."""
    piece = source.read_bytes()[: 4 * MIB]
    began = time.monotonic()
    with target.open("wb") as file:
        for _turn in range(size // len(piece)):
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    rate = size / MIB / (time.monotonic() - began)
    target.unlink()
    return rate


def resident(workers: list[int], field: str) -> float:
    """MB of the process that serves."""
    for line in Path(f"/proc/{workers[-1]}/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) / 1024
    raise AssertionError(field)


def spent(workers: list[int]) -> float:
    """Seconds of processor time of these processes."""
    ticks = 0
    for pid in workers:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
