"""Every chart in every state, for the patterns page."""

from typing import Any

from ip2a.charts import Bars, Chart, Columns, Lines, Series, Threshold, Value
from ip2a.views.pattern_samples import LONG

NAMES = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
MONTHS = [f"{name} {year}" for year in (2024, 2025) for name in NAMES]
STARTED = [12, 9, 17, 31, 44, 52, 47, 39, 28, 21, 11, 6, 14, 12, 25, 38, 51, 60, 55, 41, 30, 19, 0, 8]
ENDED = [8, 11, 9, 14, 20, 31, 40, 44, 39, 30, 26, 19, 9, 8, 12, 19, 27, 33, 45, 50, 41, 33, 0, 21]
BALANCE = [4200, 5100, 6050, 5200, 4400, 4900, 7100, None, None, 6800, 5900, 5300, 4700, 4100, 5600, 6900, 7300, 8200]
FORECAST = [7900, 7600, 7100, 6500, 5800, 5000]
CITIES = [Value(4210, "?city=tacoma#chart"), Value(1204, "?city=olympia#chart"), 87, 0]
PLACES = ["Tacoma", "Olympia", "Federal Way and the whole peninsula", "Elsewhere"]


def _linked(numbers: list[int], name: str) -> list[Value]:
    return [Value(number, f"?{name}={index}#chart") for index, number in enumerate(numbers)]


def bars() -> list[Chart]:
    return [
        Bars("Members by city", PLACES, [Series("Members", CITIES)], axis="Members", across="City"),
        Bars(
            "Outcomes by employer",
            ["Harbor Electric", LONG, "North Star Power", "Volt"],
            [
                Series("Settled", _linked([14, 3, 1, 0], "settled")),
                Series("Withdrawn", [2, 9, 0, 0]),
                Series("In arbitration", [1, 0, 4, 0]),
                Series("Open", [5, 2, 0, 1]),
            ],
            axis="Cases",
            across="Employer",
        ),
    ]


def odd_bars() -> list[Chart]:
    return [
        Bars("One row", ["Overtime"], [Series("Cases", [Value(1, "?one#chart")])]),
        Bars("All nought", ["Overtime", "Safety"], [Series("Cases", [0, 0])]),
        Bars("Nothing known", ["Overtime", "Safety"], [Series("Cases", [None, None])]),
        Bars(
            "Below nought",
            ["Deposits", "Payments", "Voids"],
            [Series("Change", [1250.5, -3400, 120])],
            "money",
            axis="Change",
        ),
        Bars(
            "Two hundred names",
            [f"Employer {number}" for number in range(1, 201)],
            [Series("Cases", [round(4000 / (number + 1)) for number in range(200)])],
            most=5,
        ),
        Bars(
            "Huge numbers",
            ["Paid", "Pledged", "Dreamt of"],
            [Series("Amount", [1_234_567_890, 98_765_432_100, 1_234_567_890_123])],
            "money",
        ),
    ]


def columns() -> list[Chart]:
    return [
        Columns("Jobs started", MONTHS, [Series("Started", _linked(STARTED, "month"))], axis="Jobs", across="Month"),
        Columns(
            "Jobs started and ended",
            MONTHS,
            [Series("Started", _linked(STARTED, "started")), Series("Ended", _linked(ENDED, "ended"))],
            axis="Jobs",
        ),
        Columns(
            "In and out",
            MONTHS[:6],
            [Series("Deposits", [900, 900, 950, 900, 0, 1200]), Series("Payments", [-500, -1250, 0, -300, -60, -2100])],
            "money",
            axis="Money",
        ),
        Columns("One column", ["2026"], [Series("Cases", [3])], axis="Cases"),
        Columns("No column", [], [Series("Cases", [])]),
        Columns("Two hundred months", [f"Month {n}" for n in range(200)], [Series("Cases", range(200))], axis="Cases"),
    ]


def lines() -> list[Chart]:
    return [
        Lines(
            "Balance of the fund",
            MONTHS,
            [Series("Balance", [*BALANCE, *FORECAST])],
            "money",
            axis="Balance",
            threshold=Threshold(5000, "Floor"),
            forecast_from=len(BALANCE),
        ),
        Lines(
            "Days to each step",
            MONTHS[:12],
            [
                Series("Step 1", _linked([7, 9, 8, 12, 14, 9, 7, 6, 8, 9, 10, 7], "step1")),
                Series("Step 2", [18, 21, 20, None, None, 25, 22, 19, 21, 24, 26, 22]),
                Series("Step 3", [33, 31, 40, 44, 38, 35, 36, 41, 39, 34, 30, 35]),
                Series("Arbitration", [None, None, 90, None, 120, 131, 128, 122, 117, 110, 121, 119]),
            ],
            "days",
            axis="Days",
        ),
        Lines("Approved", ["Q1", "Q2", "Q3"], [Series("Approved", [37.5, 62, 58.3])], "percent", axis="Share"),
        Lines("One point", ["2026"], [Series("Cases", [3])]),
        Lines("Up and down", ["A", "B", "C"], [Series("Change", [-12, 4, -3])]),
    ]


def charts() -> dict[str, Any]:
    return {
        "bars": [*bars(), *odd_bars()],
        "columns": columns(),
        "lines": lines(),
        "months": MONTHS,
        "started": STARTED,
        "none": [None],
    }
