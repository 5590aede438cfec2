"""`manage.py up`: everything that IP2A is, as one foreground process and its children."""
