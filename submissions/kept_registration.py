"""What a visitor typed into a registration before signing in: kept in their session, one at a time, for two hours.

Nothing is kept but the fields of the form, and only once they are in order, so that their length is bounded. Registering
takes it out; so does another registration that is begun, and time.
"""

from datetime import datetime, timedelta

from django.contrib.sessions.backends.base import SessionBase

from competition.models import Topic

KEY = "registration"
KEPT_FOR = timedelta(hours=2)


def keep(session: SessionBase, topic: Topic, typed: dict[str, str], *, now: datetime) -> None:
    session[KEY] = {"topic": topic.public_id, "typed": typed, "until": (now + KEPT_FOR).isoformat()}


def typed_for(topic: Topic, session: SessionBase, *, now: datetime) -> dict[str, str]:
    """What was typed for this topic; empty where nothing is, or where it is too old, which also takes it out."""
    found = session.get(KEY)
    if found is None:
        return {}
    if now >= datetime.fromisoformat(found["until"]):
        forget(session)
        return {}
    return dict(found["typed"]) if found["topic"] == topic.public_id else {}


def forget(session: SessionBase) -> None:
    session.pop(KEY, None)
