"""The sections of a report: what, who decided on what, when, by which policy, to which effect."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dealix import catalog
from dealix.business.evidence.told import Told
from dealix.business.evidence.wording import NOTHING, Wordings, is_moment
from dealix.i18n import N_, name_of
from dealix.printing import Block, Facts, Heading, Paragraph, Table, isolated

CLOCKS = {
    "opened_at": N_("Opened"),
    "deadline": N_("Deadline"),
    "closed_at": N_("Closed"),
    "reminder_at": N_("Reminder due"),
    "breach_at": N_("SLA ends"),
    "level3_at": N_("Executive is told"),
}
TAKEN = {1: N_("Reminder sent"), 2: N_("SLA breached"), 3: N_("Executive told")}
ALLOWED = {True: N_("Allowed"), False: N_("Refused")}


def head(told: Told, words: Wordings) -> list[Block]:
    """Which run of which company, with which end."""
    run, manifest = told.bodies.get("run", {}), told.manifest
    rows = [
        (N_("Company"), isolated(name_of(told.company, words.locale))),
        (N_("Workflow"), isolated(_workflow(run, words)) if run else NOTHING),
        (N_("Outcome"), words.word(run.get("outcome")) if run else NOTHING),
        (N_("Rehearsal"), words.value(run.get("rehearsal"))),
        (N_("Practice"), words.value(run.get("practice", False))),
        (N_("Started by"), words.who(run.get("started_by"))),
        (N_("Started"), words.when(run.get("started_at"))),
        (N_("Deadline"), words.when(run.get("deadline"))),
        (N_("Assembled"), words.when(manifest.assembled_at)),
        (N_("Run"), words.ident(manifest.run_id)),
        (N_("Pack"), words.ident(manifest.pack_id)),
        (N_("Hash of all that this report tells of"), words.ident(f"sha256:{manifest.sha256}")),
    ]
    practised = words.say(N_("This was practice: nothing of it reached anybody outside."))
    return [
        Heading(words.say(N_("Evidence pack"))),
        *([Paragraph(practised)] if run.get("practice") else []),
        Facts(tuple((words.say(name), value) for name, value in rows)),
    ]


def head_of_a_time(told: Told, words: Wordings) -> list[Block]:
    """Which company, which time, and who has asked for it."""
    scope, manifest = told.bodies.get("scope", {}), told.manifest
    rows = [
        (N_("Company"), isolated(name_of(told.company, words.locale))),
        (N_("Kind of pack"), words.word(manifest.kind)),
        (N_("First day"), words.day(scope.get("begins"))),
        (N_("Last day"), words.day(scope.get("ends"))),
        (N_("Asked by"), words.who(scope.get("requested_by"))),
        (N_("Assembled"), words.when(manifest.assembled_at)),
        (N_("Run"), words.ident(manifest.run_id)),
        (N_("Pack"), words.ident(manifest.pack_id)),
        (N_("Hash of all that this report tells of"), words.ident(f"sha256:{manifest.sha256}")),
    ]
    return [
        Heading(words.say(N_("Evidence pack"))),
        Facts(tuple((words.say(name), value) for name, value in rows)),
    ]


def tables(told: Told, words: Wordings) -> list[Block]:
    """How many rows of each table lie in the pack, by their states."""
    rows = [
        (
            words.word(each["table"]),
            words.value(each["rows"]),
            "\n".join(f"{words.word(state)}: {n}" for state, n in each["states"].items())
            or NOTHING,
        )
        for each in told.bodies.get("tables", [])
    ]
    if not rows:
        return []
    names = (N_("Table"), N_("Rows"), N_("By state"))
    return [Heading(words.say(N_("Tables")), 2), _table(words, names, rows, (4, 2, 5))]


def matter(told: Told, words: Wordings) -> list[Block]:
    """The typed outputs on which people decided, each with where it comes from."""
    blocks: list[Block] = []
    for item in told.manifest.items:
        body = told.bodies.get(item.name)
        if not item.name.startswith("output_") or not isinstance(body, Mapping):
            continue
        given = {name: value for name, value in body.items() if name != "provenance"}
        rows = words.rows(given)
        origin = body.get("provenance") or {}
        if origin:
            rows.append((words.say(N_("Made by")), words.value(origin.get("method"))))
            rows.append(
                (words.say(N_("Not configured")), words.value(origin.get("not_configured")))
            )
        blocks += [Heading(words.word(item.kind), 3), Facts(tuple(rows))]
    return [Heading(words.say(N_("What it was about")), 2), *blocks] if blocks else []


def decisions(told: Told, words: Wordings) -> list[Block]:
    """Each request with what was seen and who decided what."""
    blocks: list[Block] = [Heading(words.say(N_("Decisions")), 2)]
    for body in _approvals(told):
        title = words.say(
            N_("{gate}, round {number}"), gate=words.word(body["gate"]), number=body["round"]
        )
        packet = body.get("packet") or {}
        seen = [(words.say(N_("What was asked")), words.value(packet.get("asks")))]
        for part in ("subject", "context"):
            seen += words.rows(packet.get(part) or {})
        seen += [
            (words.say(N_("Risks")), words.value(packet.get("risks"))),
            (words.say(N_("Reversibility")), words.value(packet.get("reversibility"))),
            (words.say(N_("The draft")), words.ident((packet.get("document") or {}).get("digest"))),
            (words.say(N_("What an approval lets out")), _listed(packet, words)),
            (words.say(N_("Asked by")), words.who(body.get("requested_by"))),
            (words.say(N_("Hash of what was seen")), words.ident(body.get("packet_hash"))),
            (words.say(N_("Authority table")), words.value(body.get("authority_version"))),
        ]
        blocks += [Heading(title, 3), Facts(tuple(seen)), _made(body, words)]
    if len(blocks) == 1:
        blocks.append(Paragraph(words.say(N_("Nobody was asked."))))
    return blocks


def clocks(told: Told, words: Wordings) -> list[Block]:
    """When each request was opened, due, reminded of and decided."""
    rows = []
    for body in _approvals(told):
        gate = f"{words.word(body['gate'])} {body['round']}"
        sla = body.get("sla") if isinstance(body.get("sla"), Mapping) else {}
        times = {**body, **(sla or {})}
        for name in (*CLOCKS, *(key for key in times if key not in CLOCKS)):
            if is_moment(times.get(name)):
                said = words.say(CLOCKS[name]) if name in CLOCKS else words.word(name)
                rows.append((gate, said, words.when(times[name])))
        rows += [
            (gate, words.say(TAKEN[step["level"]]), words.when(step["at"]))
            for step in (sla or {}).get("steps", [])
        ]
    if not rows:
        return []
    names = (N_("Request"), N_("Clock"), N_("When"))
    return [Heading(words.say(N_("Clocks")), 2), _table(words, names, rows, (3, 3, 3))]


def verdicts(told: Told, words: Wordings) -> list[Block]:
    """Every verdict of policy with the version that gave it."""
    judged = [record for record in _records(told) if record["action"] == "policy.judged"]
    if not judged:
        return []
    versions = dict.fromkeys(str(record["data"].get("policy_version")) for record in judged)
    rows = [
        (
            words.when(record["at"]),
            words.word(record["data"].get("action")),
            words.say(ALLOWED[bool(record["data"].get("allowed"))]),
            words.word(record["data"].get("rule") or NOTHING),
            words.ident(str(record["data"].get("policy_version")).removeprefix("sha256:")[:12]),
        )
        for record in judged
    ]
    names = (N_("When"), N_("Action"), N_("Verdict"), N_("Rule"), N_("Policy version"))
    whole = [(words.say(N_("Policy version")), words.ident(version)) for version in versions]
    table = _table(words, names, rows, (2.6, 2.6, 1.5, 2.8, 2.2))
    return [Heading(words.say(N_("Policy verdicts")), 2), Facts(tuple(whole)), table]


def effects(told: Told, words: Wordings) -> list[Block]:
    """The ledger with the providers' references."""
    rows = [
        (
            words.word(row["step"]),
            words.word(row["system"]) if row.get("system") else words.word("database"),
            words.word(row["status"]),
            words.ident(row.get("reference")),
            words.when(row.get("done_at")),
        )
        for row in told.bodies.get("effects", [])
    ]
    if not rows:
        return []
    names = (N_("Step"), N_("System"), N_("Status"), N_("Provider's reference"), N_("Done"))
    table = _table(words, names, rows, (2.4, 1.6, 1.3, 3.6, 2.9))
    return [Heading(words.say(N_("Effects")), 2), table]


