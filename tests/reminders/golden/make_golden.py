#!/usr/bin/env python3
"""Writes golden.jsonl: what python-dateutil and zoneinfo say about the recurrences below.

An independent implementation to hold src/reminders/schedule.ts against. Run it only to add cases:

    python3 -m venv /tmp/golden && /tmp/golden/bin/pip install python-dateutil tzdata
    PYTHONTZPATH= /tmp/golden/bin/python tests/reminders/golden/make_golden.py

PYTHONTZPATH empty: zones come from the tzdata package. dateutil expands the rule in wall time; zoneinfo turns a wall time into an instant (PEP 495: fold=0 is the first of two, and takes the
offset before a gap). What a skipped time, COUNT, UNTIL and EXDATE mean together is written out here a second time, from
docs/decisions/0003-wall-time-and-recurrence.md, in another way than in TypeScript: everything is listed, then sorted, then cut.

Left out because dateutil reads RFC 5545 otherwise: numbered and plain days in one BYDAY (it takes days that are both, we take either),
BYWEEKNO without BYDAY (it takes all seven days, we take the weekday of the start). tests/reminders/schedule.test.ts has those.
"""

import importlib.metadata
import json
import pathlib
import random
from datetime import date, datetime, timedelta, timezone
from itertools import takewhile
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

UTC = timezone.utc
ZONES = [
    "Europe/Warsaw", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kolkata", "Pacific/Apia",
    "America/Sao_Paulo", "Pacific/Chatham", "America/Nuuk", "Antarctica/Troll", "America/St_Johns", "Africa/Cairo",
    "Asia/Gaza", "Europe/Dublin", "America/Havana", "UTC",
]
# Days around which a zone's clocks jump forward or back.
CHANGES = {
    "Europe/Warsaw": ["2024-03-31", "2024-10-27", "2015-10-25"],
    "America/New_York": ["2024-11-03", "2025-03-09", "2006-10-29"],
    "Australia/Lord_Howe": ["2024-10-06", "2025-04-06"],
    "Africa/Casablanca": ["2025-02-23", "2025-04-06", "2018-10-28"],
    "Pacific/Apia": ["2011-12-30", "2011-09-24", "2012-04-01"],
    "America/Sao_Paulo": ["2018-11-04", "2019-02-17", "2017-10-15"],
    "Pacific/Chatham": ["2024-09-29", "2025-04-06"],
    "America/Nuuk": ["2024-03-30", "2024-10-26", "2023-03-25"],
    "Antarctica/Troll": ["2024-03-31", "2024-10-27"],
    "America/St_Johns": ["2025-03-09", "2010-11-07", "2010-03-14"],
    "Africa/Cairo": ["2024-04-26", "2024-11-01"],
    "Asia/Gaza": ["2024-04-20", "2024-10-26"],
    "Europe/Dublin": ["2025-03-30", "2024-10-27"],
    "America/Havana": ["2025-03-09", "2024-11-03"],
}
RULES = [
    "FREQ=DAILY", "FREQ=DAILY;INTERVAL=3", "FREQ=DAILY;BYHOUR=0,2,9;BYMINUTE=0,30", "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR",
    "FREQ=DAILY;BYMONTH=3,10,11", "FREQ=DAILY;BYMONTHDAY=1,15,-1", "FREQ=DAILY;BYHOUR=1,2,3;BYSETPOS=-1",
    "FREQ=WEEKLY", "FREQ=WEEKLY;INTERVAL=2", "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=SU", "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=MO",
    "FREQ=WEEKLY;BYDAY=SU,SA;BYHOUR=1,2,3;BYMINUTE=15", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=2,-1", "FREQ=WEEKLY;BYMONTH=4;INTERVAL=3",
    "FREQ=MONTHLY", "FREQ=MONTHLY;INTERVAL=5", "FREQ=MONTHLY;BYMONTHDAY=31", "FREQ=MONTHLY;BYMONTHDAY=-1", "FREQ=MONTHLY;BYMONTHDAY=29,30;BYMONTH=2,3",
    "FREQ=MONTHLY;BYDAY=1MO", "FREQ=MONTHLY;BYDAY=-1SU", "FREQ=MONTHLY;BYDAY=2SU,-1SU,3WE;INTERVAL=2", "FREQ=MONTHLY;BYDAY=5SA",
    "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1,3,-2;BYHOUR=2,14",
    "FREQ=MONTHLY;BYMONTHDAY=1,2,3,-1;BYHOUR=2,3;BYMINUTE=0,30;BYSETPOS=2,-3",
    "FREQ=YEARLY", "FREQ=YEARLY;INTERVAL=3", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "FREQ=YEARLY;BYMONTH=3,10", "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
    "FREQ=YEARLY;BYMONTH=3,10,11;BYDAY=1SU,-1SU", "FREQ=YEARLY;BYDAY=20MO,-1FR", "FREQ=YEARLY;BYDAY=53TH", "FREQ=YEARLY;BYDAY=SU;BYMONTHDAY=28",
    "FREQ=YEARLY;BYYEARDAY=1,60,100,-1", "FREQ=YEARLY;BYYEARDAY=-366,366", "FREQ=YEARLY;BYYEARDAY=60;BYDAY=SU,MO", "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO",
    "FREQ=YEARLY;BYWEEKNO=1,53,-1;BYDAY=MO,SU", "FREQ=YEARLY;BYWEEKNO=1,52;BYDAY=SU;WKST=SU", "FREQ=YEARLY;INTERVAL=2;BYWEEKNO=-53,9;BYDAY=TH",
    "FREQ=YEARLY;BYMONTH=1,12;BYWEEKNO=1;BYDAY=MO,TU,WE,TH,FR,SA,SU", "FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYSETPOS=100,-100", "FREQ=YEARLY;BYMONTHDAY=15",
    "FREQ=YEARLY;BYMONTH=3,11;BYDAY=SU;BYHOUR=0,2;BYMINUTE=15,45;BYSETPOS=1,5,-1",
    "FREQ=HOURLY", "FREQ=HOURLY;INTERVAL=5", "FREQ=HOURLY;INTERVAL=36", "FREQ=HOURLY;INTERVAL=7;BYHOUR=1,2,3", "FREQ=HOURLY;BYMINUTE=0,20,40;BYSETPOS=-1",
    "FREQ=HOURLY;BYDAY=SU;BYHOUR=1,2,3;BYMINUTE=15,45", "FREQ=HOURLY;INTERVAL=6;BYMONTHDAY=1,-1", "FREQ=HOURLY;BYYEARDAY=87,-68;INTERVAL=4",
    "FREQ=MINUTELY;INTERVAL=30", "FREQ=MINUTELY;INTERVAL=7", "FREQ=MINUTELY;INTERVAL=1441", "FREQ=MINUTELY;INTERVAL=90;BYDAY=SU,SA",
    "FREQ=MINUTELY;INTERVAL=11;BYHOUR=1,2,3", "FREQ=MINUTELY;BYHOUR=2;BYMINUTE=0,29,30,59", "FREQ=MINUTELY;INTERVAL=13;BYMONTH=3,10;BYSETPOS=1",
    "FREQ=DAILY;BYHOUR=2;BYMINUTE=30;BYSECOND=15", "FREQ=MINUTELY;INTERVAL=45;BYSECOND=20",
    "FREQ=YEARLY;BYMONTHDAY=1,2,3;BYDAY=1MO,9SU", "FREQ=MONTHLY;BYMONTHDAY=1,2,-1;BYDAY=1MO,-1SU", "FREQ=YEARLY;BYMONTH=1,3;BYDAY=-1SU;BYMONTHDAY=31,30",
]
TIMES = ["00:00:00", "00:30:00", "01:00:00", "01:30:00", "02:00:00", "02:15:00", "02:30:00", "02:45:30", "03:00:00", "09:00:00", "23:30:00"]
LISTED = 5
# Governments change the future: only what is history stays true whatever version of the zone data the tests meet.
HISTORY = datetime(2026, 1, 1)


