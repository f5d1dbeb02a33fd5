"""Collects every text shown to people into the Arabic catalogue: `python -m dealix.i18n.extract`.

Texts come from the code (`_`, `N_`, `translate`, `ntranslate`, titles and descriptions of schema
fields), the console's templates, the sentences of `error_codes.CODES` and the catalogue of
workflows. `--check` changes nothing and names what is missing, untranslated, fuzzy or left over.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dealix.error_codes import CODES
from dealix.i18n.catalogue import DOMAIN, LOCALES, catalogue_file
from dealix.i18n.catalogue_texts import texts_of_catalogue
from dealix.i18n.words import WORDS

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog, Message

PACKAGE = Path(__file__).parent.parent
KEYWORDS: dict[str, Any] = {
    "_": None,
    "_n": (1, 2),
    "plain": None,
    "N_": None,
    "translate": (2,),
    "ntranslate": (2, 3),
}
FIELD_TEXTS = ("title", "description")

_Found = tuple[str, int, str | tuple[str, ...]]


def texts_of_code() -> Iterator[_Found]:
    """Marked texts of our Python and of the templates, with the file and line of each."""
    from babel.messages.extract import extract_from_dir

    methods = [
        ("**/i18n/extract.py", "ignore"),
        ("**.py", "python"),
        ("**/templates/**.html", "jinja2.ext:babel_extract"),
    ]
    options = {"**/templates/**.html": {"newstyle_gettext": "true", "silent": "false"}}
    for found in extract_from_dir(str(PACKAGE), methods, options, keywords=KEYWORDS):
        file, line, msgid = found[0], found[1], found[2]
        yield file, line, msgid


def texts_of_schemas() -> Iterator[_Found]:
    """Titles and descriptions of fields where an input is defined: a form is made of them."""
    for file in sorted(PACKAGE.rglob("schemas.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        nodes = list(ast.walk(tree))
        if not any(isinstance(n, ast.ClassDef) and n.name.endswith("Input") for n in nodes):
            continue
        name = str(file.relative_to(PACKAGE))
        yield from _group_texts(name, [n for n in nodes if isinstance(n, ast.ClassDef)])
        for node in nodes:
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Field":
                yield from _field_texts(name, node)


def _group_texts(file: str, classes: list[ast.ClassDef]) -> Iterator[_Found]:
    """Names and sentences of the models that an input holds: a form draws each as a group."""
    held = {
        node.annotation.id
        for each in classes
        if each.name.endswith("Input")
        for node in each.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.annotation, ast.Name)
    }
    for each in classes:
        if each.name in held:
            yield file, each.lineno, each.name
            yield file, each.lineno, ast.get_docstring(each) or each.name


def _field_texts(file: str, call: ast.Call) -> Iterator[_Found]:
    for keyword in call.keywords:
        value = keyword.value
        if keyword.arg in FIELD_TEXTS and isinstance(value, ast.Constant):
            yield file, value.lineno, str(value.value)


def texts_of_codes() -> Iterator[_Found]:
    """The sentence of every error code."""
    for sentence in CODES.values():
        yield "error_codes.py", 0, sentence


def texts_of_rows() -> Iterator[_Found]:
    """Texts of the catalogue of workflows; a key among them is said by its word."""
    for text in texts_of_catalogue():
        if text and text not in WORDS:
            yield "catalog", 0, text


def template() -> "Catalog":
    """A catalogue of every text, in a stable order, with no translation."""
    from babel.messages.catalog import Catalog

    catalogue = Catalog(project="Dealix", domain=DOMAIN, fuzzy=False)
    for texts in (texts_of_code(), texts_of_schemas(), texts_of_codes(), texts_of_rows()):
        for file, _line, msgid in texts:
            flags = ("python-brace-format",) if "{" in str(msgid) else ()
            catalogue.add(msgid, locations=[(f"src/dealix/{file}", 0)], flags=flags)
    return catalogue


def merged(locale: str) -> "Catalog":
    """The catalogue of `locale` brought up to date with the texts in use."""
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import read_po

    file = catalogue_file(locale)
    if file.exists():
        with file.open("rb") as source:
            catalogue = read_po(source, locale=locale, domain=DOMAIN)
    else:
        catalogue = Catalog(locale=locale, project="Dealix", domain=DOMAIN, fuzzy=False)
    catalogue.update(template(), no_fuzzy_matching=True, update_creation_date=False)
    return catalogue


def write(locale: str, catalogue: "Catalog") -> None:
    """Write the catalogue, sorted by text, without line numbers: a diff shows texts only."""
    from babel.messages.pofile import write_po

    file = catalogue_file(locale)
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as target:
        write_po(
            target,
            catalogue,
            sort_output=True,
            no_location=True,
            omit_header=False,
            ignore_obsolete=True,
            width=100,
        )


def findings(locale: str) -> list[str]:
    """What is wrong with the catalogue of `locale`, a line each; empty when all is translated."""
    from babel.messages.pofile import read_po

    with catalogue_file(locale).open("rb") as source:
        held = read_po(source, locale=locale, domain=DOMAIN)
    wanted = {message.id for message in template() if message.id}
    lines = [f"missing: {msgid}" for msgid in wanted if held.get(msgid) is None]
    for message in held:
        if not message.id:
            continue
        if message.id not in wanted:
            lines.append(f"no longer used: {message.id}")
        elif message.fuzzy:
            lines.append(f"fuzzy: {message.id}")
        elif not _is_translated(message):
            lines.append(f"untranslated: {message.id}")
        elif _places(message.id) != _places(message.string):
            lines.append(f"places differ: {message.id}")
    return sorted(lines)


def _is_translated(message: "Message") -> bool:
    string = message.string
    return all(string) if isinstance(string, tuple | list) else bool(string)


def _places(text: Any) -> set[str]:
    from string import Formatter

    texts = text if isinstance(text, tuple | list) else [text]
    return {name for each in texts for _, name, _, _ in Formatter().parse(each) if name}


def main(arguments: list[str]) -> int:
    """Bring the catalogues up to date, or with `--check` say what is wrong with them."""
    wrong = 0
    for locale in LOCALES:
        if locale == "en":
            continue
        if "--check" not in arguments:
            write(locale, merged(locale))
        for line in findings(locale):
            wrong += 1
            sys.stdout.write(f"{locale}: {line}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
