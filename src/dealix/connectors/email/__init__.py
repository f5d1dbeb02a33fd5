"""Mail to people outside: a Protocol and the client over SMTP."""

from dealix.connectors.email.message import Attachment, Mail, Receipt, message_id_for
from dealix.connectors.email.smtp import Mailer, SmtpMailer

__all__ = ["Attachment", "Mail", "Mailer", "Receipt", "SmtpMailer", "message_id_for"]
