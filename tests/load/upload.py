"""What a large upload costs: `python -m tests.load.upload [MB]`.

The worker's resident memory before and at its peak, and the rate as a share of what the same disk takes when one process
writes the same bytes and waits for them once (so that the share holds on any machine). Twice: in one request, as scripts
send, and in requests of one piece, as our page sends. Run it on a machine that does nothing else.
"""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from submissions.tus import BODY_TYPE, PIECE
from tests.living_site import free_port
from tests.load.web import Web, large_pdf, running_web

MIB = 1 << 20


def main() -> None:
    size = int(sys.argv[1] if len(sys.argv) > 1 else 500) * MIB
    folder = Path(tempfile.mkdtemp(prefix="upload-", dir=os.environ.get("DATA_DIR")))
    try:
        source = folder / "source.pdf"
        sha256 = large_pdf(source, size)
        with running_web(folder / "data", free_port()) as web:
            for name, send in (("one request", in_one), ("pieces", in_pieces)):
                disk = max(disk_rate(source, folder / "copy", size) for _turn in range(3))
                measure(web, name, send, source, sha256, disk)
    finally:
        shutil.rmtree(folder)


def measure(web: Web, name: str, send: Callable[..., None], source: Path, sha256: str, disk: float) -> None:
    size = source.stat().st_size
    for pid in web.workers():
        Path(f"/proc/{pid}/clear_refs").write_text("5")  # the peak is counted from here
    before = resident(web, "VmRSS")
    processor = spent(web)
    path = web.begin(f"{name}.pdf", size)
    began = time.monotonic()
    send(web, path, source, size)
    rate = size / MIB / (time.monotonic() - began)
    kept = next((web.data_dir / "files" / "sha256").rglob(sha256))
    assert kept.stat().st_size == size, "it did not arrive"
    kept.unlink()
    print(
        f"{name:<12} {size // MIB} MB: {rate:6.0f} MB/s, {rate / disk:4.2f} of the disk's {disk:.0f} MB/s; "
        f"worker {before:.0f} → {resident(web, 'VmHWM'):.0f} MB resident; "
        f"{(spent(web) - processor) * 1000 / (size / MIB):.1f} ms of processor per MB"
    )


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


def resident(web: Web, field: str) -> float:
    """MB of the process that serves."""
    for line in Path(f"/proc/{web.workers()[-1]}/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) / 1024
    raise AssertionError(field)


def spent(web: Web) -> float:
    """Seconds of processor time of the web's processes."""
    ticks = 0
    for pid in web.workers():
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
