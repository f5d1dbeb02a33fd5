"""The words of the tasks that read messages and documents, and of their parts."""

from dealix.i18n.catalogue import N_

LANGUAGE = {
    "message_classification": N_("Message classification"),
    "classify": N_("Text classified"),
    "tag": N_("Message tagged"),
    "dialect_detection": N_("Dialect detection"),
    "detect_dialect": N_("Dialect detected"),
    "knowledge": N_("A document to search"),
    "knowledge_retrieval": N_("Knowledge retrieval"),
    "embed": N_("Question embedded"),
    "search": N_("Passages searched"),
    "rank": N_("Passages ranked"),
    "application/pdf": N_("PDF"),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": N_("Word document"),
    "text/html": N_("Web page"),
    "text/plain": N_("Plain text"),
}
