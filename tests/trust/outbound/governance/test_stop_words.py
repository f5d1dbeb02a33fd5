"""A stop word is one in any case and spelling, and a sentence that only holds one is none."""

import pytest

from dealix.trust.outbound.governance.lines import is_stop, opt_out_line


@pytest.mark.parametrize(
    "text",
    [
        "إيقاف",
        "ايقاف",
        "أيقاف",
        "إِيقَاف",
        "إيـــقاف",
        "الغاء",
        "إلغاء",
        "إلغاء الاشتراك من فضلك",
        "الرجاء إيقاف الرسائل",
        "STOP",
        "Stop!",
        "ＳＴＯＰ",
        "sto\u200bp",
        "please stop.",
        "Unsubscribe",
        "un-subscribe me",
        "شكراً\nإيقاف\n\n> Dear Sami",
        "stop\n\nOn Monday Rawabi wrote:\n> Dear Sami",
    ],
)
def test_a_stop_word_stops(text):
    assert is_stop("Re: Terms", text)


@pytest.mark.parametrize(
    "text",
    [
        "نعم، نقبل الشروط",
        "نقترح إلغاء البند الثالث",
        "We cannot stop now, this is going well",
        "Please do not stop the project",
        "stopover in Dubai",
        f"Yes.\n> {opt_out_line('en')}\n> STOP",
        f"Yes.\n\n-----Original Message-----\n{opt_out_line('en')}\nSTOP",
        f"نعم\nكتب فريق روابي:\n{opt_out_line('ar')}\nإيقاف",
        opt_out_line("ar"),
        "",
    ],
)
def test_a_sentence_that_means_something_else_is_read_by_a_person(text):
    assert not is_stop("Re: Terms", text)


def test_a_subject_alone_stops():
    assert is_stop("unsubscribe", "")
