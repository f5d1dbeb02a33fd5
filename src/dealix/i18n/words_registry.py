"""Words of the company registry and of what an activation needs."""

from dealix.i18n.catalogue import N_

REGISTRY = {
    "wathq": N_("Company registry (Wathq)"),
    "check_registration": N_("Registration checked"),
    "confirm_registration": N_("Registration confirmed"),
    "check_activation_facts": N_("Facts of the activation on record"),
    "activation_facts": N_("What the activation needs"),
    "activate_in_crm": N_("Active in the CRM"),
    "deactivate_in_crm": N_("Activation taken back in the CRM"),
    "RegistryFinding": N_("Registry's answer"),
    "RegistryConfirmation": N_("Registry's answer before the activation"),
    "SaudizationStatus": N_("Saudization"),
    "data_sharing": N_("Sharing personal data"),
    "at_registry": N_("Checked at the company registry"),
    "registered_name": N_("Name at the registry"),
    "entity_type": N_("Legal form"),
    "registry_status": N_("Standing at the registry"),
    "registration_is_active": N_("Active"),
    "confirmation_due": N_("Annual confirmation due"),
    "managers_sign": N_("The managers sign"),
    "contact_signs": N_("The contact may sign"),
    "sign_alone": N_("alone"),
    "sign_jointly": N_("together with the others"),
    "sign_unclear": N_("the registry does not say how"),
    "sign_no": N_("not by the registry"),
    "asked_at": N_("Asked on"),
    "reference": N_("Reference"),
    "saudization": N_("Saudization (Nitaqat band)"),
    "data_sharing_consent": N_("Consent to sharing personal data (PDPL)"),
    "platinum": N_("Platinum"),
    "high_green": N_("High green"),
    "medium_green": N_("Medium green"),
    "low_green": N_("Low green"),
    "red": N_("Red"),
    "not_subject": N_("Not subject to Nitaqat"),
    "contact_signs_jointly": N_(
        "The contact signs only together with the company's other managers."
    ),
    "contact_signing_unclear": N_("The registry does not say whether the contact may sign alone."),
    "contact_may_not_sign": N_(
        "The registry does not name the contact as a manager: signing needs a power of attorney."
    ),
    "saudization_not_recorded": N_(
        "The partner's Saudization is not on record: the activation will wait for it."
    ),
    "SigningPower": N_("Power to sign"),
    "signing_basis": N_("Why the contact may sign"),
    "signing_document": N_("Reference of that document"),
    "signing_scope": N_("What it covers"),
    "signing_until": N_("In force until"),
    "power_of_attorney": N_("Power of attorney"),
    "joint_signature": N_("The other managers sign as well"),
    "signing_power_not_recorded": N_(
        "Why the contact may sign is not on record: the activation will wait for it."
    ),
    "saudization_red": N_("The partner stands in the red band of Nitaqat."),
    "data_sharing_not_consented": N_(
        "No consent to sharing personal data is on record: the activation will wait for it."
    ),
}
