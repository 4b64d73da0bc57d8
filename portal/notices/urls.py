"""The in-app inbox."""

from django.urls import path

from portal.notices import views

urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("read/", views.read_all, name="notices_read"),
    path("<slug:public_id>/", views.notice, name="notice"),
    path("<slug:public_id>/open/", views.open_notice, name="notice_open"),
]
