"""The album: every page of the portal, as the person who sees it, in a browser.

`pages.toml` is the list, `plan` reads it, `chromium` finds the browser, `walk` signs people in and opens pages, `index`
writes the page over the pictures. `manage.py screenshots` takes the pictures; the accessibility test walks the same list.
Playwright is needed by the tests only, so nothing here is imported by the site.
"""
