"""`dealix knowledge`: ask the company's documents, bring some in, and measure the search."""

import random
from pathlib import Path
from typing import Annotated

import typer
from babel.messages.pofile import read_po

from dealix.actors import Actor
from dealix.business.knowledge import benching
from dealix.business.knowledge.embedders import NoVector
from dealix.business.knowledge.evaluation import Labelled, LabelledFile, Measured, measure, read
from dealix.business.knowledge.schemas import Passage
from dealix.business.knowledge.service import Brought
from dealix.cli.client import Client, Unable
from dealix.cli.output import AsJson, print_json, show_rows
from dealix.cli.own_database import own_database
from dealix.errors import InvalidInput
from dealix.i18n.catalogue import catalogue_file

app = typer.Typer(
    name="knowledge", help="The company's documents, to be searched.", no_args_is_help=True
)
ASKED = 50
"""Passages that are asked for, so that the tenth document is seen behind several of one."""

SHORTEST, LONGEST = 30, 160
"""Characters of a sentence that stands for a question, or for a part of a passage, of the bench."""

MEASURER = Actor("measured", "usr_measurer", frozenset({"tenant_admin"}), locale="en")


@app.command("search")
def search(
    context: typer.Context,
    query: Annotated[str, typer.Argument(help="The question, in any words.")],
    limit: Annotated[int, typer.Option(min=1, max=50, help="How many passages at most.")] = 5,
    as_json: AsJson = False,
) -> None:
    """The passages that answer a question best, of those that you may read."""
    client: Client = context.obj
    found = client.post("/knowledge/search", {"query": query, "limit": limit})
    if as_json:
        print_json(found)
        return
    for one in found["passages"]:
        page = f", page {one['page']}" if one["page"] else ""
        typer.echo(f"{one['score']:.3f}  {one['source']['title']}{page}\n       {one['text']}\n")
    typer.echo(f"{len(found['passages'])} passages in {found['ms']:.0f} ms")


@app.command("add")
def add(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="PDF, DOCX, HTML, text.")
    ],
    title: Annotated[str, typer.Option(help="What it is called; else its file's name.")] = "",
    audience: Annotated[
        list[str] | None, typer.Option(help="A role that finds it; again for more. None: all.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Bring in a document to search."""
    client: Client = context.obj
    made = client.upload(
        "/knowledge/documents",
        file,
        {"title": title or file.name, "audience": list(audience or [])},
    )
    show_rows([made], ("id", "title", "passages", "waiting", "audience"), "", as_json=as_json)


@app.command("eval")
def evaluate(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(
            exists=True, dir_okay=False, help="JSONL of {query, relevant}, or {id, text}."
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """Measure the search on labelled questions: recall@1, @5, @10, MRR.

    Where `relevant` holds texts, or names passages that the file brings along as {id, text}, these
    are searched in a database of their own and nothing has to run. Where it only names documents
    or passages (by id or title), the running stack is asked.
    """
    try:
        with file.open(encoding="utf-8", errors="replace") as lines:
            given = read(lines)
    except ValueError as wrong:
        raise Unable(f"{file.name}: {wrong}.") from None
    if not given.questions:
        raise Unable(f"{file.name} holds no question.")
    if given.names_only:
        found, searched = _on_stack(context.obj, given), "documents of the running stack"
    else:
        found, many = _on_its_own(given)
        searched = f"{many} texts of the file"
    _tell(found, searched, as_json=as_json)


@app.command("bench")
def bench(
    passages: Annotated[int, typer.Option(min=100, help="How many passages there are.")] = 20_000,
    questions: Annotated[int, typer.Option(min=20, help="How many questions are asked.")] = 200,
    as_json: AsJson = False,
) -> None:
    """Time questions to a large knowledge, embedding included, in a database of its own."""
    ours = sentences()
    asked = [Labelled(one, (one,)) for one in ours[:questions]]
    with own_database() as own:
        service, tenant = own.services.knowledge, MEASURER.tenant_id
        try:
            benching.fill(service.database, tenant, service.embedders, ours[questions:], passages)
        except NoVector as none:
            raise Unable(f"The embeddings endpoint made no vector: {none.because}.") from None
        many = benching.counted(service.database, tenant)
        own.settle()
        for one in asked[:10]:  # connections, the model, the index in memory
            service.search(MEASURER, one.query)
        found = measure(asked, lambda query: service.search(MEASURER, query).passages)
    data = {
        "passages": many,
        "questions": found.queries,
        "p50_ms": found.p50_ms,
        "p95_ms": found.p95_ms,
    }
    if as_json:
        print_json(data)
    else:
        show_rows([data], tuple(data), "", as_json=False)


def sentences() -> list[str]:
    """Sentences of our own in both languages, mixed but always the same: those of the catalogue."""
    with catalogue_file("ar").open("rb") as file:
        messages = list(read_po(file))
    texts = [
        text
        for message in messages
        for text in (message.id, message.string)
        if isinstance(text, str) and SHORTEST < len(text) < LONGEST and "{" not in text
    ]
    random.Random(1).shuffle(texts)
    return texts


def _on_stack(client: Client, given: LabelledFile) -> Measured:
    def ask(query: str) -> list[Passage]:
        found = client.post("/knowledge/search", {"query": query, "limit": ASKED})
        return [Passage.model_validate(one) for one in found["passages"]]

    return measure(given.questions, ask)


def _on_its_own(given: LabelledFile) -> tuple[Measured, int]:
    """Search the file's own texts, each a document under its name."""
    corpus = given.corpus()
    with own_database() as own:
        service = own.services.knowledge
        names = {
            service.add(MEASURER, Brought(text.encode("utf-8", "ignore"))).id: name
            for name, text in corpus.items()
        }
        while service.sweep():
            pass

        def ask(query: str) -> list[Passage]:
            try:
                found = service.search(MEASURER, query, ASKED).passages
            except InvalidInput:  # a question without a word finds nothing
                return []
            named = ((one, names[one.source.id]) for one in found)
            return [
                one.model_copy(update={"source": one.source.model_copy(update={"title": name})})
                for one, name in named
            ]

        return measure(given.questions, ask, whole=True), len(corpus)


def _tell(found: Measured, searched: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"searched": searched, **found.as_data()})
        return
    typer.echo(f"{found.queries} questions to {searched}")
    for name in ("recall_at_1", "recall_at_5", "recall_at_10", "mrr"):
        typer.echo(f"{name.replace('_at_', '@'):<12}{getattr(found, name):.3f}")
    typer.echo(f"{'time':<12}p50 {found.p50_ms:.0f} ms, p95 {found.p95_ms:.0f} ms")
