"""Who asks for no more messages is heard in any spelling; who speaks of stopping is not."""

import json
import time
from pathlib import Path

import pytest

from dealix.language.stopping import asks_to_stop
from dealix.trust.outbound.governance.lines import opt_out_line

HERE = Path(__file__).parent
TRAINING = HERE.parents[1] / "src" / "dealix" / "language" / "training"

WEARY = [
    "مالي خلق رسائلكم",
    "ما لنا خلق رسائلكم",
    "مالي خلق لإعلاناتكم",
    "ما عندي خلق مسجاتكم",
    "مافي داعي تراسلوني",
    "ماله داعي ترسلون لي",
    "ما في لزوم تتواصلون معي مرة ثانية",
    "لا داعي لمراسلتي",
    "لا حاجة لمراسلتي مجدداً",
    "مفيش داعي تبعتولي رسايل",
    "ما كاين لاش تصيفطو ليا",
    "باراكا من الرسائل",
    "بركا من الميساجات",
    "يزي من الرسائل",
    "كفى رسائل",
    "كفاكم رسائل",
    "بلّكتكم",
    "حظرتكم",
    "حظرت رقمكم",
    "عملتلكم بلوك",
    "سويت لكم بلوك",
    "حطيتكم بلوك",
    "درت ليكم بلوك",
    "رقمكم محظور عندي",
    "راح أبلككم",
    "الرجاء حذفي من قائمة المراسلة",
    "أرجو إزالتي من القائمة البريدية",
    "نرجو شطبنا من قوائمكم",
    "اطلب حذفي من قاعدة بياناتكم",
    "ارجو ان تحذفوني من القائمة",
    "رسائلكم مزعجة أوقفوها",
    "رسائلكم مزعجة وقفوها",
    "إعلاناتكم أزعجتنا أوقفوها",
    "لم أعد أرغب في استلامها",
    "لم أعد أرغب في رسائلكم",
    "قرفتونا برسائلكم",
    "I no longer wish to receive these",
    "I no longer want to receive these from you",
    "I don't wish to receive these anymore",
    "We no longer wish to receive these emails",
    "I'm not interested in receiving your emails",
    "no longer interested in receiving these messages",
    "I've blocked you",
    "I blocked your number",
    "please exclude me from your mailing list",
    "I do not wish to be on your mailing list",
    "your messages are annoying, stop them",
    "please stop these",
    "Please cease all communication",
    "I want to stop receiving emails",
    "there is no need to message me anymore",
    "no need to contact me again",
    "I no longer wish to hear from you",
    "مسجاتكم ما أبيها",
    "والله قرفت من مسجاتكم",
    "تعبنا من دعاياتكم كل يوم",
    "دعوني وشأني",
    "خلوني في حالي",
    "اتركونا بحالنا لو سمحتم",
    "I am done with your newsletters",
    "stop already with those mails",
    "please forget this address",
]
NEIGHBOURS = [
    "خلونا في حال العقد الأول",
    "دعوني أراجع العرض مع المدير",
    "تعبنا من رسائل العملاء كل يوم",
    "مسجاتكم ما أبيها تتأخر",
    "I am done with your newsletters draft, send it",
    "We are tired of these email errors",
    "please forget this address, the right one is below",
    "مالي خلق اجتماعات اليوم",
    "مالي خلق أكتب رسائل طويلة، اتصل علي",
    "مالي خلق أقرأ رسائلكم الطويلة، اختصروا العرض",
    "مافي داعي تراسلوني، اتصلوا علي مباشرة",
    "مافي داعي تراسلوني على الواتساب، الإيميل أفضل",
    "مافي داعي تراسلوني، وصلني العقد",
    "مافي داعي ترسلون لي العقد ورقي",
    "ماله داعي ترسلون الفاتورة مرتين",
    "لا داعي لمراسلتي قبل الأحد",
    "لا داعي لمراسلتي، سأتصل بكم بنفسي",
    "باراكا من التأخير، صيفطو لينا العقد",
    "باراكا من الاجتماعات، خلينا نوقعو",
    "باراكا من الأخطاء في الرسائل ديال الزبناء",
    "صافي وصلات الرسائل شكرا",
    "ما بلكتكم، بس الرسائل ما توصلني",
    "بلكتوني بالغلط، فكوا الحظر",
    "هل يقدر العميل يبلك رقمكم؟",
    "حظرتكم إدارة الشبكة عندنا بالخطأ",
    "تم حظر رقمكم من النظام بالغلط",
    "تم حذفي من قائمة المشاركين بالخطأ",
    "لماذا تم حذفي من قائمة المراسلة؟",
    "الرجاء حذفي من قائمة الموقعين وإضافة المدير",
    "الرجاء حذفي من قائمة حضور الاجتماع",
    "حذفنا من القائمة الأصناف القديمة",
    "رسائلكم للعملاء فيها أخطاء أوقفوها حتى نراجعها",
    "رسائلكم واضحة شكرا",
    "رسائلكم وصلت",
    "الحملة القديمة ضعيفة أوقفوها",
    "الإشعارات في النظام مزعجة كيف أوقفها؟",
    "لم أعد أرغب في استلامها ورقية",
    "كفى تأخيرا",
    "I no longer wish to receive these by courier",
    "We no longer wish to receive the invoices on paper",
    "I no longer wish to receive this in PDF, send Word please",
    "I don't want to get this wrong",
    "we don't want to see this deal fail",
    "I don't want to receive these today, tomorrow is fine",
    "is your number blocked?",
    "our firewall blocked your number by mistake",
    "please exclude me from the signatories",
    "Please exclude us from the waiting list",
    "I'm not interested in receiving the hardware, only the licence",
    "no need to message me, just call",
    "there is no need to contact me before Sunday",
    "your dashboards are slow, stop them at night",
    "please stop these shipments",
    "I want to stop receiving alerts from the app",
    "I do not wish to be on the panel",
]


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
        "unsubcribe",
        "S T O P",
        "s.t.o.p",
        "stooop",
        "ا ي ق ا ف",
        "إيـ‌ـقـاف",
        "\u202eSTOP\u202c",
        "ST\0OP",
        "ايقافففف 🛑",
        "لا ترسلون لي",
        "لا عاد ترسلون شي",
        "ما أبي تجيني رسايل منكم",
        "بطلوا تبعتولي رسايل بقى",
        "باراكا ما تصيفطو ليا الميساجات",
        "احذفوا رقمي من قوائمكم لو سمحتم",
        "أسحب موافقتي على تلقي الرسائل",
        "كيف ألغي رسائلكم؟",
        "remove me",
        "Hi, kindly remove my email address from your database.",
        "Don’t text me again",
        "I'd like to opt out",
        "I withdraw my consent",
        "how do I unsubscribe?",
        "la trsloon li",
        "شكراً\nإيقاف\n\n> Dear Sami",
        "stop\n\nOn Monday Rawabi wrote:\n> Dear Sami",
    ],
)
def test_a_stop_word_stops(text):
    assert asks_to_stop("Re: Terms", text)


