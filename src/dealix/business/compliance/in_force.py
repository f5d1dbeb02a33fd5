"""What is in force for a company now, as claims that papers are compared with.

Each claim names the place where a person finds and changes what it says; its quotation says it in
English and, on a second line, in Arabic.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from dealix.business.compliance.checks_privacy import leaves
from dealix.business.compliance.checks_security import EncryptedInTransit, SecondFactor
from dealix.business.compliance.claims import LIVE, Claim, ClaimKind, Value
from dealix.business.compliance.controls import Live
from dealix.business.compliance.processing import Activity
from dealix.errors import NotConfigured, NotFound
from dealix.i18n import N_
from dealix.i18n.catalogue import translate
from dealix.i18n.words import word
from dealix.lanes.working_time import WorkingSettings, calendar_of
from dealix.lanes.working_time.settings import CHANNELS, PRIORITIES
from dealix.trust.access import directory
from dealix.trust.model_use.settings import ModelSettings, settings_of
from dealix.trust.outbound.governance.rules import (
    RULES,
    consent_is_on_record_for_channel_and_purpose,
)
from dealix.trust.policy.authority import ROLES, Row, parse
from dealix.trust.policy.authority_book import AuthorityBook
from dealix.trust.privacy.vault import KEK_RING

PLACES: Mapping[str, str] = {
    "authority": N_("The authority table in force"),
    "calendar": N_("The company's working calendar"),
    "processing": N_("The company's register of processing"),
    "consents": N_("The rules before every message"),
    "models": N_("The limits of models"),
    "accounts": N_("The accounts of people"),
    "installation": N_("This installation itself"),
}
"""Where what is in force is kept."""

KEPT: Mapping[str, tuple[str, str]] = {
    "lead_capture": ("leads", N_("leads")),
    "whatsapp": ("whatsapp", N_("WhatsApp messages")),
    "email": ("email", N_("emails")),
    "payments": ("payments", N_("payments")),
    "affiliates": ("affiliates", N_("affiliates")),
    "analytics": ("analytics", N_("usage data")),
}
"""Activities of the register: what a claim calls their data, and what people do."""

MONTH = 365 * 86400 / 12
CHANNEL_NAMES: Mapping[str, str] = {
    "email": N_("emails"),
    "whatsapp": N_("WhatsApp messages"),
    "sms": N_("text messages"),
}
PRIORITY_NAMES: Mapping[str, str] = {
    "critical": N_("critical requests"),
    "high": N_("requests of high priority"),
    "normal": N_("normal requests"),
    "low": N_("requests of low priority"),
}


class _Place:
    """Collects the claims of one place, numbered in their order."""

    def __init__(self, name: str) -> None:
        self.source = LIVE + name
        self.claims: list[Claim] = []

    def says(
        self,
        kind: ClaimKind,
        subject: str,
        value: Value,
        sentence: str,
        written: str = "",
        **given: object,
    ) -> None:
        """Add a claim; a message of the catalogue among `given` is said in each language."""
        quote = "\n".join(
            translate(locale, sentence, **{k: _said(locale, v) for k, v in given.items()})
            for locale in ("en", "ar")
        )
        number = len(self.claims) + 1
        self.claims.append(Claim(self.source, number, quote, kind, subject, value, written))


def _said(locale: str, given: object) -> object:
    if isinstance(given, str) and given in _NAMES:
        return translate(locale, given)
    return word(locale, given) if given in ROLES else given


_NAMES = frozenset(
    [*CHANNEL_NAMES.values(), *PRIORITY_NAMES.values(), *(name for _, name in KEPT.values())]
)


def live_claims(live: Live) -> list[Claim]:
    """What holds for the session's company, whatever papers say of it."""
    session = live.session
    try:
        rows = parse(AuthorityBook(directory).active(session).rows)
    except NotFound:
        rows = ()
    return [
        *of_authority(rows),
        *of_calendar(calendar_of(session).settings),
        *of_register(live.register),
        *of_consents(),
        *of_models(settings_of(session)),
        *of_installation(live),
        *_of_accounts(live),
    ]


def of_authority(rows: Sequence[Row]) -> list[Claim]:
    """Up to which discount nobody is asked, who is asked from where to where, that people are."""
    place = _Place("authority")
    for kind in ("discount", "discount_value"):
        bands = [row for row in rows if row.kind == kind]
        for measure in sorted({row.currency or "%" for row in bands}):
            _of_discounts(place, measure, [row for row in bands if row.currency == measure])
    gates = sorted({f"{row.kind}:{row.gate}" for row in rows})
    if gates:
        sentence = N_(
            "What binds the company leaves after people have approved it, at {count} gates."
        )
        place.says("promise", "human_approval", True, sentence, count=len(gates))
    return place.claims


def _of_discounts(place: _Place, currency: str, bands: Iterable[Row]) -> None:
    measure = "percent" if currency == "%" else currency
    kind: ClaimKind = "number" if currency == "%" else "amount"
    rows = list(bands)
    lowest = min((row.amount_from or "0" for row in rows), key=Decimal, default=None)
    if lowest is not None:
        sentence = N_("Discount limit: above {amount} {unit} somebody is asked.")
        subject = f"discount_limit:all:{measure}"
        place.says(kind, subject, float(lowest), sentence, measure, amount=lowest, unit=currency)
    for row in rows:
        for role in sorted({role for slot in row.slots for role in slot.roles}):
            for bound, amount in (("above", row.amount_from), ("up_to", row.amount_to)):
                if amount is not None:
                    sentence = _BOUNDS[bound]
                    subject = f"discount_limit:{role}+{bound}:{measure}"
                    given = {"role": role, "amount": amount, "unit": currency}
                    place.says(kind, subject, float(amount), sentence, measure, **given)


