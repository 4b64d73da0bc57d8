"""Signing in and looking after one's account: allauth's pages and our own profile."""

from django.urls import include, path

from portal.accounts import erasure_views, views

urlpatterns = [
    path("login/", views.SignInView.as_view(), name="account_login"),
    path("login/code/", views.RequestCodeView.as_view(), name="account_request_login_code"),
    path("logout/", views.SignOutView.as_view(), name="account_logout"),
    path("profile/", views.profile, name="profile"),
    path("consent/", views.consent, name="consent"),
    path("consents/<slug:purpose>/", views.consent_text, name="consent_text"),
    path("consents/<slug:purpose>/<slug:version>/", views.consent_text, name="consent_text"),
    path("profile/copy/", views.personal_copy, name="personal_copy"),
    path("profile/erasure/", erasure_views.erasure, name="erasure"),
    path("erasures/", erasure_views.erasures, name="erasures"),
    path("profile/consents/<int:consent_id>/withdraw/", views.withdraw, name="withdraw_consent"),
    path("", include("allauth.urls")),
]
