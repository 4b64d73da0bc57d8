"""How large a file is, in one form on pages, in PDFs and in messages."""

STEP = 1024
UNITS = ("B", "KB", "MB", "GB", "TB")


def size(count: int) -> str:
    """607 B · 1.5 KB · 20 MB: from one KB on with at most one decimal."""
    value, unit = float(count), 0
    while unit < len(UNITS) - 1 and round(value, 1 if unit else 0) >= STEP:
        value, unit = value / STEP, unit + 1
    text = f"{value:.1f}".removesuffix(".0")
    return f"{text} {UNITS[unit]}"
