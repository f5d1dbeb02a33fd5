"""The words of typed outputs, of papers, and of what two papers differ in."""

from dealix.i18n.catalogue import N_

PAPERS = {
    "PartnerDossier": N_("Partner dossier"),
    "EconomicsModel": N_("Economics"),
    "counter_offer": N_("Counter-offer"),
    "stale_ar": N_("Arabic is stale"),
    "stale_en": N_("English is stale"),
    "person": N_("A person"),
    "upload": N_("A file that was brought in"),
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

PLACES = {
    "place_reference": N_("the paper's reference"),
    "place_version": N_("the number of the version"),
    "place_date_ar": N_("the date in Arabic"),
    "place_date_en": N_("the date in English"),
    "place_company_ar": N_("our company's name in Arabic"),
    "place_company": N_("our company's name in English"),
    "place_partner_ar": N_("the partner's name in Arabic"),
    "place_partner": N_("the partner's name in English"),
    "place_registration_number": N_("the partner's registration number"),
    "place_contact_name": N_("the partner's contact"),
    "place_prevailing_ar": N_("the language that prevails, in Arabic"),
    "place_prevailing_en": N_("the language that prevails, in English"),
    "place_clauses.number": N_("the number of a clause, before both titles"),
    "place_clauses.title_ar": N_("the title of a clause in Arabic"),
    "place_clauses.title_en": N_("the title of a clause in English"),
    "place_clauses.ar": N_("the text of a clause in Arabic"),
    "place_clauses.en": N_("the text of a clause in English"),
    "place_signing": N_("the lines where both parties sign"),
}

CLAUSES = {
    "clause_added": N_("Added"),
    "clause_removed": N_("Left out"),
    "clause_changed": N_("Changed"),
    "clause_renumbered": N_("Moved to another number"),
    "clause_not_compared": N_("A PDF came back. It is not compared with ours: a person reads it"),
    "clause_hidden": N_("Text where a reader would not look"),
    "where_preamble": N_("outside the clauses"),
    "where_comment": N_("in a comment"),
    "where_header": N_("at the head of the page"),
    "where_footer": N_("at the foot of the page"),
    "where_note": N_("in a note"),
    "where_text_box": N_("in a text box"),
    "where_hidden_text": N_("in hidden letters"),
}
