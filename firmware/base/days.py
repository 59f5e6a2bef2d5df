"""The day on which something will be, as phrases: every language says it with the same ones."""

from datetime import datetime, timedelta

from firmware.base.hours import WEEKDAYS

A_WEEK = 7  # days from which a weekday's name would be taken for the nearer one


def coming(then: datetime, now: datetime) -> tuple[str, ...]:
    """Today, tomorrow, on Monday, or the day of the month."""
    if then.hour == then.minute == 0:
        then -= timedelta(minutes=1)  # midnight ends the evening that people think of
    days = (then.date() - now.date()).days
    if days < 2:
        return ("day.tomorrow" if days else "day.today",)
    if days < A_WEEK:
        return (f"day.{WEEKDAYS[then.weekday()]}",)
    return f"date.{then.day}", f"month.{then.month}"
