"""The director on a played stage: when it acts, how far it jumps, and what it will not let pass."""

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta

import pytest

from dealix.errors import InvalidInput, InvariantBroken
from dealix.lanes.rehearsal import Director
from dealix.lanes.scenarios import Scenario

BEGAN = datetime(2026, 3, 1, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


EID = {(2026, 3, day) for day in (19, 20, 21, 22)} | {(2027, 3, day) for day in (9, 10, 11)}


def month_of(name):
    """A month in Riyadh with Eids of two years; people work from 9 to 17."""
    year, number = map(int, name.split("-"))
    dates = [date(year, number, n + 1) for n in range(monthrange(year, number)[1])]
    return {"time_zone": "Asia/Riyadh", "days": [day_of(each) for each in dates]}


def day_of(day):
    eid = (day.year, day.month, day.day) in EID
    rest = eid or day.weekday() in {4, 5}
    hours = None if rest else {"begins": "09:00:00", "ends": "17:00:00"}
    return {"hours": hours, "holiday": "Eid al-Fitr Holiday" if eid else None}


class PlayedStage:
    """A run of two gates that each decision or jump moves on; `clock` is its own time."""

    def __init__(self):
        self.clock = BEGAN
        self.jumps, self.decided, self.faults, self.sent = [], [], [], []
        self.taken = []
        self.gates = ["first", "second"]
        self.timeline = []
        self.run = {
            "id": "run_1",
            "status": "running",
            "outcome": None,
            "started_at": BEGAN.isoformat(),
            "ended_at": None,
            "deadline": (BEGAN + 14 * DAY).isoformat(),
            "waiting_for": None,
            "resumes_at": None,
            "cancel_requested_at": None,
        }

    def example(self, workflow, number):
        return {"example": number}

    def start(self, who, workflow, given, at):
        self.started = (who, workflow, given)
        if at is not None:
            self.clock = at
            self.run |= {"started_at": at.isoformat(), "deadline": (at + 14 * DAY).isoformat()}
        self.open_next()
        return self.get("run_1")

    def month(self, name):
        return month_of(name)

    def escalations(self, run_id):
        return self.taken

    def get(self, run_id):
        return {
            **self.run,
            "now": self.clock.isoformat(),
            "timeline": [dict(e) for e in self.timeline],
        }

    def approvals(self, run_id):
        return [
            {
                "id": e["key"],
                "gate": e["name"],
                "opened_at": e["at"],
                "packet_hash": "sha256:1",
                "who_may_decide": [{"slot": "vp", "people": ["usr_vp"]}],
            }
            for e in self.timeline
            if e["kind"] == "wait" and e["status"] == "open"
        ]

    def owed(self, run_id):
        return []

    def decide(self, who, approval, given):
        decision = given["decision"]
        self.decided.append((who, approval["gate"], decision, self.clock))
        self.waiting()["status"] = decision
        if decision == "reject":
            self.end("completed", "rejected")
        else:
            self.open_next()

    def cancel(self, who, run_id, comment):
        self.waiting()["status"] = "closed"
        self.end("cancelled", "cancelled")

    def extend(self, who, run_id, until):
        self.run["deadline"] = until.isoformat()

    def fast_forward(self, run_id, duration):
        self.jumps.append(duration)
        deadline = datetime.fromisoformat(self.run["deadline"])
        self.clock += duration
        if self.clock >= deadline:
            self.clock = deadline
            self.waiting()["status"] = "closed"
            self.end("completed", "expired")
        return self.get(run_id)

    def settle(self, run_id):
        """Everything here is settled at once."""

    def fault(self, fault):
        self.faults.append(fault)

    def effects(self, run_id):
        return self.sent

    def papers(self, run_id):
        return ["The share is 15 %.", "The share is 18 %."]

    def waiting(self):
        return next(e for e in self.timeline if e["status"] == "open")

    def open_next(self):
        if self.gates:
            self.add("wait", self.gates.pop(0), "open")
        else:
            self.end("completed", "activated")

    def add(self, kind, name, status, **more):
        entry = {"kind": kind, "name": name, "status": status, "key": f"{kind}:{name}", **more}
        self.timeline.append({"at": self.clock.isoformat(), "attempts": 1, **entry})

    def end(self, status, outcome):
        self.run |= {"status": status, "outcome": outcome, "ended_at": self.clock.isoformat()}


def scenario(cast, faults=(), **expect):
    return Scenario.model_validate(
        {
            "title": "A story",
            "workflow": "partner_approval",
            "example": 3,
            "cast": list(cast),
            "faults": list(faults),
            "expect": {"status": "completed", **expect},
        }
    )


YES = [
    {"at": "first", "after": "P1D", "act": "approve"},
    {"at": "second", "after": "PT4H", "who": "vp", "act": "approve"},
]


def play(story, stage=None):
    stage = stage or PlayedStage()
    return stage, Director(stage, story, patience=0.3).play()


def found(performance):
    return {difference.what for difference in performance.differences}


def test_it_acts_when_it_is_time_as_who_may_decide():
    stage, performance = play(scenario(YES, outcome="activated", gates=["first", "second"]))
    assert performance.held
    assert stage.started == ("partner_manager", "partner_approval", {"example": 3})
    assert stage.jumps == [DAY, timedelta(hours=4)]
    assert [(who, gate) for who, gate, _, _ in stage.decided] == [
        ("usr_vp", "first"),
        ("usr_vp", "second"),
    ]


def test_silence_lasts_until_the_deadline_and_no_longer():
    stage, performance = play(scenario([], outcome="expired", within="P14D"))
    assert performance.held
    assert len(stage.jumps) == 1
    assert not stage.decided


def test_an_extension_moves_the_deadline_that_silence_waits_for():
    cast = [{"at": "first", "after": "P2D", "act": "extend", "by": "P7D"}]
    stage, performance = play(scenario(cast, outcome="expired"))
    assert performance.held
    assert sum(stage.jumps, timedelta(0)) >= 21 * DAY


def test_waiting_only_lets_time_pass():
    cast = [{"at": "first", "after": "P3D", "act": "wait"}, *YES]
    stage, performance = play(scenario(cast, outcome="activated"))
    assert performance.held
    assert stage.jumps == [3 * DAY, timedelta(hours=4)]  # the first yes was due on the first day


def test_each_unmet_expectation_is_named():
    story = scenario(
        YES, status="compensated", outcome="rejected", gates=["first"], undone=["x"], within="PT1H"
    )
    _, performance = play(story)
    assert found(performance) == {"status", "outcome", "gates", "undone", "within"}
    assert not performance.held


def test_an_end_that_comes_too_soon_is_found():
    _, performance = play(scenario(YES, outcome="activated", not_within="P2D"))
    assert found(performance) == {"not within"}
    assert play(scenario(YES, outcome="activated", not_within="PT28H"))[1].held


def test_papers_are_held_against_their_words_and_their_number():
    assert play(scenario(YES, papers=[["15 %"], ["share", "18 %"]]))[1].held
    assert found(play(scenario(YES, papers=[["15 %"], ["20 %"]]))[1]) == {"paper 2"}
    assert found(play(scenario(YES, papers=[["15 %"]]))[1]) == {"papers"}
    assert found(play(scenario(YES, papers=[[], [], []]))[1]) == {"papers"}


def test_an_act_without_an_occasion_is_named():
    cast = [{"at": "first", "act": "reject", "comment": "No."}, YES[1]]
    _, performance = play(scenario(cast, outcome="rejected"))
    assert found(performance) == {"cast"}


class RealDates(PlayedStage):
    """A flow that reads the machine's clock at its second gate."""

    def open_next(self):
        super().open_next()
        if len(self.timeline) == 2:
            self.timeline[1]["at"] = BEGAN.isoformat()


def test_a_date_of_the_machines_clock_is_found():
    _, performance = play(scenario(YES), RealDates())
    assert "date of wait second" in found(performance)


class Posting(PlayedStage):
    """A flow that sends one mail when it ends; `twice` and `late` are what a bug would do."""

    def __init__(self, *, twice=False, late=timedelta(0), unknown=False):
        super().__init__()
        self.twice, self.late, self.unknown = twice, late, unknown

    def end(self, status, outcome):
        at = self.clock.isoformat()
        self.add("step", "notify", "done", done_at=at, reference="2.0.0 queued as AB")
        mail = {
            "provider": "smtp",
            "kind": "email",
            "reference": "XY" if self.unknown else "AB",
            "key": "<1@x>",
            "idempotency_key": "<1@x>",
            "at": (self.clock - self.late).isoformat(),
        }
        self.sent = [mail] * (1 + self.twice)
        super().end(status, outcome)


def test_what_was_sent_is_held_against_the_script():
    _, performance = play(scenario(YES, sent=["smtp email"]), Posting())
    assert performance.held
    assert found(play(scenario(YES, sent=[]), Posting())[1]) == {"sent"}


def test_a_doubled_effect_is_found_even_when_the_script_says_nothing_of_it():
    assert found(play(scenario(YES), Posting(twice=True))[1]) == {"smtp email <1@x>"}


def test_a_provider_that_got_a_real_date_is_found():
    assert found(play(scenario(YES), Posting(late=DAY))[1]) == {"date of effect <1@x>"}


def test_an_effect_that_no_step_knows_is_found():
    assert found(play(scenario(YES), Posting(unknown=True))[1]) == {"effect <1@x>"}


class Outage(PlayedStage):
    """A flow that tries a step again and again from the first yes until the outage is over."""

    def open_next(self):
        if len(self.timeline) == 1:
            self.add("step", "write", "started", done_at=None, reference=None)
            self.timeline[-1]["attempts"] = 2
        else:
            super().open_next()

    def fast_forward(self, run_id, duration):
        super().fast_forward(run_id, duration)
        step = next((e for e in self.timeline if e["name"] == "write"), None)
        if step and step["status"] == "started" and self.clock >= BEGAN + 3 * DAY:
            step |= {"status": "done", "at": self.clock.isoformat(), "attempts": 300}
            step["done_at"] = self.clock.isoformat()
            self.open_next()
        return self.get(run_id)


def test_an_outage_is_jumped_over_once_a_step_is_tried_again():
    faults = [{"provider": "hubspot", "fault": "error_500", "until": "P3D"}]
    stage, performance = play(scenario(YES, faults, outcome="activated"), Outage())
    assert performance.held, performance.differences
    assert stage.faults == [
        {
            "provider": "hubspot",
            "fault": "error_500",
            "scope": "run_1",
            "until": (BEGAN + 3 * DAY).isoformat(),
        }
    ]
    assert stage.jumps[0] == DAY
    assert timedelta(days=2) <= stage.jumps[1] <= timedelta(days=2, hours=1)


class Night(PlayedStage):
    """A flow whose message waits for the morning after the first yes; its clock goes on by itself.

    A jump that reached the morning would have its end while the message goes out.
    """

    def get(self, run_id):
        until = self.run["resumes_at"]
        if until:
            self.clock += timedelta(seconds=0.5)
            if self.clock >= datetime.fromisoformat(until):
                self.open_next()
                self.run["resumes_at"] = None
        return super().get(run_id)

    def open_next(self):
        if len(self.timeline) == 1 and self.run["resumes_at"] is None:
            self.run["resumes_at"] = (self.clock + 6 * HOUR).isoformat()
        else:
            super().open_next()


def test_a_message_that_waits_for_the_morning_is_jumped_to():
    stage, performance = play(scenario(YES, outcome="activated"), Night())
    assert performance.held, performance.differences
    assert stage.jumps[0] == DAY
    assert 6 * HOUR - timedelta(seconds=5) <= stage.jumps[1] < 6 * HOUR


class Owing(PlayedStage):
    """A flow whose first gate asks for changes that nobody answers."""

    def decide(self, who, approval, given):
        self.asked = self.waiting()
        self.asked["status"] = given["decision"]

    def owed(self, run_id):
        request = {"id": "wait:first", "gate": "first", "closed_at": (BEGAN + HOUR).isoformat()}
        return [request] if self.run["ended_at"] is None and not self.approvals(run_id) else []

    def cancel(self, who, run_id, comment):
        self.end("cancelled", "cancelled")


def test_a_run_is_cancelled_while_changes_are_owed_and_not_before():
    cast = [
        {"at": "first", "after": "PT1H", "act": "request_changes", "changes": ["x"]},
        {"at": "first", "after": "P2D", "who": "requester", "act": "cancel"},
    ]
    stage, performance = play(scenario(cast, status="cancelled", outcome="cancelled"), Owing())
    assert performance.held, performance.differences
    assert stage.jumps == [HOUR, 2 * DAY]


def test_a_run_that_does_not_move_on_is_given_up_by_name():
    with pytest.raises(InvariantBroken) as failure:
        play(scenario(YES), Outage())
    assert failure.value.code == "rehearsal_stuck"


class Slow(PlayedStage):
    """A flow whose first gate takes SLA steps at these moments of silence."""

    def __init__(self, steps):
        super().__init__()
        self.steps = steps

    def fast_forward(self, run_id, duration):
        answer = super().fast_forward(run_id, duration)
        for word, due, late in self.steps:
            if due + late <= self.clock:
                self.taken.append(
                    {
                        "at": (due + late).isoformat(),
                        "kind": "sla",
                        "name": "first",
                        "status": word,
                        "attempts": 1,
                        "key": f"wait:first:{word}",
                        "due_at": due.isoformat(),
                        "reached": ["Fahad Al-Otaibi"],
                    }
                )
        return answer


AT = {
    "reminder": datetime(2026, 3, 2, 12, tzinfo=UTC),
    "breach": datetime(2026, 3, 3, 8, tzinfo=UTC),
    "level3": datetime(2026, 3, 4, 8, tzinfo=UTC),
}
STEPS = [(word, due, timedelta(0)) for word, due in AT.items()]
TOLD = [f"first {word}" for word in AT]


def silent(steps, **expect):
    told = []
    story = scenario([], outcome="expired", **expect)
    performance = Director(Slow(steps), story, told.append, patience=0.3).play()
    return performance, told


def test_sla_steps_are_held_against_the_script_and_said_with_whom_they_reached():
    performance, told = silent(STEPS, escalations=TOLD)
    assert performance.held, performance.differences
    said = [" ".join(line.split()) for line in told if "  sla " in line]
    assert said == [
        "2026-03-02 12:00 sla first reminder to Fahad Al-Otaibi (Monday 15:00, Riyadh)",
        "2026-03-03 08:00 sla first breach to Fahad Al-Otaibi (Tuesday 11:00, Riyadh)",
        "2026-03-04 08:00 sla first level 3 to Fahad Al-Otaibi (Wednesday 11:00, Riyadh)",
    ]
    assert told == sorted(told, key=lambda line: line[:16])


@pytest.mark.parametrize("missing", [*AT, None])
def test_a_step_that_is_missing_is_found(missing):
    left = [step for step in STEPS if missing and step[0] != missing]
    performance, _ = silent(left, escalations=TOLD)
    assert found(performance) == {"escalations"}


def test_a_doubled_step_is_found_even_when_the_script_says_nothing_of_it():
    assert found(silent([*STEPS, STEPS[0]], escalations=TOLD)[0]) == {
        "escalations",
        "escalation first reminder",
    }
    assert found(silent([*STEPS, STEPS[0]])[0]) == {"escalation first reminder"}


@pytest.mark.parametrize(
    "due",
    [
        pytest.param(datetime(2026, 3, 6, 9, tzinfo=UTC), id="a Friday"),
        pytest.param(datetime(2026, 3, 3, 14, 1, tzinfo=UTC), id="after work"),
        pytest.param(datetime(2026, 3, 3, 5, 59, tzinfo=UTC), id="before work"),
    ],
)
def test_a_step_while_nobody_works_is_found(due):
    performance, _ = silent([("reminder", due, timedelta(0))])
    assert found(performance) == {"escalation first reminder"}


def test_the_last_moment_of_a_day_still_counts_as_work():
    end = datetime(2026, 3, 3, 14, tzinfo=UTC)
    assert silent([("reminder", end, timedelta(0))])[0].held


@pytest.mark.parametrize("late", [timedelta(minutes=2), timedelta(minutes=-1)])
def test_a_step_that_does_not_come_when_it_is_due_is_found(late):
    performance, _ = silent([("reminder", AT["reminder"], late)])
    assert found(performance) == {"date of escalation first reminder"}


def opening(monkeypatch, now, stage=None, **starts):
    monkeypatch.setattr("dealix.lanes.rehearsal.clock.real_now", lambda: now)
    story = {"title": "x", "workflow": "w", "example": 0, "expect": {"status": "completed"}}
    starts = {"before": "eid al-fitr", "working_days": 2, "at": "13:00", **starts}
    told = []
    stage = stage or PlayedStage()
    director = Director(stage, Scenario.model_validate({**story, "starts": starts}), told.append)
    director.play()
    return datetime.fromisoformat(stage.run["started_at"]), told


@pytest.mark.parametrize(
    ("now", "begins"),
    [
        pytest.param(datetime(2026, 3, 1, tzinfo=UTC), "2026-03-17T10:00:00+00:00", id="next"),
        pytest.param(
            datetime(2026, 3, 17, 8, tzinfo=UTC), "2026-03-17T10:00:00+00:00", id="on the day"
        ),
        pytest.param(
            datetime(2026, 3, 17, 9, 30, tzinfo=UTC), "2027-03-07T10:00:00+00:00", id="too near"
        ),
        pytest.param(
            datetime(2026, 3, 20, 9, tzinfo=UTC), "2027-03-07T10:00:00+00:00", id="during it"
        ),
        pytest.param(datetime(2026, 4, 1, tzinfo=UTC), "2027-03-07T10:00:00+00:00", id="after it"),
    ],
)
def test_a_story_begins_before_the_next_holiday_of_the_companys_calendar(monkeypatch, now, begins):
    at, told = opening(monkeypatch, now)
    assert at == datetime.fromisoformat(begins)
    year = at.year
    days = "2026-03-19 to 2026-03-22" if year == 2026 else "2027-03-09 to 2027-03-11"
    assert days in told[0]
    assert told[0].startswith(f"{at:%Y-%m-%d %H:%M}  start ")
    assert told[0].endswith("day 13:00, Riyadh)")


def test_a_holiday_that_never_comes_is_named(monkeypatch):
    with pytest.raises(InvalidInput, match="no holiday is called Shrove Tuesday"):
        opening(monkeypatch, BEGAN, before="Shrove Tuesday")
