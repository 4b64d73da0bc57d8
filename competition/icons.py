"""The line icon of a track, by the words of its name: tracks are told apart by number and icon, not by colour."""

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


def track_icon(name: str) -> str:
    """The icon for a track of this name."""
    return next((icon for word, icon in ICONS.items() if word in name), DEFAULT)
