"""Takes in lists of leads: what each row would become, and a qualification for each good one.

Nothing of a list is kept. A row starts its qualification once, by a keyed hash of what it says, so
that the same list, or one that has grown, may come again.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from dealix.actors import Actor
from dealix.business.leads.schemas import DataFrom, LeadInput
from dealix.business.leads.sheets import Sheet, read
from dealix.errors import Conflict, InvalidInput
from dealix.i18n.fit import legible
from dealix.records import audit
from dealix.records.canonical import canonical
from dealix.store.session import Database
from dealix.validation import validated

WORKFLOW = "lead_qualification"
CODES = frozenset({"malformed_phone", "malformed_registration"})
PATIENCE = 20.0
"""Seconds for which one answer starts rows."""
LONGEST = 200
"""Characters of a company's name that are shown of a row."""
RULED = {
    "malformed_phone": "contact.phone",
    "malformed_registration": "company.registration_number",
}
RowStatus = Literal["ready", "started", "known", "repeated", "wrong"]


class Runs(Protocol):
    """Where runs are started; see `lanes.runs.RunService`."""

    def begin(
        self, actor: Actor, workflow: str, given: Mapping[str, Any], key: str | None = None, /
    ) -> tuple[str, bool]:
        """Start a run, or answer the ID of the one of this key; says whether it is new."""

    def of_keys(self, actor: Actor, workflow: str, keys: Sequence[str]) -> dict[str, str]:
        """The runs that these keys have started, by key."""


@dataclass(frozen=True)
class Row:
    """A row of a list: what became of it, or would.

    `run` is its qualification, `same_as` the number of the earlier row that says the same,
    `errors` what is wrong with it, each with its field and kind.
    """

    row: int
    status: RowStatus
    company: str
    run: str | None = None
    same_as: int | None = None
    errors: tuple[Mapping[str, str], ...] = ()

    def public(self) -> dict[str, Any]:
        """As doors show it, its errors without sentences."""
        return {**vars(self), "errors": [dict(each) for each in self.errors]}


@dataclass(frozen=True)
class Looked:
    """A list as it was read: its rows, and the columns that nothing was taken from."""

    rows: list[Row]
    ignored: list[str]

    def count(self, status: RowStatus) -> int:
        """How many rows are in this state."""
        return sum(row.status == status for row in self.rows)


@dataclass(frozen=True)
class _Good:
    number: int
    given: dict[str, Any]
    key: str


@dataclass(frozen=True)
class LeadLists:
    """Lists of leads for the doors; `fingerprint` is a keyed hash, `permit` raises."""

    database: Database
    runs: Callable[[], Runs]
    fingerprint: Callable[[str], str]
    permit: Callable[[Actor, str], None]

    def look(self, actor: Actor, content: bytes, data_from: DataFrom) -> Looked:
        """What each row would become; nothing is started.

        Raises:
            InvalidInput, TooLarge: see `sheets.read`.
        """
        return self._read(actor, content, data_from)[0]

    def start(
        self, actor: Actor, content: bytes, data_from: DataFrom, patience: float = PATIENCE
    ) -> Looked:
        """Start a qualification for each good row that has none yet, and say what became of each.

        Rows not started after `patience` seconds stay `ready`: the same list again goes on.

        Raises:
            InvalidInput, TooLarge: see `sheets.read`.
        """
        looked, good = self._read(actor, content, data_from)
        rows, until = list[Row](), time.monotonic() + patience
        for row in looked.rows:
            may_start = time.monotonic() < until or not any(one.status == "started" for one in rows)
            rows.append(self._started(actor, row, good.get(row.row)) if may_start else row)
        done = Looked(rows, looked.ignored)
        told = {
            each: done.count(each) for each in ("ready", "started", "known", "repeated", "wrong")
        }
        name = f"list_{self.fingerprint(f'lead-list:{content.hex()}')[:26]}"
        with self.database.tenant(actor.tenant_id) as session:
            audit.append(session, actor.user_id, "lead.list_taken_in", name, told)
        return done

    def _started(self, actor: Actor, row: Row, good: _Good | None) -> Row:
        if row.status != "ready" or good is None:
            return row
        try:
            run, created = self.runs().begin(actor, WORKFLOW, good.given, good.key)
        except Conflict:  # somebody has just sent the same row, and says otherwise who gave it
            run, created = self.runs().of_keys(actor, WORKFLOW, [good.key])[good.key], False
        return Row(row.row, "started" if created else "known", row.company, run=run)

    def _read(
        self, actor: Actor, content: bytes, data_from: DataFrom
    ) -> tuple[Looked, dict[int, _Good]]:
        self.permit(actor, "lead.write")
        self.permit(actor, f"run.start.{WORKFLOW}")
        sheet = read(content)
        rows, good = dict[int, Row](), dict[int, _Good]()
        first_of: dict[str, int] = {}
        for number, cells in sheet.rows:
            company = legible(cells.get("company.name") or cells.get("company.name_ar", ""))
            company = company[:LONGEST]
            errors = self._wrong(sheet, number, cells, data_from)
            if errors:
                rows[number] = Row(number, "wrong", company, errors=errors)
                continue
            given = input_of(cells, data_from)
            key = f"list-{self.fingerprint(f'lead-row:{canonical(cells)!r}')[:40]}"
            if key in first_of:
                rows[number] = Row(number, "repeated", company, same_as=first_of[key])
                continue
            first_of[key] = number
            good[number] = _Good(number, given, key)
            rows[number] = Row(number, "ready", company)
        known = self.runs().of_keys(actor, WORKFLOW, [each.key for each in good.values()])
        for number, each in good.items():
            if each.key in known:
                rows[number] = Row(number, "known", rows[number].company, run=known[each.key])
        return Looked(list(rows.values()), sheet.ignored), good

    def _wrong(
        self, sheet: Sheet, number: int, cells: Mapping[str, str], data_from: DataFrom
    ) -> tuple[Mapping[str, str], ...]:
        if number in sheet.ragged:
            return ({"field": "", "type": "csv_ragged"},)
        try:
            validated(LeadInput, input_of(cells, data_from), CODES)
        except InvalidInput as refusal:
            found: Any = refusal.params.get("errors") or [{"field": "", "type": refusal.code}]
            return tuple({"field": _field(each), "type": str(each["type"])} for each in found)
        return ()


def input_of(cells: Mapping[str, str], data_from: DataFrom) -> dict[str, Any]:
    """The input of a qualification that a row means; no list gives anybody's consent."""
    given: dict[str, Any] = {
        "company": {},
        "contact": {},
        "source": "import",
        "data_from": data_from,
    }
    for field, value in cells.items():
        group, _, name = field.rpartition(".")
        (given[group] if group else given)[name] = value
    company = given["company"]
    name = company.get("name") or company.get("name_ar")
    if name:
        company["name"] = name
        if _is_arabic(name):
            company.setdefault("name_ar", name)
    return given


def _is_arabic(text: str) -> bool:
    return any("\u0621" <= char <= "\u064a" for char in text)


def _field(error: Mapping[str, Any]) -> str:
    """The field that an error is about; a rule of the business names none itself."""
    return RULED.get(str(error["type"])) or str(error.get("field", ""))
