"""DocuSign eSignature v2.1, played: tokens, envelopes, Connect webhooks, and whoever signs."""
