"""Tables of compliance: each answer of a registry, with the date on which it was given."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from dealix.store.base import Base, Tenanted


class RegistryAnswer(Tenanted, Base):
    """One answer that was paid for; `sealed` under the tenant's key, None where none is known.

    `world` is `real`, or the ID of the rehearsal that asked the sandbox. `fetched_at` is the
    asking run's time.
    """

    __tablename__ = "registry_answers"
    id: Mapped[str] = mapped_column(primary_key=True)
    source: Mapped[str]
    number: Mapped[str]
    world: Mapped[str]
    fetched_at: Mapped[datetime]
    known: Mapped[bool]
    sealed: Mapped[bytes | None]
