"""Models: a Protocol for one structured answer, and the client for OpenAI-compatible endpoints."""

from dealix.connectors.llm.chat import ChatCompletions
from dealix.connectors.llm.questions import Question, Reply, StructuredModel, Turn

__all__ = ["ChatCompletions", "Question", "Reply", "StructuredModel", "Turn"]
