"""Addresses of the page on signed papers."""

from django.urls import path

from portal.printing import views

urlpatterns = [
    path("", views.papers, name="papers"),
    path("certificate.cer", views.certificate, name="papers_certificate"),
]