def instant(wall, zone):
    """(UTC instant, whether the zone's clocks never show this wall time)"""
    utc = wall.replace(tzinfo=zone).astimezone(UTC)
    return utc, utc.astimezone(zone).replace(tzinfo=None) != wall


def due(case, horizon):
    """Every instant of the recurrence whose rule time is before the horizon (a wall time)."""
    zone = ZoneInfo(case["timeZone"])
    start = datetime.fromisoformat(case["at"])
    parts = dict(part.split("=") for part in case["rrule"].split(";"))
    count = int(parts.pop("COUNT", 0))
    until = parts.pop("UNTIL", None)
    rule = rrulestr(";".join(f"{k}={v}" for k, v in parts.items()), dtstart=start)

    wanted = {}
    for wall in takewhile(lambda w: w < horizon, rule):
        utc, gap = instant(wall, zone)
        if gap and case["dstPolicy"] == "skip":
            continue
        if until and until.endswith("Z"):
            if utc > datetime.strptime(until, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC):
                continue
        elif until and "T" in until:
            if wall > datetime.strptime(until, "%Y%m%dT%H%M%S"):
                continue
        elif until and wall.date() > datetime.strptime(until, "%Y%m%d").date():
            continue
        # Of two rule times for one instant, the one that the clocks do show stands for it.
        if utc not in wanted or not gap:
            wanted[utc] = wall
    ordered = sorted(wanted)
    if count:
        ordered = ordered[:count]
    days = {date.fromisoformat(text) for text in case["exdates"] if "T" not in text}
    times = {instant(datetime.fromisoformat(text), zone)[0] for text in case["exdates"] if "T" in text}
    return [
        utc for utc in ordered
        if utc not in times and wanted[utc].date() not in days and utc.astimezone(zone).date() not in days
    ]