@pytest.mark.parametrize(
    "text",
    [
        "نعم، نقبل الشروط",
        "نقترح إلغاء البند الثالث",
        "We cannot stop now, this is going well",
        "Please do not stop the project",
        "stopover in Dubai",
        "stop by our office on Sunday",
        "We stopped using that vendor",
        "The system stopped sending messages",
        "Does your tool handle opt-out links?",
        "What is your unsubscribe rate?",
        "Please don't send the contract yet",
        "Do not call me before noon",
        "Don't email the old address, use this one",
        "I cannot remove my colleague's account",
        "My data was deleted by mistake",
        "Can you delete my last invoice?",
        "cancel the meeting on Monday",
        "Remove clause 7 from the draft",
        "لا ترسلوا لي العقد قبل الأحد",
        "لا تكلمني الحين كلمني بعد العصر",
        "النظام وقف إرسال الرسائل للعملاء",
        "تم حذف بياناتي بالخطأ",
        "ما وصلتني رسائلكم",
        "هل يرسل النظام رسائل للعملاء؟",
        "أبغى أغير رقمي المسجل عندكم",
        "إلغاء الاشتراك السنوي واسترداد المبلغ",
        "توقف المشروع بسبب الميزانية",
        "لا مانع من التواصل معي",
        "نقترح إلغاء البند الثالث وإرسال نسخة جديدة",
        "لا نوافق على الرسائل التسويقية المشتركة في البند الرابع",
        "نرجو عدم إرسال العقد قبل المراجعة",
        "ما وصلتنا الرسائل السابقة",
        "توقفنا عن العمل مع الموزع السابق",
        "لا تغيير على بيانات التواصل",
        "بدون رسوم إرسال",
        "حذف البند الخامس ضروري",
        "لا يوجد لدينا تواصل مع المدير",
        "احذف اسمي من خانة التوقيع وضع اسم المدير",
        "امسحوا البند وأرسلوا نسخة",
        "رفضنا الشرط الأول",
        "ما عندنا مشكلة بالتواصل عبر البريد",
        "لا نستخدم الواتساب، ارسلوا الإيميل",
        "خلاص وصلت الرسائل شكرا",
        "لا عاد ترسلون نسخة ورقية، الإلكترونية تكفي",
        "وقفوا الشحنة الثانية",
        "ألغوا الموعد",
        "الغاء الاجتماع",
        "أوقف المشروع مؤقتا",
        "نوقف التفاوض عند هذا الحد",
        "ممكن تلغون الفاتورة القديمة؟",
        "انسحبنا من المناقصة",
        "please remove the exclusivity clause",
        "we do not accept unsolicited changes",
        "no more discounts possible?",
        "no contact person is available today",
        "don't send the invoice to me, send it to finance",
        "please stop the shipment",
        "stop the trial period please",
        "end of contract is in May",
        "we cannot be contacted on Friday",
        "do not share my proposal with others",
        "not sure about the messages feature",
        "please do not call before 10am",
        "remove John from the list of signatories",
        "take us off hold",
        "لا نقبل إلغاء الطلب بعد الشحن",
        "أرجو عدم التأخير في الرد",
        "احذفوا السطر الأخير من العرض",
        "ما استلمنا أي رد منكم",
        "لا تترددوا في الاتصال بنا",
        "لا ترسلون الملف وورد نبيه بي دي اف",
        "ما نبي عروض أسعار قديمة نبي الجديدة",
        "لا داعي للرسائل، كلمني مباشرة",
        "شيل الضريبة من السعر",
        "وقف عندنا الجهاز",
        "امسح الكاش وجرب",
        "الغينا الطلب السابق",
        "توقف البرنامج فجأة",
        "لو سمحت شيل اسم الشركة القديم من الفاتورة",
        "نرغب في إيقاف الخدمة في فرع جدة فقط",
        "ابغى ألغي اشتراكي في الباقة الشهرية",
        "متى ينتهي اشتراكي؟",
        "حذف الحسابات القديمة كيف يتم؟",
        "ما ابي اكلم الروبوت ابي موظف",
        "لا تنسون ترسلون لي العقد",
        "طلعوني من هالمشكلة تكفون",
        "الرسائل توصلنا متأخرة",
        "don't forget to email me the slides",
        "please don't hesitate to call",
        "stop asking for a bigger discount, it's final",
        "I don't want the blue one, send me the red",
        "no, text me instead",
        "we don't need more calls, one is enough",
        "don't send it by courier",
        "no need to call, email is fine",
        "please take my name off the signature page",
        "remove my discount? why?",
        "end the demo at 3pm",
        "my colleague unsubscribed by accident, how do we add her back?",
        "how do I stop the automatic renewal?",
        "we never agreed to these prices",
        "I did not sign up for the premium plan",
        "delete the old quote please",
        "your system keeps sending emails to my customers twice",
        "Can I stop notifications in the app?",
        "I never received your emails",
        "your emails are going to spam",
        "we never got the messages",
        "never mind the last email",
        "cancel my order",
        "cancel the subscription for branch 2",
        "enough for now, let's talk tomorrow",
        "I did not ask for a discount",
        "delete the duplicate contact in the CRM",
        "can I remove a user from my account?",
        "please do not forget to send the contract",
        "not to worry, call me anytime",
        "no calls after 5pm please, mornings are fine",
        f"Yes.\n> {opt_out_line('en')}\n> STOP",
        f"Yes.\n\n-----Original Message-----\n{opt_out_line('en')}\nSTOP",
        f"نعم\nكتب فريق روابي:\n{opt_out_line('ar')}\nإيقاف",
        opt_out_line("ar"),
        "",
    ],
)
def test_a_sentence_that_means_something_else_is_read_by_a_person(text):
    assert not asks_to_stop("Re: Terms", text)


