"""Templated reports: one form, other figures and names. Each filled form is a text of its own, never a copy.

The forms (forms.txt, one a line) were written for this benchmark after the genres that wires fill by machine.
"""

import random
from pathlib import Path

_FIRST = (
    "Amber Birch Cobalt Delta Ember Falcon Granite Harbor Indigo Juniper Keystone Lakeside Meridian Northgate "
    "Orchid"
)
_SECOND = (
    "Dynamics Energy Foods Holdings Industries Labs Logistics Materials Motors Networks Pharma Robotics Systems "
    "Telecom"
)
_CITIES = (
    "Aberdeen Bilbao Calgary Dresden Eugene Fresno Ghent Hobart Innsbruck Jaipur Kelowna Lublin Mobile Nantes Osijek "
    "Porto Quito Reading Salem Toledo Utrecht Verona Windhoek Xalapa York Zagreb"
)
_TEAMS = "Anchors Bisons Comets Drakes Eagles Foxes Gulls Herons Ibex Jackals Kites Lynx Mariners Nomads Otters Pumas"
_NAMES = (
    "Adler Brook Castro Dunne Ekman Farouk Grant Hale Ito Jensen Khan Lopez Moreau Novak Okafor Petrov Quinn Rossi "
    "Sato"
)
_GIVEN = "Ana Ben Carla David Elena Femi Greta Hugo Ines Jonas Kofi Lena Marco Nina Omar Paula Rafael Sofia Tomas Uma"
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
_QUARTERS = "first second third fourth"

FORMS = (Path(__file__).parent / "forms.txt").read_text(encoding="utf8").splitlines()


def write_report(rng: random.Random) -> str:
    """Return one filled form."""
    company = [f"{rng.choice(_FIRST.split())} {rng.choice(_SECOND.split())}" for _ in range(2)]
    cities = rng.sample(_CITIES.split(), 4)
    teams = rng.sample(_TEAMS.split(), 2)
    people = [f"{rng.choice(_GIVEN.split())} {rng.choice(_NAMES.split())}" for _ in range(3)]
    names = rng.sample(_NAMES.split(), 3)
    days = rng.sample(_DAYS.split(), 2)
    slots: dict[str, object] = {
        "company": company[0], "company2": company[1], "team": teams[0], "team2": teams[1],
        "day": days[0], "day2": days[1], "quarter": rng.choice(_QUARTERS.split()),
        "beat": rng.choice(["topped", "missed", "met"]), "wind": rng.choice(["north", "south", "east", "west"]),
        "moved": rng.choice(["rose", "fell"]), "moved2": rng.choice(["up", "down"]),
        "hour": rng.randint(5, 8), "hour2": rng.randint(16, 21),
    }  # fmt: skip
    for position, suffix in enumerate(("", "2", "3", "4")):
        slots["city" + suffix] = cities[position]
    for position, suffix in enumerate(("", "2", "3")):
        slots["person" + suffix] = people[position]
        slots["name" + suffix] = names[position]
        slots["million" + suffix] = f"{rng.uniform(1, 990):.{rng.choice([0, 1])}f}"
        slots["cents" + suffix] = rng.randint(2, 99)
        slots["percent" + suffix] = rng.randint(2, 99)
        slots["points" + suffix] = rng.randint(8, 39)
        slots["degrees" + suffix] = rng.randint(-5, 35)
        slots["minute" + suffix] = f"{rng.randint(0, 59):02d}"
    slots |= {"few": rng.randint(2, 9), "few2": rng.randint(2, 9), "wide": rng.randint(10, 40)}
    slots |= {"score": rng.randint(90, 125), "score2": rng.randint(70, 89)}
    return rng.choice(FORMS).format(**slots)
