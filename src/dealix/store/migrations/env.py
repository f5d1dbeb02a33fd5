"""Alembic's entry: runs the revisions on the owner's connection that `migrate` hands over."""

from alembic import context

import dealix.store.tables  # noqa: F401 (fills the metadata)
from dealix.store.base import Base

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Base.metadata, compare_type=True)
with context.begin_transaction():
    context.run_migrations()
