"""The API's process: programs, people's console, webhooks."""

import uvicorn

from dealix.api.app import create_app
from dealix.bootstrap import services
from dealix.business.messages.service import warm
from dealix.console.routes import add_pages
from dealix.observability import logs
from dealix.observability.exit import leave
from dealix.observability.temporal import measured
from dealix.processes import settle


def main() -> int:
    """Entry of `python -m dealix.processes.api`."""
    made = services()
    logs.configure(made.settings.process, made.settings.log_level)
    measured(made.settings)
    warm()
    settle()
    uvicorn.run(
        create_app(made, add_pages),
        host=made.settings.api_host,
        port=made.settings.api_port,
        log_config=None,
        access_log=False,
        proxy_headers=False,  # uvicorn would believe whoever is on this machine
        server_header=False,
        timeout_graceful_shutdown=3,
    )
    return 0


if __name__ == "__main__":
    leave(main())
