"""Every generated document by its name, written or compared; the same catalogue, the same text."""

from collections.abc import Mapping
from pathlib import Path

from dealix import catalog
from dealix.catalog.documents_errors import error_codes_page
from dealix.catalog.documents_flows import flow_pages
from dealix.catalog.documents_inventory import inventory_page
from dealix.catalog.documents_openclaw import openclaw_page
from dealix.catalog.documents_roadmap import roadmap_page

FLOWS = "workflows"


def documents() -> dict[str, str]:
    """The text of every generated document, by its path under `docs/`."""
    rows, begun = catalog.rows(), catalog.flows_begun()
    pages = {f"{FLOWS}/{key}.md": text for key, text in flow_pages((*rows, *begun)).items()}
    return {
        "workflow-inventory.md": inventory_page(rows, begun),
        **pages,
        "adoption-roadmap.md": roadmap_page(rows),
        "openclaw-mapping.md": openclaw_page(rows),
        "error-codes.md": error_codes_page(),
    }


def differing(folder: Path, texts: Mapping[str, str]) -> list[str]:
    """The documents that are missing, out of date, or left over from a row that is gone."""
    stale = [name for name, text in texts.items() if _read(folder / name) != text]
    present = {f"{FLOWS}/{file.name}" for file in (folder / FLOWS).glob("*.md")}
    return [*stale, *sorted(present - set(texts))]


def write(folder: Path, texts: Mapping[str, str]) -> None:
    """Write every document; pages of flows that are gone are removed."""
    for name in differing(folder, texts):
        file = folder / name
        if name not in texts:
            file.unlink()
            continue
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(texts[name], encoding="utf-8")


def _read(file: Path) -> str | None:
    return file.read_text(encoding="utf-8") if file.exists() else None
