"""Lists that go on: one page of rows, the newest first, behind the last row of the page before."""

from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

Rows = TypeVar("Rows", bound=Select[*tuple[Any, ...]])
Place = ColumnElement[Any] | InstrumentedAttribute[Any]


def newest_first(query: Rows, key: Place, before: str | None, *places: Place) -> Rows:
    """Order by these columns, greatest first, and go on behind the row whose `key` is `before`.

    The last column makes an order out of ties. Behind a row that there is not, there is nothing.
    """
    query = query.order_by(*(place.desc() for place in places))
    if before is None:
        return query
    last = select(*places).where(key == before).scalar_subquery()
    return query.where(tuple_(*places) < last)
