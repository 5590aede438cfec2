"""The caretaker's own checks: of the schema and what guards it, of what every app shares, and of files."""

from maintenance import integrity_files, integrity_logbook, integrity_shared, schema, schema_guards

__all__ = ["integrity_files", "integrity_logbook", "integrity_shared", "schema", "schema_guards"]
