"""How Django writes dates where the portal's own words (portal/web/dates.py) are not asked: in the administration."""
