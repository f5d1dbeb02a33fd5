"""Term sheets and mails as pure functions of the dossier, the contact and the template's version.

Nothing here reads a clock, a database or a setting: the same facts give the same text, so that
the hash that a manager approved can be compared with what would leave now.
"""

from dataclasses import dataclass

from dealix.business.partners.schemas import EconomicsModel, PartnerDossier

TEMPLATE_VERSION = "terms-2"

TYPES_AR = {
    "referral": "إحالة",
    "distribution": "توزيع",
    "technology": "تقنية",
    "strategic": "استراتيجية",
    "government": "جهة حكومية",
}


@dataclass(frozen=True)
class Facts:
    """What a text is made of: the dossier, the economics, our own name, the contact's name.

    `clauses` are those worded otherwise than usual, in Arabic and English; `page` is where the
    partner answers.
    """

    dossier: PartnerDossier
    economics: EconomicsModel
    share_percent: str
    company: str
    company_ar: str
    contact_name: str
    reference: str
    version: int = 1
    clauses: tuple[tuple[str, str], ...] = ()
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


def term_sheet(facts: Facts) -> str:
    """The term sheet in both languages, Arabic first; the Arabic text prevails."""
    d, e = facts.dossier, facts.economics
    exclusive_ar = "حصرية" if d.exclusivity else "غير حصرية"
    exclusive = "exclusive" if d.exclusivity else "non-exclusive"
    arabic = [
        f"مذكرة شروط الشراكة — {facts.reference} — الإصدار {facts.version}",
        f"بين: {facts.company_ar} و{d.name_ar} (سجل تجاري {d.registration_number})",
        f"عناية: {facts.contact_name}",
        f"1. نوع الشراكة: {TYPES_AR[d.partner_type]}، {exclusive_ar}.",
        f"2. حصة الشريك من الإيرادات: {facts.share_percent}٪.",
        f"3. الإيراد السنوي المتوقع: {e.expected_revenue} {e.currency}.",
        "4. مدة العرض: أربعة عشر يوماً من تاريخ الإرسال.",
        "5. لا تصبح الشراكة نافذة قبل اعتمادها من صاحب الصلاحية لدينا.",
        "6. النص العربي هو المعتمد عند الاختلاف.",
        *(f"{place}. {ar}" for place, (ar, _en) in enumerate(facts.clauses, start=7)),
    ]
    english = [
        f"Partnership term sheet — {facts.reference} — version {facts.version}",
        f"Between: {facts.company} and {d.name} (registration {d.registration_number})",
        f"Attention: {facts.contact_name}",
        f"1. Kind of partnership: {d.partner_type}, {exclusive}.",
        f"2. Partner's share of revenue: {facts.share_percent} %.",
        f"3. Expected revenue a year: {e.expected_revenue} {e.currency}.",
        "4. This offer stands for fourteen days from the day it is sent.",
        "5. The partnership takes effect only when our authorised signatory has approved it.",
        "6. Where the texts differ, the Arabic text prevails.",
        *(f"{place}. {en}" for place, (_ar, en) in enumerate(facts.clauses, start=7)),
    ]
    return "\n".join([*arabic, "", *english, ""])


def terms(facts: Facts, locale: str) -> Letter:
    """The mail that brings the terms."""
    if locale == "ar":
        return Letter(
            f"شروط الشراكة مع {facts.company_ar} — {facts.reference}",
            f"السيد/السيدة {facts.contact_name}،\n\nنرسل إليكم مسودة شروط الشراكة. للقبول أو "
            f"اقتراح تعديل أو الاعتذار:\n{facts.page}\n\nويمكنكم الرد على هذه الرسالة أيضاً.\n\n"
            f"{term_sheet(facts)}\n{facts.company_ar}\n",
        )
    return Letter(
        f"Partnership terms with {facts.company} — {facts.reference}",
        f"Dear {facts.contact_name},\n\nPlease find our draft partnership terms below. To accept, "
        f"propose a change or decline:\n{facts.page}\n\nYou may also answer this mail.\n\n"
        f"{term_sheet(facts)}\n{facts.company}\n",
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


WHATSAPP = {
    ("dealix_partner_terms", "ar"): "السلام عليكم {0}، أرسلنا إليكم شروط الشراكة رقم {1}. يمكنكم "
    "الاطلاع عليها والرد عليها هنا: {2}",
    ("dealix_partner_terms", "en"): "Dear {0}, we have sent you the partnership terms {1}. "
    "You can read and answer them here: {2}",
    ("dealix_partner_terms_withdrawn", "ar"): "السلام عليكم {0}، نسحب بهذا شروط الشراكة رقم {1} "
    "ولن نمضي فيها في الوقت الحالي. نشكر لكم اهتمامكم.",
    ("dealix_partner_terms_withdrawn", "en"): "Dear {0}, we withdraw the partnership terms {1} and "
    "will not go on with them for now. Thank you for your interest.",
}
"""Templates by name and language; `{0}` is what Meta calls `{{1}}`."""


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
