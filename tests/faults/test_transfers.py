"""Large files against the real web: a client that others wrote, and processes that are killed at a random byte."""

import hashlib
import http.client
import random
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from tusclient.client import TusClient

from submissions.models.upload import place_of
from submissions.tus import BODY_TYPE
from tests.living_site import free_port
from tests.load.web import Web, large_pdf, running_web

pytestmark = pytest.mark.processes
MIB = 1 << 20


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    with running_web(tmp_path_factory.mktemp("web") / "data", free_port()) as running:
        yield running


def kept(web: Web, sha256: str) -> str:
    """The hash of what is kept under a hash."""
    return hashlib.sha256((web.data_dir / "files" / place_of(sha256)).read_bytes()).hexdigest()


@pytest.mark.parametrize("checksum", [False, True], ids=["plain", "with checksums"])
def test_a_tus_client_that_others_wrote_sends_stops_and_goes_on(web: Web, tmp_path: Path, checksum: bool):
    source = tmp_path / f"tuspy-{checksum}.pdf"
    sha256 = large_pdf(source, 3 * MIB + checksum)
    client = TusClient(web.endpoint, headers=web.headers)
    told = {"filename": source.name, "wanted": web.scene["wanted"], "replaces": ""}
    first = client.uploader(str(source), chunk_size=MIB, metadata=told, upload_checksum=checksum)
    first.upload(stop_at=MIB)
    second = client.uploader(str(source), chunk_size=MIB // 2, url=first.url, upload_checksum=checksum)
    assert second.offset == MIB
    second.upload()
    assert second.offset == second.get_file_size()
    assert kept(web, sha256) == sha256


@pytest.mark.parametrize("seed", range(3))
def test_killed_at_a_random_byte_it_goes_on_and_the_hash_is_equal(web: Web, tmp_path: Path, seed: int):
    source = tmp_path / f"killed-{seed}.pdf"
    sha256 = large_pdf(source, 24 * MIB + seed)
    content = source.read_bytes()
    path = web.begin(source.name, len(content))
    dice = random.Random(seed)
    for _turn in range(3):
        offset = web.reached(path)
        send_and_kill(web, path, content, offset, fatal=dice.randrange(1, len(content) - offset))
        web.start()
    offset = web.reached(path)
    assert offset < len(content)
    answer = web.ask("PATCH", path, content[offset:], Content_Type=BODY_TYPE, Upload_Offset=str(offset))
    assert answer.status == 204
    assert kept(web, sha256) == sha256
    assert web.reached(path) == len(content)


def send_and_kill(web: Web, path: str, content: bytes, offset: int, *, fatal: int) -> None:
    """Send the rest, and kill -9 the web as soon as `fatal` bytes of it have left."""
    connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=60)
    connection.putrequest("PATCH", path)
    told = {"Tus-Resumable": "1.0.0", "Content-Type": BODY_TYPE, "Upload-Offset": str(offset), **web.headers}
    for name, value in {**told, "Content-Length": str(len(content) - offset)}.items():
        connection.putheader(name, value)
    connection.endheaders()
    with suppress(OSError):
        connection.send(content[offset : offset + fatal])
        killer = threading.Thread(target=web.kill)
        killer.start()
        connection.send(content[offset + fatal :])
    killer.join()
    connection.close()
