"""What the rooms ask the report to watch: queries that must stay fast, and records with too many of something."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models

from ip2a.compartments import of_model

Query = Callable[[], Any]


@dataclass(frozen=True)
class HotQuery:
    name: str
    label: str
    run: Query


@dataclass(frozen=True)
class Outliers:
    """Parents of ``model`` by the key ``by`` that have more than the threshold ``limit`` of them."""

    model: type[models.Model]
    by: str
    limit: str
    sentence: str


hot_queries: dict[str, HotQuery] = {}
watched: list[Outliers] = []


def hot_query(name: str, label: str) -> Callable[[Query], Query]:
    """Register a function that gives a query (or runs it); it is timed in a read-only transaction."""

    def register(function: Query) -> Query:
        if name in hot_queries:
            raise ValueError(f"Two hot queries are named {name}.")
        hot_queries[name] = HotQuery(name, label, function)
        return function

    return register


def outliers(model: type[models.Model], *, by: str, limit: str, sentence: str) -> None:
    """``sentence`` has {count} and {limit}. Models of a compartment are refused: counts would be told outside."""
    if of_model(model):
        raise ValueError(f"{model._meta.label} is inside a compartment: its numbers stay there.")
    watched.append(Outliers(model, by, limit, sentence))
