"""The medium lane's Celery application: durable by its own lease, Celery is only the bell."""

from celery import Celery

from dealix.settings import Settings

VISIBILITY_SECONDS = 3600


def celery_app(settings: Settings) -> Celery:
    """Celery as it must be configured to lose nothing: late acks, one task at a time prefetched."""
    url = settings.broker_url.get_secret_value() if settings.broker_url else None
    app = Celery("dealix", broker=url)
    app.conf.update(
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        broker_transport_options={"visibility_timeout": VISIBILITY_SECONDS},
        broker_connection_retry_on_startup=True,
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        worker_hijack_root_logger=False,
        timezone="UTC",
    )
    return app
