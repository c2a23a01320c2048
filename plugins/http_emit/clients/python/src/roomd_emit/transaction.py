"""Emits with the commit of a transaction: SELECT roomd.emit(...)."""
from __future__ import annotations

from typing import Any, List, Tuple

from .errors import EmitRefused
from .event import Aim, Known, UNKNOWN, check, text


def query(event: str, data: Any, aim: Aim, known: Known = UNKNOWN) -> Tuple[str, List[Any]]:
    """The SQL and its parameters, in the %s style of psycopg.  Raises EmitRefused for what can not be there."""
    check(event, data, known)
    if aim.rooms is not None and not aim.rooms:
        raise EmitRefused("rooms_empty", "name at least one room, or leave the rooms out", event, pointer="/rooms")
    values: List[Any] = [event, text(event, data)]
    sql = "SELECT roomd.emit(%s, %s::jsonb"
    for name, value in (("rooms => %s::text[]", aim.rooms), ("except_rooms => %s::text[]", aim.except_ or None),
                        ("traceparent => %s", aim.traceparent),
                        # Only where it is asked for: a schema before version 10 has none of them.
                        ("namespace => %s", aim.namespace), ("volatile => %s", aim.volatile or None),
                        ("broadcast => %s", aim.broadcast or None)):
        if value is not None:
            sql += f", {name}"
            values.append(list(value) if isinstance(value, tuple) else value)
    return sql + ")", values


class Transaction:
    """A sink on a cursor of psycopg, or whatever executes as it does."""

    def __init__(self, cursor: Any, development: bool):
        self._cursor, self._development = cursor, development

    def emit(self, event: str, data: Any, aim: Aim, known: Known) -> None:
        self._cursor.execute(*query(event, data, aim, known if self._development else UNKNOWN))

    def confirmed(self, event: str, data: Any, aim: Aim, known: Known) -> None:
        raise EmitRefused("not_in_transaction", "nobody knows the recipients before the commit", event)


class AsyncTransaction(Transaction):
    """... on a cursor whose execute() is awaited."""

    async def emit(self, event: str, data: Any, aim: Aim, known: Known) -> None:  # type: ignore[override]
        await self._cursor.execute(*query(event, data, aim, known if self._development else UNKNOWN))
