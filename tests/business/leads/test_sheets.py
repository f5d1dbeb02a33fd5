"""Lists of leads in whatever form spreadsheets save them, and as harmless ones go out again."""

import csv
import io

import pytest

from dealix.business.leads import columns, sheets
from dealix.business.leads.importing import input_of
from dealix.business.leads.schemas import LeadInput
from dealix.errors import InvalidInput, TooLarge
from dealix.validation import validated

ARABIC = (
    "اسم الشركة,جهة الاتصال,الجوال,الدولة,القطاع,الميزانية\n"
    "نجد,سارة,0501234567,السعودية,تجزئة,مؤكدة\n"
)
SAID = {
    "company.name": "نجد",
    "contact.name": "سارة",
    "contact.phone": "0501234567",
    "company.country": "SA",
    "company.industry": "retail",
    "budget": "confirmed",
}
HEAD = "company,contact\n"


@pytest.mark.parametrize(
    "encoding", ["cp1256", "utf-16", "utf-16-be", "utf-16-le", "utf-8", "utf-8-sig"]
)
def test_a_list_is_read_in_each_encoding_of_spreadsheets(encoding):
    text = ARABIC.replace("تجزئة", "التجزئة")
    assert sheets.read(text.encode(encoding)).rows == [(2, SAID)]


@pytest.mark.parametrize("separator", ["\t", ",", ";", "|", "،", "؛"])
def test_a_list_is_read_with_each_separator(separator):
    assert sheets.read(ARABIC.replace(",", separator).encode()).rows == [(2, SAID)]


def test_a_first_line_may_name_the_separator():
    text = "sep=;\ncompany;contact\nA, B and C;Rami\n"
    [(number, cells)] = sheets.read(text.encode()).rows
    assert (number, cells["company.name"]) == (2, "A, B and C")


def test_eastern_digits_and_marks_between_thousands_are_numbers():
    head = "company,contact,mobile,employees,commercial registration,amount\n"
    row = 'Najd,Sara,٠٥٠١٢٣٤٥٦٧,"١٬٢٠٠",١٠١٠٥٠٠٠٠١,"٢٥,٠٠٠٫٥٠"\n'
    [(_, cells)] = sheets.read((head + row).encode()).rows
    given = validated(LeadInput, input_of(cells, "third_party"))
    assert (given.company.employees, given.contact.phone) == (1200, "+966501234567")
    assert given.company.registration_number == "1010500001"
    assert given.budget_amount == "25000.50"


@pytest.mark.parametrize("locale", ["ar", "en"])
def test_each_column_is_known_by_the_name_that_is_shown(locale):
    for field in columns.COLUMNS:
        assert columns.field_of(columns.name_of(field, locale)) == field


def test_no_name_stands_for_two_columns():
    for field, names in columns.COLUMNS.items():
        assert {columns.field_of(each) for each in names} == {field}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "csv_empty"),
        (b" \n\n", "csv_empty"),
        (b"%PDF-1.7 company,contact", "csv_unreadable"),
        (b"A", "csv_columns"),
        (b"PK\x03\x04" + b"x" * 50, "csv_unreadable"),
        (b"company,contact\nA\x00B,Rami\n", "csv_unreadable"),
        (b"\xff\xfeA", "csv_unreadable"),
        (b'company,contact\n"open,Rami\n', "csv_unreadable"),
        (HEAD.encode(), "csv_empty"),
        ("😀😀\n😀\n".encode(), "csv_columns"),
        (b"company,phone\nA,1\n", "csv_columns"),
        ("company,الشركة,contact\nA,B,C\n".encode(), "csv_column_twice"),
        ((HEAD + "Najd,Sara\n" * 501).encode(), "csv_too_many_rows"),
    ],
)
def test_what_is_no_list_is_refused_by_one_clear_sentence(content, code):
    with pytest.raises(InvalidInput) as refused:
        sheets.read(content)
    assert refused.value.code == code


def test_a_list_that_is_too_large_is_refused_unread():
    with pytest.raises(TooLarge):
        sheets.read(b"x" * (sheets.MOST_BYTES + 1))


def test_rows_keep_the_numbers_of_the_sheet_and_empty_ones_are_passed_over():
    sheet = sheets.read((HEAD + "\n ,\nNajd,Sara\nA,B,C\n").encode())
    assert [number for number, _ in sheet.rows] == [4, 5]
    assert sheet.ragged == {5}


def test_columns_that_fill_nothing_are_named():
    assert sheets.read(b"company,contact,Mood\nA,B,good\n").ignored == ["Mood"]


def test_names_of_columns_neither_mislead_nor_fill_the_page():
    odd = ",".join(f"\u202ex{number}{'y' * 500}" for number in range(500))
    ignored = sheets.read(f"company,contact,{odd}\nA,B\n".encode()).ignored
    assert len(ignored) == sheets.MOST_NAMED
    assert all(len(name) <= sheets.LONGEST_NAME and "\u202e" not in name for name in ignored)


@pytest.mark.parametrize("begins", ["+", "-", "=", "@", "\t", "\r"])
def test_no_cell_of_a_list_of_ours_is_calculated_and_it_comes_back_as_it_was(begins):
    formula = f'{begins}HYPERLINK("http://evil.example")'
    written = sheets.write([["company", "contact"], [formula, "Sara"]])
    [_, row] = csv.reader(io.StringIO(written.decode("utf-8-sig"), newline=""))
    assert row[0] == f"'{formula}"
    [(_, cells)] = sheets.read(written).rows
    assert cells["company.name"] == formula.strip()


def test_a_formula_comes_in_as_a_text():
    [(_, cells)] = sheets.read(b'company,contact\n"=1+1","@SUM(A1)"\n').rows
    given = validated(LeadInput, input_of(cells, "third_party"))
    assert (given.company.name, given.contact.name) == ("=1+1", "@SUM(A1)")


def test_direction_marks_around_a_cell_are_dropped_and_inside_refused():
    text = HEAD + "\u200fنجد\u200f,\u200eSara\n" + "Na\u202ejd,Sara\n"
    (_, tidy), (_, bent) = sheets.read(text.encode()).rows
    assert tidy == {"company.name": "نجد", "contact.name": "Sara"}
    with pytest.raises(InvalidInput) as refused:
        validated(LeadInput, input_of(bent, "third_party"))
    assert refused.value.params["errors"][0]["type"] == "forbidden_character"


def test_a_company_without_an_english_name_has_its_arabic_one():
    [(_, cells)] = sheets.read("اسم الشركة بالعربية,الاسم\nنجد,سارة\n".encode()).rows
    given = validated(LeadInput, input_of(cells, "company"))
    assert (given.company.name, given.company.name_ar) == ("نجد", "نجد")
    assert (given.source, given.data_from, given.consents) == ("import", "company", [])
