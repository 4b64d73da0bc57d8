"""Filters of the administration that several apps use."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from portal.accounts.regions import Region
from portal.web.administration import LongFilter


class RegionFilter(LongFilter):
    """By region."""

    title = _("region")
    parameter_name = "region__exact"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(code, str(name)) for code, name in Region.choices]