def listed(case):
    start = datetime.fromisoformat(case["at"])
    after = datetime.fromisoformat(case["after"])
    local = max(start, after.astimezone(ZoneInfo(case["timeZone"])).replace(tzinfo=None))
    far = {"YEARLY": 366 * 45, "MONTHLY": 366 * 12, "WEEKLY": 366 * 4, "DAILY": 366 * 2, "HOURLY": 200, "MINUTELY": 60}
    horizon = local + timedelta(days=far[case["rrule"].split(";")[0].split("=")[1]])
    horizon = max(min(horizon, HISTORY), start)
    found = [utc for utc in due(case, horizon) if utc > after]
    # Times just before the horizon may have neighbours beyond it that move in front of them: leave out the last days.
    sure = [utc for utc in found if utc.replace(tzinfo=None) < horizon - timedelta(days=3)]
    parts = dict(part.split("=") for part in case["rrule"].split(";"))
    ended = "UNTIL" in parts and datetime.strptime(parts["UNTIL"][:8], "%Y%m%d") < horizon - timedelta(days=6)
    if "COUNT" in parts:
        ended = ended or len(due({**case, "exdates": []}, horizon - timedelta(days=6))) == int(parts["COUNT"])
    case["last"] = ended and len(sure) <= LISTED
    case["due"] = [utc.strftime("%Y-%m-%dT%H:%M:%SZ") for utc in sure[:LISTED]]
    return case


def cases():
    choose = random.Random(5545)
    for number, (rule, zone) in enumerate((r, z) for r in RULES for z in ZONES):
        if "MINUTELY" in rule or "HOURLY" in rule or number % 2 == 0 or zone in ("Europe/Warsaw", "America/New_York"):
            around = CHANGES.get(zone)
            day = datetime.fromisoformat(choose.choice(around)) if around else datetime(2020, 11, 21)
            day -= timedelta(days=choose.choice([0, 0, 1, 2, 7, 14, 30, 365]))
            if "YEARLY" in rule:
                day -= timedelta(days=365 * choose.choice([0, 8, 20]))
            at = f"{day.date()}T{choose.choice(TIMES)}"
            start = datetime.fromisoformat(at)
            full = rule
            ending = choose.choice(["", "", "", "COUNT", "UNTIL", "UNTIL-local", "UNTIL-day"])
            end = start + timedelta(days=choose.choice([3, 20, 60, 500]), minutes=choose.choice([0, 0, 17]))
            if ending == "COUNT":
                full += f";COUNT={choose.choice([1, 2, 7, 30, 100])}"
            if ending == "UNTIL":
                full += f";UNTIL={end:%Y%m%dT%H%M%SZ}"
            if ending == "UNTIL-local":
                full += f";UNTIL={end:%Y%m%dT%H%M%S}"
            if ending == "UNTIL-day":
                full += f";UNTIL={end:%Y%m%d}"
            after = start.replace(tzinfo=UTC) + timedelta(days=choose.choice([-2, -2, -1, 0, 0, 1, 30, 400]), hours=choose.choice([0, 5, 13]))
            if ("MINUTELY" in rule or "HOURLY" in rule) and "COUNT" not in full:
                around_day = datetime.fromisoformat(choose.choice(around)).replace(tzinfo=UTC) if around else after
                after = max(start.replace(tzinfo=UTC), around_day) + timedelta(hours=choose.randrange(-14, 16), minutes=choose.choice([0, 29]))
            for policy in ("shift", "skip"):
                case = {"at": at, "timeZone": zone, "dstPolicy": policy, "rrule": full, "exdates": [], "after": after.isoformat()}
                if choose.random() < 0.4:
                    some = [utc.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for utc in due(case, start + timedelta(days=70))][:9]
                    if some:
                        picked = choose.sample(some, min(len(some), 3))
                        case["exdates"] = sorted(w.isoformat() if choose.random() < 0.6 else w.date().isoformat() for w in picked)
                found = listed(case)
                if policy == "shift" or found["due"] != alike["due"]:
                    yield found
                alike = found
    # Every kind of change once more by name: a gap and a fold day each, for every time of day, daily and yearly.
    for zone, around in CHANGES.items():
        for day in around:
            for time in TIMES:
                for policy in ("shift", "skip"):
                    start = datetime.fromisoformat(f"{day}T{time}") - timedelta(days=2)
                    yield listed({
                        "at": start.isoformat(), "timeZone": zone, "dstPolicy": policy, "rrule": "FREQ=DAILY;COUNT=5", "exdates": [],
                        "after": (start - timedelta(days=2)).replace(tzinfo=UTC).isoformat(),
                    })


def main():
    found = list(cases())
    path = pathlib.Path(__file__).with_name("golden.jsonl")
    versions = {name: importlib.metadata.version(name) for name in ("python-dateutil", "tzdata")}
    lines = [json.dumps(line, separators=(",", ":")) for line in [{"madeWith": versions}, *found]]
    path.write_text("\n".join(lines) + "\n")
    print(f"{len(found)} cases, {sum(len(case['due']) for case in found)} instants: {path}")


if __name__ == "__main__":
    main()
