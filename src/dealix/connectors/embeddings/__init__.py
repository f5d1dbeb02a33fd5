"""Vectors of texts, by an OpenAI-compatible endpoint."""

from dealix.connectors.embeddings.endpoint import EmbeddingsEndpoint

__all__ = ["EmbeddingsEndpoint"]
