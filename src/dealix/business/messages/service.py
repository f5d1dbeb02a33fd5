"""Messages for the doors: what one wants, in which dialect it is; nothing of it is kept."""

from collections.abc import Callable, Mapping

from dealix.actors import Actor
from dealix.business.messages.schemas import ClassifiedMessage, DetectedDialect
from dealix.business.messages.tasks import ClassifyMessage, DetectDialect, Message
from dealix.lanes.short import timed
from dealix.lanes.step_executor import StepExecutor
from dealix.language.dialects import dialects
from dealix.language.intents import intents
from dealix.observability import metrics

WARMING = "مرحبا hello"


class MessageService:
    """Classifying and detecting. `permit(actor, right)` raises."""

    def __init__(self, permit: Callable[[Actor, str], None], models: StepExecutor) -> None:
        self.permit = permit
        self.classification = ClassifyMessage(models)

    def classify(
        self,
        actor: Actor,
        text: str,
        *,
        subject: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> ClassifiedMessage:
        """What a message wants, in the actor's language; its text is neither kept nor logged."""
        self.permit(actor, "message.classify")
        message = Message(text, actor.locale, subject, headers or {}, actor.tenant_id)
        with timed("message_classification"):
            found = self.classification.run(message)
        metrics.label("intent", found.label)
        return found

    def dialect(self, actor: Actor, text: str) -> DetectedDialect:
        """The dialect of a message; its text is neither kept nor logged."""
        self.permit(actor, "message.classify")
        with timed("dialect_detection"):
            found = DetectDialect().run(Message(text, actor.locale))
        metrics.label("dialect", found.label)
        return found


def warm() -> None:
    """Read the models into this process, so that no message waits for them (half a second)."""
    dialects().detect(WARMING)
    intents().classify(WARMING)