def test_a_subject_alone_stops():
    assert asks_to_stop("unsubscribe", "")


def test_nobody_else_among_our_own_lines_is_taken_to_have_asked_for_it():
    lines = [*rows(TRAINING / "intents.jsonl"), *rows(HERE / "intents_unseen.jsonl")]
    taken = [each["text"] for each in lines if each["label"] != "opt_out" and heard(each)]
    assert taken == []


def test_the_rules_alone_hear_everybody_who_asks_to_stop():
    lines = [*rows(TRAINING / "intents.jsonl"), *rows(HERE / "intents_unseen.jsonl")]
    asked = [each for each in lines if each["label"] == "opt_out"]
    assert [each["text"] for each in asked if not heard(each)] == []


@pytest.mark.parametrize("text", WEARY)
def test_who_is_weary_of_our_messages_is_heard_by_rule(text):
    assert asks_to_stop("Re: Terms", text)


@pytest.mark.parametrize("text", NEIGHBOURS)
def test_a_neighbour_of_such_a_sentence_is_read_by_a_person(text):
    assert not asks_to_stop("Re: Terms", text)


def test_a_request_is_heard_in_the_first_lines_of_a_long_message_and_in_time():
    began = time.perf_counter()
    assert asks_to_stop("", "Please remove me from your list.\n" + "نص طويل جدا " * 8000)
    assert not asks_to_stop("", "a" * 100_000)
    assert not asks_to_stop("", "لا " * 50_000)
    assert not asks_to_stop("", "stop " * 20 + "the presses " * 9000)
    assert time.perf_counter() - began < 2.0


def heard(row):
    return asks_to_stop(row["text"]) is not None


def rows(file):
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
