"""The form in which terms are changed: commercial values, and clauses worded for this partner."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dealix.business.partners.schemas import PartnerTerms
from dealix.console.door import Sent
from dealix.console.field_errors import sentences
from dealix.console.forms import Field, SchemaForm, asked_for_more, with_another
from dealix.console.visit import Visit
from dealix.errors import InvalidInput
from dealix.i18n import N_
from dealix.i18n.words import PACKETS

VALUES = ("expected_revenue", "setup_cost", "revenue_share_percent", "exclusivity")
WORDING = {"type": "string", "maxLength": 4000}
CLAUSES = N_("Clauses worded for this partner")
CLAUSE = N_("Clause")
ARABIC = N_("Arabic wording")
ENGLISH = N_("English wording")


@dataclass(frozen=True)
class TermsForm:
    """A form of `TermsRevision`: what is left as it stands changes nothing."""

    visit: Visit
    clauses: Sequence[tuple[str, str]]

    @classmethod
    def of(cls, visit: Visit, known: Sequence[str] = ()) -> "TermsForm":
        """The form with the clauses of the library, and those `known` otherwise, to choose from."""
        titles = clause_titles(visit)
        return cls(visit, [(key, titles.get(key, key)) for key in dict.fromkeys([*titles, *known])])

    def fields(
        self, terms: Mapping[str, Any], clauses: Mapping[str, Mapping[str, str]]
    ) -> list[Field]:
        """The form as terms stand; every clause that was reworded is an entry."""
        entries = [{"key": key, **text} for key, text in clauses.items()]
        return self._form().fields({**terms, "clauses": entries})

    def again(
        self, sent: Sent, refusal: InvalidInput | None = None
    ) -> tuple[list[Field], list[str]]:
        """The form as it was sent, with each error at its field; and what is wrong as a whole."""
        form, given = self._form(), self._form().read(sent)
        if asked_for_more(sent) == "clauses":
            given = with_another(given, "clauses")
        if refusal is None:
            return form.fields(given), []
        placed = self._placed(refusal, given)
        wrong, others = sentences(self.visit.speech.locale, placed, form.fields(given), given)
        return form.fields(given, wrong), others

    def read(self, sent: Sent) -> dict[str, Any]:
        """The revision that a sent form means.

        Raises:
            InvalidInput: an entry names no clause, or one that another entry names.
        """
        given = self._form().read(sent)
        clauses: dict[str, Any] = {}
        for place, entry in enumerate(given.pop("clauses", [])):
            key = entry.pop("key", None)
            if key is None or key in clauses:
                kind = "missing" if key is None else "value_error"
                errors = [{"field": f"clauses.{place}.key", "type": kind}]
                raise InvalidInput("invalid_input", errors=errors)
            clauses[key] = entry
        return {**given, "clauses": clauses} if clauses else given

    def _placed(self, refusal: InvalidInput, given: Mapping[str, Any]) -> InvalidInput:
        """The refusal with the errors of a clause at the entry that names it."""
        entries: list[Any] = given.get("clauses", [])
        places = {entry.get("key"): place for place, entry in enumerate(entries)}
        listed: Any = refusal.params.get("errors", [])
        errors = [{**one, "field": _place(str(one["field"]), places)} for one in listed]
        return InvalidInput(refusal.code, **{**refusal.params, "errors": errors})

    def _form(self) -> SchemaForm:
        known = PartnerTerms.model_json_schema()["properties"]
        values = {name: {**known[name], "title": PACKETS[name]} for name in VALUES}
        clause: dict[str, Any] = {"type": "string", "title": CLAUSE}
        clause |= {"enum": [key for key, _ in self.clauses], "labels": dict(self.clauses)}
        entry = {
            "type": "object",
            "required": ["key", "ar", "en"],
            "properties": {
                "key": clause,
                "ar": {**WORDING, "title": ARABIC},
                "en": {**WORDING, "title": ENGLISH},
            },
        }
        clauses = {"type": "array", "title": CLAUSES, "items": entry}
        schema = {"properties": {**values, "clauses": clauses}, "required": list(VALUES)}
        return SchemaForm(schema, self.visit.speech.zone)


def clause_titles(visit: Visit) -> dict[str, str]:
    """The title of each clause of the library, in the reader's language, by its key."""
    title = "title_ar" if visit.speech.locale == "ar" else "title_en"
    return {one["key"]: one[title] for one in visit.services.clauses.list(visit.who)}


def _place(name: str, places: Mapping[str, int]) -> str:
    """The field of the form for an error's path: a clause is found by its key."""
    part, _, rest = name.partition(".")
    key, _, language = rest.partition(".")
    if part != "clauses" or key not in places:
        return name
    return f"clauses.{places[key]}.{language}".rstrip(".")
