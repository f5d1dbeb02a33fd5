"""Mails and messages as pure functions of who we are, who the contact is, and where they answer.

Nothing here reads a clock, a database or a setting: the same facts give the same text, so that
the hash that a manager approved can be compared with what would leave now.
"""

from dataclasses import dataclass

from dealix.trust.outbound.governance import opt_out_line


@dataclass(frozen=True)
class Facts:
    """What a text is made of: our own name, the contact's name, the terms' reference and version.

    `page` is where the partner answers.
    """

    company: str
    company_ar: str
    contact_name: str
    reference: str
    version: int = 1
    page: str = ""


@dataclass(frozen=True)
class Template:
    """A WhatsApp template with the values of its places, and the text that a person will read.

    The texts here are those under which the templates are submitted to Meta for approval.
    """

    name: str
    values: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Letter:
    """A mail's subject and body in the contact's language."""

    subject: str
    body: str


def terms(facts: Facts, locale: str) -> Letter:
    """The mail that brings the terms as PDF and as Word document."""
    if locale == "ar":
        return Letter(
            f"شروط الشراكة مع {facts.company_ar} — {facts.reference}",
            f"السيد/السيدة {facts.contact_name}،\n\nتجدون مرفقاً مسودة شروط الشراكة (الإصدار "
            f"{facts.version}) بالعربية والإنجليزية، بصيغتي PDF وWord. للاطلاع عليها والقبول أو "
            f"اقتراح تعديل أو الاعتذار:\n{facts.page}\n\nويمكنكم تعديل مستند Word وإرفاقه "
            f"في الصفحة نفسها، أو الرد على هذه الرسالة.\n\n{facts.company_ar}\n",
        )
    return Letter(
        f"Partnership terms with {facts.company} — {facts.reference}",
        f"Dear {facts.contact_name},\n\nPlease find attached our draft partnership terms (version "
        f"{facts.version}) in Arabic and English, as PDF and as Word document. To read them, "
        f"accept, propose a change or decline:\n{facts.page}\n\nYou may change the Word document "
        f"and hand it in on that page, or answer this mail.\n\n{facts.company}\n",
    )


def signature_request(facts: Facts, locale: str) -> Letter:
    """What the signature provider writes to those who sign."""
    if locale == "ar":
        return Letter(
            f"للتوقيع: مذكرة شروط الشراكة {facts.reference}",
            f"نرجو توقيع مذكرة شروط الشراكة {facts.reference} بصيغتها التي اتفق عليها الطرفان، "
            f"الإصدار {facts.version}.",
        )
    return Letter(
        f"For signature: partnership term sheet {facts.reference}",
        f"Please sign the partnership term sheet {facts.reference} in the version on which both "
        f"sides agreed, version {facts.version}.",
    )


def withdrawal(reference: str, locale: str) -> str:
    """What the signature provider tells those who were to sign, when the envelope is voided."""
    if locale == "ar":
        return f"سحبنا مذكرة شروط الشراكة {reference}، ولن نمضي فيها في الوقت الحالي."
    return f"We have withdrawn the term sheet {reference} and will not go on with it for now."


def retraction(facts: Facts, locale: str) -> Letter:
    """The mail that takes the terms back and says that the partnership does not go on."""
    if locale == "ar":
        return Letter(
            f"سحب شروط الشراكة — {facts.reference}",
            f"السيد/السيدة {facts.contact_name}،\n\nنسحب بهذا مذكرة الشروط المرسلة إليكم تحت الرقم "
            f"{facts.reference}، ولن نمضي في هذه الشراكة في الوقت الحالي. نشكر لكم اهتمامكم.\n\n"
            f"{facts.company_ar}\n",
        )
    return Letter(
        f"Partnership terms withdrawn — {facts.reference}",
        f"Dear {facts.contact_name},\n\nWe withdraw the term sheet {facts.reference} that we sent "
        "you, and will not go on with this partnership for now. Thank you for your interest.\n\n"
        f"{facts.company}\n",
    )


def activation(facts: Facts, locale: str) -> Letter:
    """The mail that says that the partnership is in effect."""
    if locale == "ar":
        return Letter(
            f"تفعيل الشراكة — {facts.reference}",
            f"السيد/السيدة {facts.contact_name}،\n\nيسرنا إبلاغكم بأن الشراكة مع {facts.company_ar} "  # noqa: E501 (one Arabic line)
            f"أصبحت نافذة.\n\n{facts.company_ar}\n",
        )
    return Letter(
        f"Partnership activated — {facts.reference}",
        f"Dear {facts.contact_name},\n\nWe are glad to tell you that the partnership with "
        f"{facts.company} is now in effect.\n\n{facts.company}\n",
    )


_WORDS = {
    ("dealix_partner_terms", "ar"): "السلام عليكم {0}، أرسلنا إليكم شروط الشراكة رقم {1}. يمكنكم "
    "الاطلاع عليها والرد عليها هنا: {2}",
    ("dealix_partner_terms", "en"): "Dear {0}, we have sent you the partnership terms {1}. "
    "You can read and answer them here: {2}",
    ("dealix_partner_terms_withdrawn", "ar"): "السلام عليكم {0}، نسحب بهذا شروط الشراكة رقم {1} "
    "ولن نمضي فيها في الوقت الحالي. نشكر لكم اهتمامكم.",
    ("dealix_partner_terms_withdrawn", "en"): "Dear {0}, we withdraw the partnership terms {1} and "
    "will not go on with them for now. Thank you for your interest.",
}
WHATSAPP = {key: f"{words}\n\n{opt_out_line(key[1])}" for key, words in _WORDS.items()}
"""Templates by name and language, each with its opt-out line; `{0}` is what Meta calls `{{1}}`."""


def whatsapp_terms(facts: Facts, locale: str, link: str) -> Template:
    """The message that says that terms have come, and where."""
    return _template("dealix_partner_terms", locale, (facts.contact_name, facts.reference, link))


def whatsapp_retraction(facts: Facts, locale: str) -> Template:
    """The message that takes the terms back."""
    values = (facts.contact_name, facts.reference)
    return _template("dealix_partner_terms_withdrawn", locale, values)


def _template(name: str, locale: str, values: tuple[str, ...]) -> Template:
    text = WHATSAPP[(name, "ar" if locale == "ar" else "en")]
    return Template(name, values, text.format(*values))
