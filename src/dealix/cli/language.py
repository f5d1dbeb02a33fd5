"""`dealix language`: what the models of this installation are worth on a labelled file, offline."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from dealix.cli.client import Unable
from dealix.cli.output import AsJson, print_json, table
from dealix.language.dialects import LABELS, dialects
from dealix.language.evaluation import measure
from dealix.language.intents import INTENTS, intents

app = typer.Typer(
    name="language", help="The language models, measured with no stack.", no_args_is_help=True
)

MOST = 200_000
"""Lines of a file that are read."""


@app.command("eval")
def evaluate(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="JSONL of {text, label}.")
    ],
    as_json: AsJson = False,
) -> None:
    """Measure intents or dialects, whichever the labels name, on lines of your own."""
    rows = _rows(file)
    kind = _kind({label for _, label in rows})
    found = _dialects(rows) if kind == "dialects" else _intents(rows)
    if as_json:
        always = found.pop("always_answering")
        print_json({"kind": kind, **found, **always})
        return
    typer.echo(f"{kind}, {found['model']}, {len(rows)} lines")
    for name in ("always_answering", "as_answered"):
        _show(name.replace("_", " "), found[name])
    if kind == "dialects":
        typer.echo("\nsaudi counts as gulf: nothing but marker words tells them apart.")


def _rows(file: Path) -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    with file.open(encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            row = _row(line)
            if row is None or number > MOST:
                raise Unable(
                    f"Line {number} of {file.name} is not {{text, label}}, or too far down."
                )
            rows.append(row)
    if not rows:
        raise Unable(f"{file.name} holds no line.")
    return rows


def _row(line: str) -> tuple[str, str] | None:
    try:
        given = json.loads(line)
        text, label = given["text"], given["label"]
    except (ValueError, TypeError, KeyError):
        return None
    return (text, label) if isinstance(text, str) and isinstance(label, str) else None


def _kind(labels: set[str]) -> str:
    for kind, known in (("intents", set(INTENTS)), ("dialects", set(LABELS))):
        if labels <= known:
            return kind
    unknown = ", ".join(sorted(labels - set(INTENTS) - set(LABELS))[:5])
    raise Unable(
        f"Labels are intents or dialects, and all of one kind; not known: {unknown}."
        if unknown
        else "Labels are intents or dialects, and all of one kind."
    )


def _intents(rows: list[tuple[str, str]]) -> dict[str, Any]:
    model = intents()
    found = [model.classify(text) for text, _ in rows]
    wanted = [label for _, label in rows]
    sure = [each.confidence for each in found]
    return {
        "model": model.version,
        "always_answering": measure(wanted, [each.best for each in found], sure).as_data(),
        "as_answered": measure(wanted, [each.label for each in found], sure).as_data(),
    }


def _dialects(rows: list[tuple[str, str]]) -> dict[str, Any]:
    model = dialects()
    found = [model.detect(text) for text, _ in rows]
    wanted = [_folded(label) for _, label in rows]
    sure = [each.confidence for each in found]
    best, given = [_folded(each.best) for each in found], [_folded(each.label) for each in found]
    return {
        "model": model.version,
        "always_answering": measure(wanted, best, sure).as_data(),
        "as_answered": measure(wanted, given, sure).as_data(),
    }


def _folded(label: str) -> str:
    return "gulf" if label == "saudi" else label


def _show(name: str, found: dict[str, Any]) -> None:
    typer.echo(f"\n{name}: accuracy {found['accuracy']:.3f}, macro-F1 {found['macro_f1']:.3f}\n")
    typer.echo("\n".join(table(found["labels"], ("label", "precision", "recall", "f1", "lines"))))
    if name.startswith("always"):
        typer.echo("")
        columns = ("coverage", "accuracy", "least_confidence")
        typer.echo("\n".join(table(found["curve"], columns)))
