"""The name of a browser and its system, for the list of places where a person is signed in.

Browsers name their ancestors too, so the order decides: Edge says Chrome and Safari, Chrome says Safari. What is not
recognised is shown as it came, cut short, so that the person can still compare.
"""

BROWSERS = (
    ("MicroMessenger", "微信"),
    ("Edg", "Edge"),
    ("QQBrowser", "QQ Browser"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)
LONGEST = 60


def describe(user_agent: str) -> str:
    """“Edge · Windows”; an unknown agent in its own words."""
    found = [_first(user_agent, BROWSERS), _first(user_agent, SYSTEMS)]
    return " · ".join(name for name in found if name) or user_agent[:LONGEST]


def _first(text: str, names: tuple[tuple[str, str], ...]) -> str:
    return next((name for sign, name in names if sign in text), "")
