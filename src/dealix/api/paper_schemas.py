"""What the API answers of clauses and templates."""

from datetime import datetime
from typing import Literal

from dealix.api.schemas import Shown


class ClauseView(Shown):
    """A clause in both languages; `approved` is what goes out meanwhile, where that differs."""

    key: str
    position: int
    owner: str
    version: int
    approved_version: int | None
    status: Literal["approved", "draft", "stale_ar", "stale_en"]
    stale: Literal["ar", "en"] | None
    title_ar: str
    title_en: str
    ar: str
    en: str
    fallback_ar: str
    fallback_en: str
    approved: dict[str, str] | None
    changed_by: str
    changed_at: datetime
    confirmed_by: str | None
    confirmed_at: datetime | None


class TemplateView(Shown):
    """The template that is in force now."""

    kind: str
    version: int
    prevailing: Literal["ar", "en"]


class TemplateVersion(Shown):
    """A template as it was put in force; `standard` is one that is the built-in one."""

    version: int
    prevailing: Literal["ar", "en"]
    sha256: str
    made_by: str
    made_at: datetime
    standard: bool


class TemplatesView(Shown):
    """Every version of a template, the newest first."""

    kind: str
    versions: list[TemplateVersion]
