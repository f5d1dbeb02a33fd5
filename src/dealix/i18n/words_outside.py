"""The words of what passes between us and people outside: messages, consents, signatures."""

from dealix.i18n.catalogue import N_

SIGNATURES = {
    "partner_signatory": N_("For the partner"),
    "company_signatory": N_("For us"),
    "signature_sending": N_("Being sent"),
    "signature_created": N_("Being sent"),
    "signature_sent": N_("Sent, not opened yet"),
    "signature_delivered": N_("Opened, not signed yet"),
    "signature_signed": N_("Signed"),
    "signature_completed": N_("Signed"),
    "signature_declined": N_("Declined"),
    "signature_voided": N_("Voided at the provider"),
    "signature_withdrawn": N_("Withdrawn by us"),
    "signed_document": N_("Signed document"),
}

MESSAGES = {
    "allowed": N_("Allowed"),
    "refused": N_("Refused"),
    "later": N_("Waits"),
    "partnership": N_("Partnership"),
    "service": N_("Service"),
    "marketing": N_("Marketing"),
    "given": N_("gave consent"),
    "withdrawn": N_("withdrew consent"),
    "opted_out": N_("asked us to stop"),
    "lifted": N_("did not ask us to stop"),
    "model_reading": N_("By the model's reading"),
    "read_by_person": N_("One of our people read the message"),
    "given_by_person": N_("The person said so"),
    "given_by_starter": N_("Vouched for at the start"),
    "web_form": N_("A web form"),
    "signed_contract": N_("A signed contract"),
    "reply": N_("An answer to us"),
    "signature_right": N_("The signature is right"),
    "no_message_leaves_twice_under_one_id": N_("No message leaves twice under one ID"),
    "the_person_has_not_opted_out": N_("The person has not opted out"),
    "consent_is_on_record_for_channel_and_purpose": N_(
        "Consent is on record for this channel and purpose"
    ),
    "marketing_goes_only_to_who_gave_their_own_data": N_(
        "Marketing goes only to who gave their own data"
    ),
    "the_country_allows_this_purpose_on_this_channel": N_(
        "The country allows this purpose on this channel"
    ),
    "a_first_message_says_how_to_stop_it": N_("A first message says how to stop it"),
    "outside_the_whatsapp_window_only_a_template_goes": N_(
        "Outside the 24 hours of WhatsApp only a template goes"
    ),
    "the_sender_stays_within_the_daily_limit": N_("The sender stays within the daily limit"),
    "nobody_is_disturbed_in_quiet_hours": N_("Nobody is disturbed in quiet hours"),
}