def documents(told: Told, words: Wordings) -> list[Block]:
    """Sealed documents and the commitments that prove them while their person is not erased."""
    rows = [
        (isolated(item.name), words.word(item.kind), words.ident(item.commitment))
        for item in told.manifest.items
        if item.sealed_for is not None
    ]
    if not rows:
        return []
    names = (N_("File"), N_("Kind"), N_("Commitment"))
    return [Heading(words.say(N_("Documents")), 2), _table(words, names, rows, (3, 2, 6))]


def slice_of_audit(told: Told, words: Wordings) -> list[Block]:
    """The run's records with the hashes that bind them."""
    rows = []
    for entry in told.bodies.get("audit", []):
        record, link = entry.get("record"), entry.get("link")
        if record is not None:
            rows.append(
                (
                    str(link["seq"]) if link else NOTHING,
                    words.when(record["at"]),
                    words.who(record["actor_id"]),
                    words.ident(record["action"]),
                    words.ident(link["hash"][:16] if link else None),
                )
            )
    if not rows:
        return []
    names = (N_("No."), N_("When"), N_("Who"), N_("What"), N_("Hash (first 16)"))
    table = _table(words, names, rows, (0.8, 3, 3, 2.4, 2.6))
    return [Heading(words.say(N_("Audit")), 2), table]


