"""An OpenClaw gateway, played as far as `llm-task` goes."""
