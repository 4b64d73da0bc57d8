"""The address of every page. Chinese pages have no prefix; the same pages in English live under /en/."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from portal.accounts.views import enter_administration
from portal.web.administration import NOTHING, tables_in_order
from portal.web.errors import page_not_found
from portal.web.health import healthz
from portal.web.preferences import set_preferences
from portal.web.style import style, style_error

admin.site.login = enter_administration  # type: ignore[method-assign]
admin.site.get_app_list = tables_in_order  # type: ignore[method-assign]
admin.site.empty_value_display = NOTHING

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("preferences/", set_preferences, name="preferences"),
    *i18n_patterns(
        path("admin/password_change/", RedirectView.as_view(pattern_name="account_change_password")),
        # By its number anybody there could learn the address of any row, of any contest: rows link to their own pages.
        re_path(r"^admin/r/", page_not_found),
        path("admin/", admin.site.urls),
        path("accounts/", include("portal.accounts.urls")),
        path("my/", include("portal.web.urls")),
        path("my/notices/", include("portal.notices.urls")),
        path("journal/", include("portal.journal.urls")),
        path("papers/", include("portal.printing.urls")),
        path("style/", style, name="style"),
        path("style/errors/<slug:name>/", style_error, name="style_error"),
        path("", include("competition.urls")),
        path("", include("submissions.urls")),
        path("", include("judging.urls")),
        prefix_default_language=False,
    ),
]

handler400 = "portal.web.errors.bad_request"
handler403 = "portal.web.errors.permission_denied"
handler404 = "portal.web.errors.page_not_found"
handler500 = "portal.web.errors.server_error"
