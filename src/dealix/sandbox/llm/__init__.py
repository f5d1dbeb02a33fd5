"""An OpenAI-compatible endpoint, played: its answers are made of the schema, by no model."""
