"""The ground floor: settings and address of the site, and the platform every other app stands on."""

from portal.celery import app as celery_app

__all__ = ["celery_app"]
