"""What a tenant may set about its clock: hours, what each priority allows, quiet hours, limits."""

from datetime import datetime, time, timedelta
from typing import Annotated, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

Priority = Literal["critical", "high", "normal", "low"]
Channel = Literal["email", "whatsapp", "sms"]
PRIORITIES: tuple[Priority, ...] = get_args(Priority)
CHANNELS: tuple[Channel, ...] = get_args(Channel)

Minutes = Annotated[int, Field(ge=15, le=60 * 8 * 60)]
PerDay = Annotated[int, Field(ge=0, le=1_000_000)]


class Frozen(BaseModel):
    """A value that never changes, so that a calendar made of it can be kept."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Span(Frozen):
    """Hours of one day, on the local clocks."""

    begins: time
    ends: time

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.begins >= self.ends:
            raise PydanticCustomError("hours_backwards", "hours end after they begin")
        return self


class Quiet(Frozen):
    """Hours in which nobody outside is written to; they may reach over midnight."""

    begins: time = time(21)
    ends: time = time(8)

    def over(self, local: datetime) -> datetime | None:
        """When the quiet in which this local moment lies ends; None outside of it."""
        clock = local.time()
        if self.begins <= self.ends:
            inside, tomorrow = self.begins <= clock < self.ends, False
        else:
            inside, tomorrow = clock >= self.begins or clock < self.ends, clock >= self.begins
        if not inside:
            return None
        day = local.date() + timedelta(days=int(tomorrow))
        return datetime.combine(day, self.ends, local.tzinfo)


class Allowed(Frozen):
    """How much working time each priority has, in minutes (a working day has 480)."""

    critical: Minutes = 240
    high: Minutes = 480
    normal: Minutes = 960
    low: Minutes = 2400

    def of(self, priority: Priority) -> timedelta:
        """The working time of a priority."""
        return timedelta(minutes=int(getattr(self, priority)))


class DailyLimits(Frozen):
    """How many messages one sender may send to outsiders on one local day."""

    email: PerDay = 20
    whatsapp: PerDay = 10
    sms: PerDay = 10

    def of(self, channel: str) -> int:
        """The limit of a channel."""
        return int(getattr(self, channel))


class WorkingSettings(Frozen):
    """A tenant's clock; what is not set has the default. `quiet` None: nobody need be let sleep."""

    day: Span = Span(begins=time(9), ends=time(17))
    ramadan: Span = Span(begins=time(10), ends=time(16))
    quiet: Quiet | None = Quiet()
    allowed: Allowed = Allowed()
    daily: DailyLimits = DailyLimits()
