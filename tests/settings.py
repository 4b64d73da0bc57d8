"""Settings of the test suite: the product's own, on a data folder of its own and an in-memory broker.

`DATABASE_URL`, `CELERY_BROKER_URL` and `CACHE_URL`, where set, choose the databases and services to test on.
"""

import os
import tempfile

if "DATA_DIR" not in os.environ:
    os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="chengshu-test-")
os.environ.setdefault("CELERY_BROKER_URL", "memory://")
os.environ.setdefault("CACHE_URL", "locmem://")
os.environ["EMAIL_URL"] = "memorymail://"

from portal.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    **STORAGES,  # noqa: F405
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405 - the file server warns of a missing folder
if ENVIRONMENT.cache_url.startswith("redis"):  # noqa: F405
    # Each worker clears a cache of its own, never that of a neighbour who is counting attempts.
    server, _, first = ENVIRONMENT.cache_url.rpartition("/")  # noqa: F405
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    CACHES["default"]["LOCATION"] = f"{server}/{int(first) + worker}"  # noqa: F405
