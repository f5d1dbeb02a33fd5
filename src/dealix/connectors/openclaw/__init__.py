"""An OpenClaw gateway, as far as we use it: one structured answer, with our tools or without."""

from dealix.connectors.openclaw.gateway import OpenClawGateway

__all__ = ["OpenClawGateway"]
