"""Where the same run is seen in Temporal's own UI."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from dealix.settings import Settings


def engine_href(settings: Settings, run: Mapping[str, Any]) -> str:
    """The address of the run's history; empty while the engine does not know it or shows no UI."""
    engine_id = run.get("engine_id")
    if not settings.temporal_ui_url or not engine_id or run.get("lane") != "durable":
        return ""
    namespace = settings.temporal_namespace
    if run.get("rehearsal"):
        namespace = settings.temporal_rehearsal_namespace
    base = settings.temporal_ui_url.rstrip("/")
    return f"{base}/namespaces/{quote(namespace)}/workflows/{quote(str(engine_id), safe='')}"
