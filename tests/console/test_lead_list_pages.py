"""Leads come in from a CSV file: chosen, looked at, started, sent again, and taken away."""

LISTED = (
    "الشركة;جهة الاتصال;البريد الإلكتروني;الجوال;عدد الموظفين;ملاحظات\n"
    "واحة التمور;سلمى;salma@oasis.example;٠٥٠٢٢٢٣٣٤٤;٨٥;x\n"
    "واحة التمور;سلمى;salma@oasis.example;0502223344;85;x\n"
    "صخر للمقاولات;فهد;not an address;;;x\n"
)


def chosen(visitor, content, **values):
    """Send a file by the page's form."""
    form = visitor.get("/leads/import").form("/leads/import")["values"]
    files = {"document": ("leads.csv", content, "text/csv")}
    answer = visitor.client.post("/leads/import", data={**form, **values}, files=files)
    return type(visitor.get("/leads"))(answer)


def test_a_list_is_looked_at_started_and_sent_again_without_a_second_start(console):
    noura = console.visitor("noura")
    page = chosen(noura, LISTED.encode("utf-16"))
    for words in ("What it would become", "Nothing is taken from these columns: ملاحظات"):
        assert words in page.text, words
    assert 'data-count="ready">One row' in page.source
    assert 'data-count="repeated">One row' in page.source
    assert "Row 4" in page.text
    assert "Write an address in the form name@domain." in page.text
    begun = noura.send(page, "/leads/import/start")
    assert 'data-count="started">One row' in begun.source, begun.text
    run = begun.links("/runs/run_")[0]
    again = noura.send(page, "/leads/import/start")
    assert 'data-count="known">One row' in again.source
    assert again.links("/runs/run_") == [run]
    noura.until(run, lambda seen: "The lead and its memo" in seen.text, "a qualified lead")
    arabic = console.visitor("noura", locale="ar")
    told = chosen(arabic, LISTED.encode())
    for words in ("بدأ من قبل", "الصف 4", "البريد الإلكتروني: اكتب"):
        assert words in told.text, words


def test_what_is_no_list_is_refused_on_the_page(console):
    noura = console.visitor("noura")
    for content, words in (
        (b"", "This list has no row"),
        (b"%PDF-1.4", "This is no list that can be read"),
        (b"Mood\ngood\n", "The list has no column for Company"),
        (b"x" * 510_000, "A list holds at most 500 KB"),
    ):
        page = chosen(noura, content)
        assert (page.status in {413, 422}, words in page.text) == (True, True), page.text
    wrong = chosen(noura, LISTED.encode(), data_from="nobody")
    assert wrong.status == 422
    form = noura.get("/leads/import").form("/leads/import")["values"]
    assert noura.post("/leads/import/start", {**form, "content": "***"}).status == 422


def test_leads_are_taken_away_as_a_list_and_the_audit_knows(console):
    noura = console.visitor("noura")
    [link] = noura.get("/leads").links("/leads/list.csv")
    answer = noura.client.get(link)
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.content.startswith("\ufeffCompany,".encode())
    assert "A list of leads was given out" in console.visitor("dana").get("/audit").text


def test_lists_are_for_who_may_enter_leads(console):
    dana = console.visitor("dana")
    assert dana.get("/leads/import").status == 403
    assert 'href="/leads/import"' not in dana.get("/leads").source
    assert console.visitor("saleh").get("/leads/list.csv").status == 403
