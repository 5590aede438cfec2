"""Django's PostgreSQL backend, with one addition: who is acting travels with every transaction."""
