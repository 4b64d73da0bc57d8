"""Whoever sends a file over tus, with Django's test client; and a draft that asks for one."""

import base64

from django.urls import reverse

from submissions import tus
from tests.competition.factories import make_wanted_file
from tests.submissions import files
from tests.submissions.factories import make_entry, make_open_contest, make_topic, make_track

PDF = files.pdf(note="x" * 3000)


def make_draft(now):
    contest = make_open_contest(form=False, now=now)
    make_wanted_file(contest, key="any", label="材料", kinds=["pdf", "docx", "mp4"], max_mb=1)
    return make_entry(make_topic(make_track(contest)), now=now)


class Sender:
    """A client that speaks the protocol."""

    def __init__(self, client, entry):
        self.client, self.entry = client, entry
        self.wanted = entry.contest.wanted_files.get(key="any")

    def create(self, content=PDF, name="材料.pdf", *, size=None, body=b"", **headers):
        values = {"filename": name, "wanted": self.wanted.public_id, "replaces": ""} | headers.pop("metadata", {})
        pairs = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in values.items())
        told = {"Upload-Length": str(len(content) if size is None else size), "Upload-Metadata": pairs}
        return self.send("POST", reverse("transfers", args=[self.entry.public_id]), body, **told | headers)

    def begin(self, *args, **kwargs):
        return self.create(*args, **kwargs).headers["Location"]

    def patch(self, url, offset, body, **headers):
        return self.send("PATCH", url, body, **{"Upload-Offset": str(offset)} | headers)

    def send(self, method, url, body=b"", **headers):
        told = {"Tus-Resumable": "1.0.0"} | {name.replace("_", "-"): value for name, value in headers.items()}
        told = {name: value for name, value in told.items() if value is not None}
        kind = told.pop("Content-Type", tus.BODY_TYPE)
        return self.client.generic(method, url, body, content_type=kind if body else "", headers=told)

    def offset(self, url):
        return int(self.send("HEAD", url).headers["Upload-Offset"])
