"""The words of typed outputs, of papers, and of what two papers differ in."""

from dealix.i18n.catalogue import N_

PAPERS = {
    "PartnerDossier": N_("Partner dossier"),
    "EconomicsModel": N_("Economics"),
    "counter_offer": N_("Counter-offer"),
    "stale_ar": N_("Arabic is stale"),
    "stale_en": N_("English is stale"),
    "person": N_("A person"),
    "rules": N_("Rules"),
    "version": N_("Version"),
    "rounds": N_("Rounds before"),
    "commercial_owner": N_("Commercial owner"),
    "counsel": N_("Legal counsel"),
    "registry": N_("Registry"),
    "model": N_("Model"),
    "every_rule_holds": N_("Every rule holds"),
    "contact_locale": N_("Contact language"),
    "contact_person_id": N_("Contact (identifier)"),
}

CLAUSES = {
    "clause_added": N_("Added"),
    "clause_removed": N_("Left out"),
    "clause_changed": N_("Changed"),
    "clause_renumbered": N_("Moved to another number"),
    "clause_hidden": N_("Text where a reader would not look"),
    "where_preamble": N_("outside the clauses"),
    "where_comment": N_("in a comment"),
    "where_header": N_("at the head of the page"),
    "where_footer": N_("at the foot of the page"),
    "where_note": N_("in a note"),
    "where_text_box": N_("in a text box"),
    "where_hidden_text": N_("in hidden letters"),
}
