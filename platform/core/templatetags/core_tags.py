from core.words import say as _say
from django import template

register = template.Library()
register.filter("say", _say)
