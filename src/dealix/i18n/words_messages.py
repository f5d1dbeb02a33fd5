"""The words of what messages want and of how they are written, under names of their own."""

from dealix.i18n.catalogue import N_

TAGS = {
    "intent.interested": N_("Interested"),
    "intent.pricing_question": N_("Asks for prices"),
    "intent.product_question": N_("Asks about the product"),
    "intent.meeting_request": N_("Wants to meet"),
    "intent.objection": N_("Has an objection"),
    "intent.not_interested": N_("Not interested"),
    "intent.not_now": N_("Not now"),
    "intent.partner_enquiry": N_("Wants to be a partner"),
    "intent.opt_out": N_("Wants no more messages"),
    "intent.support": N_("Needs support"),
    "intent.out_of_office": N_("Out of office"),
    "intent.other": N_("A person must read it"),
    "dialect.saudi": N_("Saudi"),
    "dialect.gulf": N_("Gulf"),
    "dialect.egyptian": N_("Egyptian"),
    "dialect.levantine": N_("Levantine"),
    "dialect.maghrebi": N_("Maghrebi"),
    "dialect.iraqi": N_("Iraqi"),
    "dialect.msa": N_("Standard Arabic"),
    "dialect.arabizi": N_("Arabic in Latin letters"),
    "dialect.other_language": N_("Not Arabic"),
    "dialect.undetermined": N_("Dialect not certain"),
}