def items(told: Told, words: Wordings) -> list[Block]:
    """The SHA-256 of each item, and where its source is found."""
    rows = [
        (isolated(item.name), words.ident(item.sha256), words.ident(item.source))
        for item in told.manifest.items
    ]
    names = (N_("Item"), N_("SHA-256"), N_("Source"))
    how = N_("Check this pack with: dealix evidence verify FILE. It needs no database.")
    return [
        Heading(words.say(N_("Items")), 2),
        _table(words, names, rows, (2.6, 4.6, 3.6)),
        Paragraph(words.say(how), small=True),
    ]


def _approvals(told: Told) -> Iterator[Mapping[str, Any]]:
    found = (told.bodies[i.name] for i in told.manifest.items if i.kind == "approval")
    yield from sorted(found, key=lambda body: str(body.get("opened_at") or ""))


def _records(told: Told) -> Iterator[Mapping[str, Any]]:
    for entry in told.bodies.get("audit", []):
        if entry.get("record") is not None:
            yield entry["record"]


def _made(body: Mapping[str, Any], words: Wordings) -> Block:
    rows = [
        (
            words.word(made["slot"]),
            words.who(made["by"]),
            words.word(made["decision"]),
            words.when(made.get("effective_at") or made.get("received_at")),
            isolated(made["comment"]) if made.get("comment") else NOTHING,
        )
        for made in body.get("decisions", [])
    ]
    if not rows:
        return Paragraph(words.say(N_("Nobody has decided.")), small=True)
    names = (N_("Seat"), N_("Who"), N_("Decision"), N_("Took effect"), N_("Comment"))
    return _table(words, names, rows, (2, 3, 1.6, 2.9, 3))


def _listed(packet: Mapping[str, Any], words: Wordings) -> str:
    lines = [words.word(effect["action"]) for effect in packet.get("effects") or []]
    return "\n".join(lines) or NOTHING


def _table(
    words: Wordings,
    names: tuple[str, ...],
    rows: Sequence[tuple[str, ...]],
    widths: tuple[float, ...],
) -> Table:
    return Table(tuple(map(words.say, names)), tuple(rows), widths)


def _workflow(run: Mapping[str, Any], words: Wordings) -> str:
    rows = (*catalog.rows(), *catalog.flows_begun())
    found = next((row for row in rows if row.key == run.get("workflow")), None)
    return name_of(found, words.locale) if found else str(run.get("workflow"))
