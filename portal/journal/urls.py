"""Addresses of the journal."""

from django.urls import path

from portal.journal import views

urlpatterns = [
    path("", views.checkpoint, name="checkpoint"),
    path("checkpoint.txt", views.checkpoint_text, name="checkpoint_text"),
]
