"""The names of the fund's rules on the screen."""

from django import template

register = template.Library()

NAMES = {
    "membership": "length of membership",
    "standing": "standing",
    "reapply-wait": "wait after a denial",
    "bar": "bar after a false statement",
    "strike": "strike",
    "amount": "amount",
    "largest-amount": "most for one application",
    "rolling-cap": "cap of the period",
    "lifetime-cap": "cap for life",
    "reason-cap": "cap for the reason",
    "fund-floor": "floor of the fund",
    "documents": "papers",
    "emergency": "emergency lane",
    "levels": "levels",
    "other-cases": "other applications",
}


@register.filter
def rule_name(rule: str) -> str:
    return NAMES.get(rule, rule.replace("-", " "))
