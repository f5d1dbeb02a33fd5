"""An OpenClaw gateway, played as far as `llm-task` and client tools go."""
