"""Messages to people: an outbox written with the change, delivered by Celery to mail and to the in-app inbox."""
