"""Tracks with their topics, and where each topic comes from."""

from typing import Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from competition.admin.base import ContestScopedAdmin, ScopedStackedInline, ScopedTabularInline
from competition.admin.exchange import ScopedExchange
from competition.admin.filters import OwnContestFilter, OwnRelatedFilter
from competition.admin.resources import TopicResource, TrackResource
from competition.icons import CHOICES, DEFAULT
from competition.models import Topic, TopicLink, Track


class TrackForm(forms.ModelForm):
    """The icon is chosen by what it shows; one that came with a table stays to choose."""

    icon = forms.ChoiceField(label=_("icon"), choices=CHOICES, initial=DEFAULT)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        present = self.instance.icon
        if "icon" in self.fields and present not in dict(CHOICES):
            self.fields["icon"].choices = [(present, present), *CHOICES]  # type: ignore[attr-defined]


class TopicInline(ScopedStackedInline):
    model = Topic
    fields = (("number", "title"), "description")
    show_change_link = True


class TopicLinkInline(ScopedTabularInline):
    model = TopicLink
    fk_name = "child"
    fields = ("kind", "parent")
    autocomplete_fields = ("parent",)
    upward_fields = ("parent",)


@admin.register(Track)
class TrackAdmin(ScopedExchange, ContestScopedAdmin):
    form = TrackForm
    inlines = (TopicInline,)
    resource_classes = [TrackResource]
    list_display = ("name", "number", "upward", "contest_name")
    list_display_links = ("name",)
    list_filter = (OwnContestFilter,)
    list_select_related = ("contest", "parent", "upward")
    search_fields = ("name", "contest__name")
    ordering = ("contest", "number")
    autocomplete_fields = ("contest", "parent", "upward")
    upward_fields = ("upward",)
    chosen_upward = (("track", "upward"),)
    fields = ("contest", ("number", "name"), "icon", "parent", "upward")


@admin.register(Topic)
class TopicAdmin(ScopedExchange, ContestScopedAdmin):
    contest_path = "track__contest"
    inlines = (TopicLinkInline,)
    resource_classes = [TopicResource]
    list_display = ("title", "number", "track", "contest_name")
    list_filter = (OwnContestFilter, ("track", OwnRelatedFilter))
    search_fields = ("title", "description", "track__name")
    ordering = ("track__contest", "track__number", "number")
    autocomplete_fields = ("track",)
    chosen_upward = (("topiclink", "parent"),)
    fields = ("track", ("number", "title"), "description")
