"""Where a notice leads: kept without the language, whose prefix the reader gets back."""

from django.conf import settings


def unprefixed(path: str) -> str:
    """The path as it is in the default language: `reverse()` puts the prefix of the language in use before it."""
    for code, _name in settings.LANGUAGES:
        if code != settings.LANGUAGE_CODE and path.startswith(f"/{code}/"):
            return path[len(code) + 1 :]
    return path


def prefixed(path: str, language: str) -> str:
    """The same page in another language."""
    return path if language == settings.LANGUAGE_CODE or not path else f"/{language}{path}"
