"""Read replicas: pages that only read may be read from copies of the database, so that the primary has room to write.

``REPLICA_URLS`` names them; without it nothing of this is loaded. A whole page is read from one server: the middleware
(``routing.py``) puts a replica's connection in the place of the default one while the view runs, below the ORM, so that
querysets, raw SQL, ``transaction.atomic`` and what the walls are told all go the same way. A Django router alone would
move the querysets and leave the rest behind, and one page would show two moments.

On the primary stay: whatever is not GET or HEAD, who asks and what they may, sessions, sign-in, accounts, admin, the
audit trail, upkeep, tasks and commands, and views that write while they read (an opening of a compartment, say). The
latter are not listed: a replica refuses to write, the request is done once more on the primary, and the process
remembers the view.

``servers.py`` knows how far each replica is, and leaves one alone that is behind, gone or in the way of its recovery.
"""
