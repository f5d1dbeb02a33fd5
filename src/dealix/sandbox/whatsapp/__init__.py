"""Meta's WhatsApp Cloud API, played: messages, their statuses, and answers by signed webhooks."""
