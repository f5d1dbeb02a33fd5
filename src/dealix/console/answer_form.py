"""The form in which a person enters what a partner answered: a word, a comment, proposals."""

from collections.abc import Mapping
from typing import Any

from dealix.business.partners.schemas import PartnerTerms
from dealix.console.door import Sent, first
from dealix.console.field_errors import sentences
from dealix.console.forms import Field, SchemaForm
from dealix.console.visit import Visit
from dealix.errors import InvalidInput
from dealix.i18n import N_
from dealix.i18n.words import PACKETS

VALUES = ("expected_revenue", "setup_cost", "revenue_share_percent")
YES_OR_NO = {"true": N_("Yes"), "false": N_("No")}
COMMENT = N_("Their words")
PROPOSALS = N_("What a counter-offer proposes")
BLANK = N_("What is left empty stays as it is.")


class AnswerForm:
    """A form of `PartnerAnswer`; its word comes with the button."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        known = PartnerTerms.model_json_schema()["properties"]
        proposals = {
            name: {**_without_default(known[name]), "title": PACKETS[name]} for name in VALUES
        }
        proposals["exclusivity"] = {
            "type": "string",
            "title": PACKETS["exclusivity"],
            "enum": [*YES_OR_NO],
            "labels": {key: str(visit.speech.say(text)) for key, text in YES_OR_NO.items()},
        }
        self._form = SchemaForm(
            {
                "properties": {
                    "comment": {"type": "string", "maxLength": 4000, "title": COMMENT},
                    "proposals": {
                        "type": "object",
                        "title": PROPOSALS,
                        "description": BLANK,
                        "properties": proposals,
                    },
                }
            },
            visit.speech.zone,
        )

    def fields(self, terms: Mapping[str, Any]) -> list[Field]:
        """The empty form; the terms on offer stand behind what may be proposed."""
        made = self._form.fields({})
        for field in made[1].children:
            name = field.name.rpartition(".")[2]
            if name in VALUES:
                field.attributes["placeholder"] = terms[name]
        return made

    def again(
        self, sent: Sent, refusal: InvalidInput | None = None
    ) -> tuple[list[Field], list[str]]:
        """The form as it was sent, with each error at its field; and what is wrong as a whole."""
        given = self._form.read(sent)
        if refusal is None:
            return self._form.fields(given), []
        plain = self._form.fields(given)
        wrong, others = sentences(self.visit.speech.locale, refusal, plain, given)
        return self._form.fields(given, wrong), others

    def read(self, sent: Sent) -> dict[str, Any]:
        """The answer that a sent form means; values are proposed only in a counter-offer."""
        given: dict[str, Any] = {"answer": first(sent, "answer"), **self._form.read(sent)}
        proposals = given.pop("proposals", {})
        if "exclusivity" in proposals:
            proposals["exclusivity"] = proposals["exclusivity"] == "true"
        return {**given, "proposals": proposals} if given["answer"] == "counter" else given


def _without_default(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key != "default"}
