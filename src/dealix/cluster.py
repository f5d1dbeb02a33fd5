"""The Temporal cluster of the settings, reached as they say: plain, by TLS or by an API key."""

from pathlib import Path

from temporalio.client import Client, TLSConfig
from temporalio.converter import DataConverter
from temporalio.runtime import Runtime

from dealix.settings import Settings


async def reach(
    settings: Settings,
    address: str,
    converter: DataConverter = DataConverter.default,
    runtime: Runtime | None = None,
) -> Client:
    """A client of the cluster at `address`, for the namespace of real runs.

    Raises:
        RuntimeError: nobody answers there, or what answers does not let us in.
    """
    key = settings.temporal_api_key
    return await Client.connect(
        address,
        namespace=settings.temporal_namespace,
        data_converter=converter,
        tls=tls(settings),
        api_key=key.get_secret_value() if key else None,
        runtime=runtime,
    )


def tls(settings: Settings) -> bool | TLSConfig:
    """TLS as the settings ask for it: none, plain, or with a client certificate."""
    if settings.temporal_tls_cert_file is None and settings.temporal_tls_ca_file is None:
        return settings.temporal_tls or settings.temporal_api_key is not None
    return TLSConfig(
        server_root_ca_cert=_content(settings.temporal_tls_ca_file),
        client_cert=_content(settings.temporal_tls_cert_file),
        client_private_key=_content(settings.temporal_tls_key_file),
    )


def _content(path: Path | None) -> bytes | None:
    return path.read_bytes() if path is not None else None
