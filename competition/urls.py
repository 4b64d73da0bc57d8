"""Addresses of the competition app."""

from django.urls import URLPattern, path

from competition.views import home, nearest, pages, portal, topics, workspace

urlpatterns: list[URLPattern] = [
    path("", portal.home, name="home"),
    path("contests/<slug:slug>/", home.contest, name="contest"),
    path("contests/<slug:slug>/tracks/", topics.tracks, name="tracks"),
    path("contests/<slug:slug>/tracks/nearest/", nearest.nearest_topics, name="nearest_topics"),
    path("contests/<slug:slug>/tracks/<int:number>/", topics.track, name="track"),
    path("contests/<slug:slug>/tracks/<int:track>/topics/<int:number>/", topics.topic, name="topic"),
    path("contests/<slug:slug>/schedule/", pages.schedule, name="schedule"),
    path("contests/<slug:slug>/announcements/", pages.announcements, name="announcements"),
    path("contests/<slug:slug>/announcements/<slug:public_id>/", pages.announcement, name="announcement"),
    path("contests/<slug:slug>/downloads/", pages.downloads, name="downloads"),
    path("contests/<slug:slug>/downloads/<slug:public_id>/", pages.download, name="download"),
    path("contests/<slug:slug>/questions/", pages.questions, name="questions"),
    path("contests/<slug:slug>/workspace/", workspace.workspace, name="workspace"),
    path("contests/<slug:slug>/workspace/topics/", workspace.import_topics, name="import_topics"),
]
