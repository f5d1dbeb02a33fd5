"""The words of the tasks that read messages, and of their parts."""

from dealix.i18n.catalogue import N_

LANGUAGE = {
    "message_classification": N_("Message classification"),
    "classify": N_("Text classified"),
    "tag": N_("Message tagged"),
    "dialect_detection": N_("Dialect detection"),
    "detect_dialect": N_("Dialect detected"),
}
