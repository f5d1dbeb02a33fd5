"""The medium worker's process: Celery on threads, since the Temporal SDK must not be forked."""

from dealix.bootstrap import services
from dealix.lanes import short_worker
from dealix.lanes.medium import answer_the_bell, celery_app, worker_of
from dealix.observability import logs, metrics
from dealix.observability.exit import leave
from dealix.observability.temporal import measured
from dealix.processes import settle


def main() -> int:
    """Entry of `python -m dealix.processes.medium_worker`."""
    made = services()
    logs.configure(made.settings.process, made.settings.log_level)
    if made.settings.metrics_port:
        metrics.serve(made.settings.metrics_port)
    measured(made.settings)
    short_worker.start(made.settings, made.short_jobs)
    app = celery_app(made.settings)
    answer_the_bell(app, made.pipeline_worker)
    settle()
    worker_of(app, made.settings.medium_threads).start()
    return 0


if __name__ == "__main__":
    leave(main())
