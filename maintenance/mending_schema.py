"""Putting right what is wrong in the database itself: indexes, constraints, triggers. Only the tables' owner may."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import environ
import psycopg
from django.conf import settings
from django.db import connection

from ip2a.compartments import of_model
from maintenance.mending import CURES
from maintenance.models import HealRun
from maintenance.models_healing import Action, QuarantineRow, model_of_table
from maintenance.registry import Check, Thing

BY_HAND = (
    "{text} Only the owner of the tables may put it right, with: {cure} "
    "(docs/operations.md, “Statements for the database”)"
)
FOR_A_PERSON = "{text} This is for a person: {cure}"
Execute = Callable[[str], None]
_inside: ContextVar[Execute | None] = ContextVar("executes_as_owner", default=None)


def owner_parameters() -> dict[str, str]:
    """How to connect to this database as the owner of its tables."""
    owner = environ.Env.db_url_config(settings.DATABASE_OWNER_URL)
    given = {"user": owner["USER"], "password": owner["PASSWORD"], "host": owner["HOST"], "port": owner["PORT"]}
    options = {k: str(v) for k, v in owner.get("OPTIONS", {}).items()}
    return {**options, **{k: str(v) for k, v in given.items() if v}, "dbname": connection.settings_dict["NAME"]}


@contextmanager
def executing(execute: Execute) -> Iterator[None]:
    """Run the statements by this function instead of a connection of their own."""
    token = _inside.set(execute)
    try:
        yield
    finally:
        _inside.reset(token)


def why_not(thing: Thing) -> str:
    """Why this is not mended by itself; "" where it is."""
    if not thing.cure:
        return thing.text
    return "" if CURES.match(thing.cure) else FOR_A_PERSON.format(text=thing.text, cure=thing.cure)


def cure(check: Check, run: HealRun) -> tuple[int, list[str]]:
    """Run the statements that are safe; how many, and what is left for a person, in words."""
    things = check.tell() if check.tell is not None else []
    problems = [why for thing in things if (why := why_not(thing))]
    done = 0
    for thing in things:
        if why_not(thing):
            continue
        try:
            _as_owner(thing.cure)
        except psycopg.Error as error:
            reason = error.diag.message_primary or str(error).strip()
            problems.append(f"{BY_HAND.format(text=thing.text, cure=thing.cure)} ({reason})")
        else:
            done += 1
            _keep(check, run, thing)
    return done, problems


def _as_owner(statement: str) -> None:
    execute = _inside.get()
    if execute is not None:
        return execute(statement)
    with psycopg.connect(**owner_parameters(), autocommit=True) as owner:
        # Whoever writes meanwhile must not queue up behind a lock that is itself waiting.
        owner.execute("SET lock_timeout = '500ms'")
        owner.execute(statement)
    return None


def _keep(check: Check, run: HealRun, thing: Thing) -> None:
    model = model_of_table(thing.table)
    QuarantineRow.objects.create(
        run=run,
        check_name=check.name,
        table_name=thing.table,
        row_key=thing.name,
        action=Action.CURED,
        compartment=of_model(model) if model else "",
        before={"found": thing.text},
        after={"done": thing.cure},
    )
