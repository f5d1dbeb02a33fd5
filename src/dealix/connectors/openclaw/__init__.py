"""An OpenClaw gateway, as far as we use it: one structured answer by its tool `llm-task`."""

from dealix.connectors.openclaw.gateway import OpenClawGateway

__all__ = ["OpenClawGateway"]
