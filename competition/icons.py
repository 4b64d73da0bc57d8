"""The line icon of a track, by the words of its name: tracks are told apart by number and icon, not by colour."""

from django.utils.translation import pgettext_lazy
from lucide import IconDoesNotExist
from lucide.templatetags.lucide import lucide

DEFAULT = "shapes"

#: word in the name → name of a Lucide icon; the first that fits counts
ICONS = {
    "工业": "factory",
    "制造": "factory",
    "农业": "wheat",
    "乡村": "wheat",
    "商贸": "store",
    "交通": "ship",
    "金融": "hand-coins",
    "科技": "flask-conical",
    "文化": "landmark",
    "旅游": "landmark",
    "医疗": "heart-pulse",
    "应急": "siren",
    "气象": "cloud-sun-rain",
    "城市": "building-2",
    "绿色": "leaf",
    "低碳": "leaf",
}

#: what organisers choose from: the icon and what it shows
CHOICES = [
    (DEFAULT, pgettext_lazy("icon", "shapes: for any field")),
    ("factory", pgettext_lazy("icon", "factory")),
    ("wheat", pgettext_lazy("icon", "ear of wheat")),
    ("store", pgettext_lazy("icon", "shop")),
    ("ship", pgettext_lazy("icon", "ship")),
    ("hand-coins", pgettext_lazy("icon", "hand with coins")),
    ("flask-conical", pgettext_lazy("icon", "flask")),
    ("landmark", pgettext_lazy("icon", "columned building")),
    ("heart-pulse", pgettext_lazy("icon", "heart and pulse")),
    ("siren", pgettext_lazy("icon", "warning light")),
    ("cloud-sun-rain", pgettext_lazy("icon", "sun, cloud and rain")),
    ("building-2", pgettext_lazy("icon", "high-rise")),
    ("leaf", pgettext_lazy("icon", "leaf")),
]


def track_icon(name: str) -> str:
    """The icon for a track of this name."""
    return next((icon for word, icon in ICONS.items() if word in name), DEFAULT)


def is_icon(name: str) -> bool:
    """Whether there is an icon of this name: a page cannot be drawn with one that there is not."""
    try:
        lucide(name, size=None)
    except IconDoesNotExist:
        return False
    return True