_BOUNDS = {
    "above": N_("Discounts above {amount} {unit} are decided by the role {role}."),
    "up_to": N_("Discounts are decided by the role {role} up to {amount} {unit}."),
}


def of_calendar(settings: WorkingSettings) -> list[Claim]:
    """Hours, quiet hours, how long approvals may take, and how many messages leave in a day."""
    place = _Place("calendar")
    for of, span, sentence in (
        ("working_hours:all", settings.day, N_("Working hours: {begins} to {ends}.")),
        (
            "working_hours:ramadan",
            settings.ramadan,
            N_("Working hours in Ramadan: {begins} to {ends}."),
        ),
    ):
        _hours(place, of, span, sentence)
    if settings.quiet is not None:
        sentence = N_("Quiet hours: nobody outside is written to from {begins} to {ends}.")
        _hours(place, "quiet_hours:all", settings.quiet, sentence)
    for priority in PRIORITIES:
        allowed = settings.allowed.of(priority)
        place.says(
            "duration",
            f"approval_time:{priority}:working",
            allowed.total_seconds(),
            N_("Approval time of {what}: {minutes} working minutes."),
            what=PRIORITY_NAMES[priority],
            minutes=int(allowed.total_seconds() // 60),
        )
    for channel in CHANNELS:
        most = settings.daily.of(channel)
        sentence = N_("Daily limit of one sender, {what}: {most}.")
        subject = f"daily_limit:{channel}:messages"
        what = CHANNEL_NAMES[channel]
        place.says("number", subject, float(most), sentence, what=what, most=most)
    return place.claims


def _hours(place: _Place, of: str, span: object, sentence: str) -> None:
    begins, ends = f"{span.begins:%H:%M}", f"{span.ends:%H:%M}"  # type: ignore[attr-defined]
    place.says("hours", of, f"{begins}-{ends}", sentence, begins=begins, ends=ends)


def of_register(register: Iterable[Activity]) -> list[Claim]:
    """How long each activity's data are kept."""
    place = _Place("processing")
    for entry in register:
        if entry.retention_months is not None and entry.key in KEPT:
            of, what = KEPT[entry.key]
            sentence = N_("Retention of {what}, in months: {months}.")
            months = entry.retention_months
            subject = f"retention:{of}:seconds"
            place.says(
                "duration", subject, months * MONTH, sentence, "months", what=what, months=months
            )
    return place.claims


def of_consents() -> list[Claim]:
    """Whether a message can leave without a consent: by the rules that each is put to."""
    place = _Place("consents")
    if consent_is_on_record_for_channel_and_purpose in RULES:
        sentence = N_("No message leaves to an outsider without a consent on record.")
        place.says("promise", "sent_without_consent", False, sentence)
        sentence = N_("Every message to an outsider needs a consent for its channel and purpose.")
        place.says("scope", "what:need_consent:messages", "all", sentence)
    return place.claims


def of_models(limits: ModelSettings) -> list[Claim]:
    """What models may cost in a day."""
    place = _Place("models")
    sentence = N_("Models may cost {amount} SAR a day at most.")
    cost = limits.cost_per_day
    place.says("amount", "daily_limit:models:SAR", float(cost), sentence, "SAR", amount=cost)
    return place.claims


def of_installation(live: Live) -> list[Claim]:
    """Which keys are held, which lines are encrypted, who outside gets data, when sign-ins end."""
    place = _Place("installation")
    keys = _keys(live)
    sentence = (
        N_(
            "Personal values lie encrypted, each person's under a key of their own; "
            "{count} master keys are held."
        )
        if keys
        else N_("No master key is held: nothing can be encrypted.")
    )
    place.says("promise", "encrypted_at_rest", keys > 0, sentence, count=keys)
    lines = EncryptedInTransit().look(live)
    if lines.status != "not_applicable":
        good = lines.status == "pass"
        sentence = (
            N_("The console and every provider outside are reached over TLS.")
            if good
            else N_("These addresses are reached without TLS: {names}.")
        )
        names = ", ".join(lines.evidence["examples"])
        place.says("promise", "encrypted_in_transit", good, sentence, names=names)
    outside = _outside(live)
    if outside:
        sentence = N_("Data go to addresses outside the Kingdom: {names}.")
        place.says("promise", "stays_in_kingdom", False, sentence, names=", ".join(outside))
    hours = live.settings.session_hours
    sentence = N_("A sign-in ends after this many hours: {hours}.")
    place.says("duration", "session:all:seconds", hours * 3600.0, sentence, "hours", hours=hours)
    return place.claims


def _keys(live: Live) -> int:
    """How many keys are held under which those of persons lie."""
    try:
        return len(list(live.secrets.keyring(KEK_RING)))
    except NotConfigured:
        return 0


def _outside(live: Live) -> list[str]:
    """The settings whose addresses lie outside the Kingdom, with who is there."""
    named = {one.setting: (entry, one) for entry in live.register for one in entry.processors}
    found = ["docusign_url"] if leaves(live, "docusign_url") else []
    for setting, (entry, processor) in named.items():
        abroad = entry.abroad if processor.outside is None else processor.outside
        if abroad and leaves(live, setting):
            found.append(f"{processor.name} ({setting})")
    return sorted(found)


def _of_accounts(live: Live) -> list[Claim]:
    """Whether whoever administers has a second factor."""
    place = _Place("accounts")
    found = SecondFactor().look(live)
    if found.status != "not_applicable":
        wrong = found.evidence["wrong"]
        sentence = (
            N_("{count} people who administer have no second factor.")
            if wrong
            else N_("Everybody who administers has a second factor.")
        )
        place.says("promise", "multi_factor", not wrong, sentence, count=wrong)
    return place.claims
