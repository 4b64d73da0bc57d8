"""Pages that compose what several apps register."""

from django.urls import path

from portal.web import my_work

urlpatterns = [path("", my_work.my_work, name="my_work")]
