"""Both published desks' response deadlines, and why one of them falls where it falls.

Run it with `python examples/desks.py`, or as part of `make demo`.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from supportsla import Plan, promise
from supportsla.presets import apricot_anz, apricot_us

CENTRAL, SYDNEY = ZoneInfo("America/Chicago"), ZoneInfo("Australia/Sydney")

US_CASES = {
    "A Friday afternoon": datetime(2026, 6, 12, 16, tzinfo=CENTRAL),
    "The eve of Thanksgiving": datetime(2026, 11, 25, 17, 30, tzinfo=CENTRAL),
}
ANZ_CASES = {
    "A Friday afternoon": datetime(2026, 6, 12, 16, tzinfo=SYDNEY),
    "The eve of Good Friday, and the end of summer time": datetime(2026, 4, 2, 16, tzinfo=SYDNEY),
}
AFTER_HOURS = {
    apricot_us(): datetime(2026, 11, 26, 22, 15, tzinfo=CENTRAL),
    apricot_anz(): datetime(2026, 4, 6, 3, 30, tzinfo=SYDNEY),
}


def main() -> None:
    for plan, cases in ((apricot_us(), US_CASES), (apricot_anz(), ANZ_CASES)):
        for title, opened in cases.items():
            show_deadlines(plan, title, opened)
    print("Critical cases after hours and on a holiday")
    for plan, opened in AFTER_HOURS.items():
        critical = promise(plan, "first_response", "critical", opened)
        print(f"  {plan.name}: opened {when(opened)}, due {when(critical.due)}")
    print()
    print("Why is the high case of Thanksgiving eve due when it is?\n")
    print(promise(apricot_us(), "first_response", "high", US_CASES["The eve of Thanksgiving"]).explanation)


def show_deadlines(plan: Plan, title: str, opened: datetime) -> None:
    print(f"{plan.name}: {title}")
    print(f"  opened {when(opened)}; first response")
    for priority in plan.priorities:
        promised = promise(plan, "first_response", priority.name, opened)
        limit = f", limit {when(promised.limit)}" if promised.limit != promised.due else ""
        print(f"    {priority.name:<9} due {when(promised.due)}{limit}")
    print()


def when(at: datetime) -> str:
    return f"{at:%a %Y-%m-%d %H:%M %Z}"


if __name__ == "__main__":
    main()
