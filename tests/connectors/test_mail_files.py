"""Files of a mail: what strangers call them leads nowhere, and what is no content is said."""

import base64
import json

import pytest

from dealix.connectors.inbound import files_in, read, without_contents
from dealix.connectors.mail_files import LONGEST_NAME, MOST, plain_name
from dealix.errors import InvalidInput

CONTENT = b"%PDF-1.7 terms"


def mail(*files: object) -> bytes:
    data = {"from": "sami@partner.example", "text": "انظر المرفق", "attachments": list(files)}
    return json.dumps({"type": "email.received", "data": data}, ensure_ascii=False).encode()


def file(name: object = "terms.pdf", **more: object) -> dict[str, object]:
    return {"filename": name, "content": base64.b64encode(CONTENT).decode(), **more}


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (None, ""),
        (7, ""),
        ("", ""),
        ("../../etc/passwd", "passwd"),
        ("..", ""),
        ("C:\\temp\\الشروط.docx", "الشروط.docx"),
        ("a\x00b\ud800.pdf", "ab.pdf"),
        ("terms\u202excod.exe", "termsxcod.exe"),
        ("x" * 400 + ".docx", "x" * (LONGEST_NAME - 5) + ".docx"),
    ],
)
def test_a_name_leads_nowhere_and_misleads_nobody(given: object, kept: str) -> None:
    assert plain_name(given) == kept


def test_a_file_is_read_with_its_content_line_breaks_or_not() -> None:
    broken = base64.encodebytes(CONTENT).decode()
    found = read("smtp", mail(file(), file(content=broken))).files
    assert [one.content() for one in found] == [CONTENT, CONTENT]
    assert (found[0].name, found[0].size) == ("terms.pdf", len(CONTENT))


@pytest.mark.parametrize("content", ["a", "%%%%", "نص", "aGk=aGk="])
def test_what_is_no_base64_did_not_come_whole(content: str) -> None:
    [found] = read("smtp", mail(file(content=content))).files
    with pytest.raises(InvalidInput) as refusal:
        found.content()
    assert refusal.value.code == "file_not_whole"


@pytest.mark.parametrize("content", [None, 3, ["aGk="]])
def test_a_file_that_is_only_named_was_left_out(content: object) -> None:
    [found] = read("smtp", mail(file(content=content, size=30_000_000))).files
    assert (found.name, found.size) == ("terms.pdf", 30_000_000)
    with pytest.raises(InvalidInput) as refusal:
        found.content()
    assert refusal.value.code == "file_left_out"


@pytest.mark.parametrize("size", [-1, "7", True, 2**60, None])
def test_a_size_that_is_none_is_not_told(size: object) -> None:
    [found] = read("smtp", mail({"filename": "a.pdf", "size": size})).files
    assert found.size is None


@pytest.mark.parametrize("files", [{}, "a.pdf", None, 3])
def test_what_is_no_list_of_files_is_none(files: object) -> None:
    raw = json.dumps({"data": {"attachments": files}}).encode()
    assert (files_in("smtp", raw), read("smtp", raw).files) == (0, ())


def test_no_more_than_a_bounded_number_is_read() -> None:
    raw = mail(*[file(f"{number}.pdf") for number in range(50)], "not a file")
    assert files_in("smtp", raw) == MOST
    assert files_in("docusign", raw) == 0


def test_an_emptied_mail_keeps_names_and_words() -> None:
    raw = without_contents(mail(file("الشروط.pdf"), file()))
    found = read("smtp", raw)
    assert found.text == "انظر المرفق"
    assert [(one.name, one.size) for one in found.files] == [
        ("الشروط.pdf", len(CONTENT)),
        ("terms.pdf", len(CONTENT)),
    ]
    assert base64.b64encode(CONTENT) not in raw
    assert all(one.encoded is None for one in found.files)


def test_a_document_by_whatsapp_is_named_with_the_id_under_which_meta_holds_it() -> None:
    document = {"id": "1234567890", "filename": "../الشروط.docx", "caption": "معدّلة"}
    message = {"type": "document", "from": "966500000001", "document": document}
    found = read("whatsapp", json.dumps({"message": message}).encode())
    assert found.text == "معدّلة"
    assert [(one.name, one.reference, one.encoded) for one in found.files] == [
        ("الشروط.docx", "1234567890", None)
    ]


@pytest.mark.parametrize("media", [None, 7, "a\nb", "x" * 201])
def test_a_media_id_that_is_none_is_not_kept(media: object) -> None:
    raw = json.dumps({"message": {"type": "image", "image": {"id": media}}}).encode()
    [found] = read("whatsapp", raw).files
    assert (found.name, found.reference) == ("", None)
