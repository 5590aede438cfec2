"""The caretaker's own checks: of the schema and what guards it, and of what every app shares."""

from maintenance import integrity_shared, schema, schema_guards

__all__ = ["integrity_shared", "schema", "schema_guards"]
