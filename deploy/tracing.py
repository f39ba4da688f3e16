"""The optional part that sends spans to a collector (OpenTelemetry, OTLP over HTTP).

`pip install .[tracing]` and MADOGUCHI_TRACING=1. Where to, how many and under what name is said by OpenTelemetry's own
variables (OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_TRACES_SAMPLER, OTEL_SERVICE_NAME), which its library reads.
"""

from __future__ import annotations

from bot.observing import tracing
from deploy.settings import Settings, SettingsError


def switch_on(settings: Settings) -> None:
    """Sends this process's spans to the collector when that is set. Raises SettingsError when the parts are missing."""
    if not settings.tracing:
        return
    try:
        from deploy.opentelemetry_tracer import exporting_tracer  # noqa: PLC0415 - optional
    except ImportError:
        raise SettingsError(
            "トレースの部品がありません。pip install '.[tracing]' で入れるか、MADOGUCHI_TRACING=0 にしてください。"
        ) from None
    tracing.use(exporting_tracer())
