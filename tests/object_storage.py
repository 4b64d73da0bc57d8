"""A real S3 server (SeaweedFS, from its wheel) with one bucket, for as long as somebody needs it."""

import json
import shutil
import subprocess
import sysconfig
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import boto3
from botocore.client import Config
from botocore.exceptions import BotoCoreError, ClientError

from portal.environment import Bucket
from tests.living_site import free_port

STARTING = 60.0
ATTEMPTS = 3


@contextmanager
def running_bucket(folder: Path) -> Iterator[Bucket]:
    """The server is gone afterwards, and so is what it kept."""
    for attempt in range(ATTEMPTS):
        home = folder / str(attempt)
        bucket, server = _start(home)
        try:
            if _is_ready(bucket, server):
                yield bucket
                return
        finally:
            server.kill()
            server.wait()
            said = (home / "log").read_text(errors="replace")[-3000:]
            shutil.rmtree(home, ignore_errors=True)
    raise AssertionError(f"the S3 server did not start\n{said}")


def _start(folder: Path) -> tuple[Bucket, subprocess.Popen]:
    """A server on ports that were free a moment ago; another program may take one first."""
    binary = Path(sysconfig.get_path("scripts")) / "weed"
    bucket = Bucket(f"http://127.0.0.1:{_port_with_grpc()}", "files", "key", "secret/+", "us-east-1")
    folder.mkdir(parents=True)
    identity = {"accessKey": bucket.access_key, "secretKey": bucket.secret_key}
    actions = ["Admin", "Read", "Write", "List", "Tagging"]
    config = folder / "s3.json"
    config.write_text(json.dumps({"identities": [{"name": "t", "credentials": [identity], "actions": actions}]}))
    options = {
        "dir": str(folder), "ip": "127.0.0.1", "ip.bind": "127.0.0.1", "s3.config": str(config), "volume.max": "50",
        "s3.port": bucket.endpoint.rpartition(":")[2], "s3.port.iceberg": "0", "master.volumeSizeLimitMB": "64",
    }  # fmt: skip
    for part in ("master.port", "volume.port", "filer.port"):
        options[part] = str(_port_with_grpc())
    command = [str(binary), "server", "-s3", *(f"-{name}={value}" for name, value in options.items())]
    with (folder / "log").open("wb") as log:
        return bucket, subprocess.Popen(command, stdout=log, stderr=log)


def _port_with_grpc() -> int:
    """A free port that leaves room for the one 10,000 above it, where SeaweedFS speaks to itself."""
    while (port := free_port()) > 55_000:
        pass
    return port


def _is_ready(bucket: Bucket, server: subprocess.Popen) -> bool:
    """Does it keep a first object before the time is over?"""
    client = boto3.client(
        "s3",
        endpoint_url=bucket.endpoint,
        aws_access_key_id=bucket.access_key,
        aws_secret_access_key=bucket.secret_key,
        region_name=bucket.region,
        config=Config(s3={"addressing_style": "path"}, connect_timeout=2, read_timeout=10, retries={"max_attempts": 0}),
    )
    until = time.monotonic() + STARTING
    while time.monotonic() < until and server.poll() is None:
        try:
            client.create_bucket(Bucket=bucket.name)
            client.put_object(Bucket=bucket.name, Key="ready", Body=b"1")
            client.delete_object(Bucket=bucket.name, Key="ready")
            return True
        except (BotoCoreError, ClientError):
            time.sleep(0.3)
    return False
