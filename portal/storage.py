"""Which storage of Django's keeps the uploads: a folder, or a bucket of an S3 server."""

from typing import Any

from portal.environment import Bucket, Environment

#: How long an address that hands out a file is good, in seconds: as long as it takes to follow it.
SIGNED_FOR = 60


def storage_of(environment: Environment) -> dict[str, Any]:
    """The entry for `STORAGES`."""
    if environment.bucket is not None:
        return in_bucket(environment.bucket)
    return {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(environment.files_dir), "base_url": None},
    }


def in_bucket(bucket: Bucket) -> dict[str, Any]:
    """Private objects, each written once under a name that says what is in it, read by addresses that soon expire."""
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "endpoint_url": bucket.endpoint,
            "bucket_name": bucket.name,
            "access_key": bucket.access_key,
            "secret_key": bucket.secret_key,
            "region_name": bucket.region,
            "addressing_style": "path",
            "signature_version": "s3v4",
            "default_acl": None,
            "file_overwrite": True,
            "querystring_auth": True,
            "querystring_expire": SIGNED_FOR,
            "object_parameters": {"ContentType": "application/octet-stream"},
        },
    }
