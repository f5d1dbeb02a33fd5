"""The words of countries, languages and currencies."""

from dealix.i18n.catalogue import N_

PLACES_AND_MONEY = {
    "SA": N_("Saudi Arabia"),
    "AE": N_("United Arab Emirates"),
    "BH": N_("Bahrain"),
    "KW": N_("Kuwait"),
    "QA": N_("Qatar"),
    "OM": N_("Oman"),
    "ar": N_("Arabic"),
    "en": N_("English"),
    "SAR": N_("Saudi riyal"),
    "AED": N_("UAE dirham"),
    "BHD": N_("Bahraini dinar"),
    "KWD": N_("Kuwaiti dinar"),
    "QAR": N_("Qatari riyal"),
    "OMR": N_("Omani rial"),
    "USD": N_("US dollar"),
}
