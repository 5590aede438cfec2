"""The caretaker's own checks: of the schema, and of what guards it."""

from maintenance import schema, schema_guards

__all__ = ["schema", "schema_guards"]
