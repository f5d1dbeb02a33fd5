"""Messages over WhatsApp: a Protocol and the client of Meta's Cloud API."""

from dealix.connectors.whatsapp.cloud import CloudWhatsApp, WhatsApp
from dealix.connectors.whatsapp.messages import (
    Sent,
    TemplateMessage,
    TextMessage,
    correlation_for,
    template_message,
    text_message,
)

__all__ = [
    "CloudWhatsApp",
    "Sent",
    "TemplateMessage",
    "TextMessage",
    "WhatsApp",
    "correlation_for",
    "template_message",
    "text_message",
]
