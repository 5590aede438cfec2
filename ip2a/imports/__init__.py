"""Tables from outside become records: read, map, check, write in bulk, report, take back.

This package knows no domain. A room says in its ``imports.py`` which kinds of rows it takes (``kinds.register``);
``batches`` is what commands, tasks and pages call.
"""
