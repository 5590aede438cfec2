"""The head of every paper."""

from django import template

from ip2a.papers import drafting

register = template.Library()

register.simple_tag(drafting.letterhead, name="letterhead")
