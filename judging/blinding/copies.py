"""Where the copies for judges are kept, and making one.

A copy has the place of its original's SHA-256 under `blind/`: the same content is copied once, however many judges read
it. Making it twice at the same time does no harm.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import structlog
from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from judging.blinding.copying import SECONDS
from portal.refusals import Refusal
from submissions.models import Upload
from submissions.storing import keep

log = structlog.get_logger(__name__)


class NoBlindCopy(Refusal):
    """A file of which no copy without its author can be made."""

    def __init__(self) -> None:
        super().__init__(
            _("This file cannot be shown without naming who made it. Tell the organisers with “Cannot be opened”."),
            code="no_blind_copy",
        )


def blind_path(upload: Upload) -> str:
    return f"blind/{upload.sha256[:2]}/{upload.sha256[2:4]}/{upload.sha256}.{upload.kind}"


def make_copy(upload: Upload) -> None:
    """Make the copy now; raises NoBlindCopy, or OSError without the original."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "source", Path(folder) / "target"
        with default_storage.open(upload.storage_path) as original, source.open("wb") as written:
            shutil.copyfileobj(original, written, 1 << 20)
        _make(upload, source, target)
        with target.open("rb") as made:
            keep(blind_path(upload), File(made), size=target.stat().st_size)


def _make(upload: Upload, source: Path, target: Path) -> None:
    try:
        subprocess.run(
            [sys.executable, "-m", "judging.blinding.copying", upload.kind, str(source), str(target)],
            cwd=settings.BASE_DIR,
            capture_output=True,
            timeout=SECONDS * 2,
            check=True,
            env={name: os.environ[name] for name in ("PATH", "LANG", "LD_LIBRARY_PATH") if name in os.environ},
        )
    except subprocess.SubprocessError as error:
        stderr = getattr(error, "stderr", b"") or b""
        log.warning("blinding.failed", upload=upload.public_id, error=stderr[-200:].decode(errors="replace"))
        raise NoBlindCopy from error
