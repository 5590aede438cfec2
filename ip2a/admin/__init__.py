"""The administration pages: Django's admin behind our sign-in."""
