"""The sentences by which people ask for no more messages, as patterns over a spelled clause.

A clause has one spelling (see `normal.plain`): no diacritics, one alef, `ه` for ta marbuta, `ي` for
final ya. Each pattern ends where the clause ends or where nothing follows that would change what
is meant: «لا ترسلوا لي العقد» asks for something else than «لا ترسلوا لي».
"""

import re

# what may still be said after the request without changing it
_TAIL_AR = (
    r"(?:\s+(?:شي|اي شي|شيء|اي شيء|حاجه|اي حاجه|رسا[ئيء]?ل\w*|رسايل\w*|الرسا[يئ]?ل|مسجات\w*|مسج|ميساجات"
    r"|الميساجات|msgs?|messages?|sms|واتس\w*|ايميلات\w*|مره|مره ثانيه|مره اخري|تاني|ثاني|ثانيه"
    r"|اخري|مجددا|بعد|بعد اليوم|اليوم|ابد|ابدا|نهائيا|خلاص|بقي|بقا|رجاء|من فضلكم?|لو سمحتو?ا?م?|شكرا"
    r"|علي هال?رقم|علي هذا الرقم|علي رقمي|علي ايميلي|علي بريدي|علي جوالي|علي الواتس\w*|هنا"
    r"|منكم|من طرفكم|من عندكم|من شركتكم|(?:ال)?دعائي\w*|(?:ال)?اعلان\w*|(?:ال)?ترويجي\w*|(?:ال)?تسويقي\w*|عروض\w*|الي|لي|لنا|لينا|ليا|بي|بنا"
    r"|معي|معنا|معاي|ان شاء الله|الله يخليكم?|يا\s+\w+|كل شوي|كل يوم|please|pls|ارجوكم|تكفون?|كمان|هاي|دي"
    r"|هذه|هذي|هال\w+|اطلاقا|فورا|حالا|الان|الحين|في المستقبل|مستقبلا|من الان|فصاعدا|وشكرا))*\s*[؟?]*$"
)
_START_AR = (
    r"^(?:(?:السلام عليكم|مرحبا|هلا|عفوا|لو سمحت\w*|من فضلك\w*|رجاء|الرجاء|ارجو|ارجوكم?|نرجو|يرجي|ممكن"
    r"|تكفو?ن?|تكفي|خلاص|اخوي|يا اخي|يا جماعه|بس|بليز|please|pls|و|ياليت|يا ليت|اريد|ابي|ابغي|ابغا|ودي|عايز"
    r"|بدي|بغيت|نبي|ازعجتونا|والله|رجاءا|طلب|اطلب|اطالب ب?|منكم|انا|hi|hello|فضلا|اخي|سلام|كيف|شلون|ازاي|وش لون"
    r"|كيفاش|هل يمكن\w*|يمكنني|اقدر|علموني)\s*)*"
)
_SEND = (
    r"(?!\w+(?:ها|هم|هن|له|ك)(?!\w))"
    r"(?:ترسل\w*|تراسل\w*|تبعت\w*|تبعث\w*|تدز(?:ون?|وا?)?(?:لي)?|تصيفط\w*|تسيفط\w*|تكلم(?:ون?ي?|وني|ني|ونا)"
    r"|تتصل\w*|تتواصل\w*|تواصل\w*|تدقو?ن?ا?|تزعج\w*|تخاطب\w*)(?!\w)"
)
_MESSAGES = (
    r"(?:رسا[يئء]?ل\w*|رسايل\w*|الرسا[يئء]?ل|الرسايل|مسجات\w*|المسجات|ميساجات\w*|الميساجات|ارسال\w*|الارسال"
    r"|مراسل\w*|المراسل\w*|النشره|نشرت\w*|الاعلانات|اعلانات\w*|sms|messages?|ايميلات\w*|الايميلات|الاتصال بي"
    r"|التواصل مع[يانه]\w*|الازعاج|ازعاج\w*|سبام|spam|عروض\w*)"
)
_MINE = (
    r"(?:رقمي|رقمنا|ارقامنا|ارقامي|نمرتي|نمره تاعي|بريدي|بريدنا|ايميلي|ايميلنا|اميلي|اسمي|بياناتي|بياناتنا"
    r"|معلوماتي|معلوماتنا|جوالي|تلفوني|موبايلي|عنواني|(?:جميع |كل )?(?:بياناتي|معلوماتي)(?: الشخصيه)?"
    r"|هذا الرقم|هالرقم|هذا البريد|هالايميل|النمره ديالي|النمره|ليا النمره|نمرتي)"
)
_LIST = r"(?:ال|من ال|من )?(?:قا[ئيء]?م\w*|قوا[ئي]?م\w*|ليست\w*|قروب\w*|جروب\w*|لست\w*|برودكاست\w*|سجل\w*|داتا\w*)"

_ARABIC = {
    "send_no_more": (
        r"(?:^|\s)(?:لا عاد|ماعاد|ما عاد|لا|ما|ماا?|الا ما|بلاش |ممنوع |بطلو?ا? |وقفو?ا? |يزي ما|باراكا ما)\s*"
        + _SEND
        + r"(?:\s+(?:لي|الي|لنا|ليا|بي|معي|علي|الينا|عليا))?"
        + _TAIL_AR
    ),
    "send_no_more_egyptian": (
        r"(?:^|\s)(?:ما ?|م)(?:تبعت|تبعث|ترسل|تكلم|تتصل|تصيفط|تراسل|تبعث)\w*ش(?:ي|لي|ليا)?"
        r"(?:\s+(?:لي|ليا|لنا))?" + _TAIL_AR
    ),
    "no_sending": (
        r"عدم (?:مراسلت\w+|ارسال (?:اي |ا[يئ]ه? )?"
        + _MESSAGES
        + r"|التواصل مع\w+|الاتصال ب[يهن]\w*|ازعاج\w+|الارسال)"
        + _TAIL_AR
    ),
    "stop_sending": (
        _START_AR
        + r"(?:اوقفو?ا?|وقفو?ا?|ايقاف|ايقفو?|بطلو?ا?|كفو?ا? عن|توقفو?ا?ي? عن|الغو?ا?|الغي|الغاء|اوقف|اقاف|فكون\w* من|يزي\w* من"
        r"|وقف|قفلو?ا?|اقفلو?ا?|سكرو?ا?|اقطعو?ا?)\s+(?:ارسال |استقبال |استلام |تلقي |كل |جميع |هذه |هذي |هال|عني )*"
        + _MESSAGES
        + r"(?!\s*(?:من النظام|للعملاء|لعملا\w+|للموظفين|الاليه))"
        + _TAIL_AR
    ),
    "stop_verb": (
        _START_AR
        + r"(?:بطلو?ا?|وقفو?ا?|توقفو?ا? عن|كفو?ا? عن|خلاص) (?:تبعت\w*|ترسل\w*|تراسل\w*|تكلم\w*|تتصل\w*|مراسلت\w+|مضايقت\w+"
        r"|ازعاج\w+)" + _TAIL_AR
    ),
    "want_no_messages": (
        r"(?:لا (?:اريد|ارغب|نريد|نرغب|اود|احب|اوافق)|ما ?(?:ابي|ابغ\w+|نبي|نبغ\w+|بدي|بدنا|اريد|بغيت|احب|نحب\w*|ودي|عاد ابي|عاد ابغ\w+)"
        r"|لست موافقا?|مش عايز\w*|مش عاوز\w*|مو حاب|مب حاب|لم اعد اري?د|لم اعد ارغب)\s+(?:في |ب|علي |ان |اي |تجيني |توصلني |يوصلني |تصلني |يجيني )*"
        r"(?:(?:استقبال|استلام|تلقي|وصول|تلقي اي|استلام اي|استقبال اي|تجيني|توصلني|تصلني|اتلقي|استلم|استقبل|اشوف)\s+(?:اي |مزيد من |المزيد من )*)?"
        + _MESSAGES
        + r"(?!\s*(?:ا?لا?سعار|اسعار|قديم|ورقي))"
    ),
    "want_no_letters": (
        r"(?:ما ?(?:ابي|ابغ\w+|بدي|نبي)|مش عايز\w*|مش عاوز\w*|لا اريد|لا نريد)\s+(?:كم |ان |حد |احد |انكم )*"
        r"(?:ترسلو?ن?ا?(?: لي)|تراسلو?ني|تكلمو?ني|تتصلو?ا? بي|تبعتو?ا?لي|تتواصلو?ن? مع\w+|يراسلني|يكلمني منكم|يتصل بي)"
        + _TAIL_AR
    ),
    "remove_mine": (
        r"(?<!تم )(?<!تمت )(?:^|\s|ب)(?:احذفو?ا?|امسحو?ا?|شيلو?ا?|ازيلو?ا?|ازال[هة]?|حذف|مسح|شطب|اشطبو?ا?|الغو?ا?|حيدو?ا?|نحو|طلعو?ا?|تحذفو?ن?|تمسحو?ن?|تشيلو?ن?|اخفو?ا?|اتلفو?ا?)"
        r"\s+(?:لي |ليا |لنا )?(?:جميع |كل |كافه )?"
        + _MINE
        + r"(?!\s*(?:بالخطا|بالغلط|القديم|من الفاتوره|ورقم|من التذكره|من خانه|من التوقيع|من العقد|من المحضر|من المسوده))"
    ),
    "off_the_list": (
        r"(?:^|\s)(?:(?:احذف|امسح|اشطب|ازيل|حيد|شيل)و?ا?(?:ني|نا)|ازلني)(?!\w)"
        r"|(?:^|\s)(?:طلع|اخرج|خرج|شيل|احذف|ازيل|امسح|نحي)و?ا?(?:ني|نا)? (?:من|عن) (?:ال)?(?:"
        + _LIST
        + r"|عندكم|ارسال\w*|رسا\w+)"
    ),
    "subscription": (
        _START_AR
        + r"(?:الغاء?|الغ|الغي|الغو?ا?|ايقاف|اوقف|اقاف|انهاء|وقف|بالغاء)\s+(?:ال)?(?:اشتراك\w*|ا?شتراك\w*|تسجيلي|تسجيلنا)"
        r"(?!\s*(?:السنوي|الشهري|التجريبي|في الباقه|بالباقه|في النظام|بالنظام|في الخدمه|في البرنامج|القديم|ورد|وارجاع|واسترداد))"
        + r"(?:\s+(?:في|من|ب|عن)?\s*(?:ال)?(?:نشره|قائمه|رسا[ئي]?ل\w*|رسايل\w*|برسائلكم|برسايلكم|عندكم|معكم|البريديه))*"
        + _TAIL_AR
    ),
    "consent_back": (
        r"(?:اسحب|سحبت?|نسحب|الغي|الغاء|اتراجع عن)\s+(?:ال)?موافقت?\w*|(?:لا|ما) (?:اسمح|نسمح|اوافق|اعطيكم الاذن)"
        r"(?: لكم)?(?: ان| ب| علي)*\s*(?:تستخدم\w*|استخدام|ترسل\w*|ارسال|مراسل\w*|تتواصل\w*|بالارسال|تراسل\w*)"
        r"|(?:لا|ما|عدم|ممنوع) ?(?:تستخدم\w*|استخدام|تشارك\w*|مشاركه|تبيع\w*|تحتفظ\w*) (?:ب)?(?:بياناتي|رقمي|معلوماتي|بريدي|ايميلي)"
    ),
    "spam": r"^(?:سبام|spam|بلوك|حظر|ازعاج|\s)+$|رسا[يئ]?لكم المزعجه|(?:^|\s)ب?ا?بلغ عنكم",
}

_NOT = r"(?<!not )(?<!n't )(?<!never )(?<!cannot )(?<!to )(?<!we )(?<!they )(?<!it )"
_START_EN = (
    r"^(?:(?:please|pls|plz|kindly|just|hi|hello|hey|ok|okay|dear \w+|sir|team|you must|you should|you need to|u|can you"
    r"|could you|would you|will you|i want you to|i'd like you to|i ask you to|i am asking you to|i told you to|i said"
    r"|for god's sake|thanks|thank you|guys|all|everyone|again|now|so|then|must|stop|no|reported as spam|enough|im asking u to|and)\s+)*"
)
_TAIL_EN = (
    r"(?:\s+(?:me|us|to me|to us|to this (?:number|address|email)|to my (?:number|phone|email|inbox|address)|on this number|this number|at this (?:number|address)"
    r"|this address|this email|my number|my phone|again|anymore|any more|any longer|ever|ever again|any|anything|further"
    r"|more|your|these|this|those|such|those|stupid|annoying|the|so many|all|unsolicited|promotional|marketing|advertising|spam|junk|bulk|stuff|things|crap|rubbish"
    r"|messages?|msgs?|msg|emails?|e-mails?|mails?|texts?|sms|calls?|ads|adverts|offers?|promotions?|newsletters?|communications?"
    r"|whatsapps?|please|pls|plz|thanks|thank you|immediately|now|at once|today|in future|in the future|from you|from your company|or|and|about this|here|already|permanently|asap|ok|at all|with|of|on whatsapp|by email|by phone))*\s*$"
)
_CONTACT = r"(?:contact|e-?mail|message|text|call|phone|ring|write|send|msg|bother(?= me| us)|disturb|harass|reach|spam|whatsapp|dm|solicit)"
_DETAILS = (
    r"(?:me|us|my (?:cell |mobile |phone |e-?mail |own |personal |contact |whatsapp )*(?:number|no|e-?mail|name|details?|data|info|information|contacts?|address|profile|phone|mobile)"
    r"|our (?:number|email|company|details|data|contact)|this (?:number|address|e-?mail|contact)|all (?:of )?my (?:data|details|info|information)"
    r"|all (?:the )?(?:data|info|information)(?: (?:you (?:have|hold|keep) )?(?:about|on|of) me)?|all information)"
)

_ENGLISH = {
    "unsubscribe": (
        r"\b(?:unsubscribe|unsubcribe|unsuscribe|unsubscibe|unsub|un-subscribe|opt(?:ing)?[ -]?(?:me )?out|deregister me)\b"
    ),
    "stop_contact": (
        _START_EN
        + r"(?:stop|quit|cease|discontinue|refrain from|avoid|end)\s+(?:all |with |the |this |these |any |from |ur |your |me )*"
        r"(?:sending|e-?mailing|messaging|texting|contacting|calling|phoning|spamming|writing|bothering|msging|msgs?|harassing|disturbing|annoying|whatsapping|pestering|messages?|emails?|texts?|sms|spam|calls|communications?|contact|marketing|newsletters?)"
        + _TAIL_EN
    ),
    "stop_it": _START_EN
    + r"(?:stop|stop (?:it|this|that)|just stop)(?: (?:please|pls|now|already|ok|stop|it|this))*\s*$",
    "do_not_contact": (
        r"(?:(?:do not|don't|dont|don t|never|must not|no longer|should not|shouldn't|not to|pls not)\s+(?:ever |please |u |you |try to )?"
        + _CONTACT
        + r"|not allowed to "
        + _CONTACT
        + r"|no (?:right|permission) to "
        + _CONTACT
        + r")"
        + _TAIL_EN
    ),
    "remove": (
        r"(?<!was )(?<!were )(?<!been )\b(?:remove|delete|erase|take|rmv|drop|scrub|strike|purge|wipe)\s+(?:off )?"
        + _DETAILS
        + r"(?:\s+(?:please|pls|off|out of|from|of)\b(?!.*\b(?:hold|signature|page|invoice|contract|cc|clause|account)\b).*)?\s*$"
    ),
    "off_the_list": (
        r"\b(?:(?:take|get|drop|remove|rmv|delete|strike|cross)\s+(?:me|us)\s+(?:off|out of|from)|(?:be|get|want) (?:removed|taken off|deleted)"
        r"(?: (?:from|of|your|this|the|mailing))*(?: (?:list|database))?)(?!.*\b(?:call|meeting|invoice|order|waiting|hold)\b)"
    ),
    "want_no_messages": (
        r"\b(?:(?:do not|don't|dont|no longer|never) (?:want|wish|care|agree|consent|like|agreed)(?: to)?(?: (?:receive|get|hear|be contacted|see|be emailed|be called|be messaged|be texted|receiving|getting))?"
        r"(?: (?:any|more|your|of|these|this|from|further|such|from you|them|other|anymore|marketing|promotional))*\s+(?:messages?|msgs?|emails?|texts?|calls?|sms|mails?|newsletters?|communications?|contacted|from (?:you|u)|from your company|spam))"
    ),
    "no_more": (
        _START_EN
        + r"no (?:more|further)(?: of)?(?: \w+)? ?(?:messages?|emails?|texts?|calls?|sms|mails?|msgs?|newsletters?|spam|communications?|contact)\b"
        + _TAIL_EN
    ),
    "consent_back": r"\b(?:withdraw|revoke|retract|cancel|take back)\w*\s+(?:my|our|any|the|all)?\s*(?:marketing |previous |prior )?(?:consent|permission|opt-?in)\b|\bi (?:never|did not|didn't) (?:agree|consent|ask|sign up|subscribe|opt in)\w* (?:to|for) (?:receive|get|be|receiving|this|these|your|any)",
    "leave_alone": r"\bleave (?:me|us) alone\b|\blose my number\b|\bblock(?:ing|ed)? (?:you|this number|u)\b|\breport(?:ed|ing)? (?:you |this |it |u )?(?:as|for|to) spam",
    "subscription": (
        r"\b(?:cancel|end|stop|terminate)\s+(?:my|our|the|this)\s+(?:e-?mail |newsletter |mailing |sms )?(?:subscription|newsletter|mailing)\s*"
        r"(?:to (?:these|your|the) (?:emails?|messages?|newsletters?|list|mailings?))?\s*(?:please|pls|now)?\s*$"
    ),
    "be_contacted": r"(?:don't|dont|do not|not|no longer|never|nor) (?:want|wish|like|agree|consent|care|need)?\s*(?:to )?be (?:contacted|called|messaged|emailed|texted|bothered|disturbed|on (?:your|this|the) list)"
    + _TAIL_EN,
    "object": r"\bi (?:hereby )?object to\b.*\b(?:processing|marketing|messages?|emails?|data|being contacted)|\b(?:do not|don't|dont|stop) (?:use|using|process|processing|share|sharing|sell|selling|keep|keeping|store|storing) my (?:data|number|email|details|information|info|contact)|\bforget (?:me|my data|my details|about me)\s*$|\bright to be forgotten\b",
    "unasked": r"\b(?:did not|didn't|never|didnt|did nt) (?:subscribe|sign(?:ed)? up|opt(?:ed)? in|register(?:ed)?|ask(?:ed)? for (?:this|these|that|your|any)|request(?:ed)? (?:this|these|that|your|any))(?: (?:for|to))?(?: (?:this|these|that|it|your|any|anything))?(?: \w+)?\s*$",
    "rather_not": r"\b(?:rather|prefer) not (?:to )?(?:receive|get|be|hear)\b|\bno (?:more )?(?:marketing|promotions?|ads|advertising|spam|solicitation|whatsapp|newsletters?)\b(?: messages?| emails?)?(?: please| pls)?\s*$|^(?:please |pls )?no more(?: please| pls| thanks)?\s*$|^(?:please |pls |kindly )*(?:end|cancel|discontinue|halt|terminate|suspend) (?:all |these |those |your |the |this )*(?:messages?|emails?|texts?|sms|mails?|newsletters?|communications?)\b",
    "cease": r"\bcease and desist\b|\bdo not disturb\b|^(?:block|blocked|dnd|stop spam)$",
    "arabizi": r"(?:^|\s)(?:la|ma)\s*(?:3ad\s*)?(?:t[eo]?rs[ei]?l\w*|tba3t\w*|tdz\w*|tkalm[oou]*ni|tetasel\w*|tesel\w*|traslo\w*|trasel\w*)\b|\b(?:waqef|wa2ef|wagef|wgfo?|wa2fo|ba6el\w*|batalo?|b6lo)\w*\s+(?:el|al|l)?\s*(?:rasa2?[iye]*l\w*|msgs?|messages?|ersal)|\b(?:em[sz]a[7h]o?|e7thef\w*|e7zef\w*|shelo?|sheelo?|sheel)\w*\s+(?:ra[qk8g2][aei]?mi|raqmy|rakami|nemrti)",
}

PHRASES = {name: re.compile(pattern) for name, pattern in _ARABIC.items()} | {
    f"{name}_en": re.compile(pattern) for name, pattern in _ENGLISH.items()
}

OTHERWISE = re.compile(
    r"\b(?:unsubscribed|unsubscribe (?:rate|rates|link|links|button|page|feature|requests?|option)|opt-?out (?:rate|rates|link|links|page|list|feature|requests?|management)"
    r"|(?:does|do|can|will|could) (?:your|the|it|this|ur) (?:\w+ )*(?:unsubscribe|opt[ -]?out)|(?:my|our|their|your) (?:customers|clients|contacts|leads|users|subscribers) (?:\w+ )*(?:unsubscribe|opt)"
    r"|opt(?:ing)?[ -]?out of (?:the )?(?:clause|contract|agreement|deal|arbitration|insurance|trial|plan|meeting))"
)
"""What speaks of stopping and asks for nothing: a feature, a rate, somebody else's messages."""

SHORT = 9
"""Words of a message that is short enough for the two halves of a request to belong together."""

ENOUGH = re.compile(
    r"(?:^|\s)[وبلف]?(?:اعفو\w*|عفوني|ابعدو\w*|ابتعدو\w*|ارفعو?ا?|رفع|انسح\w*|انسحاب\w*|اخرجو\w*|خرجوني|اسحبو\w*|تكرهو\w*|ريحو\w*|ارحمو\w*|خففو\w*"
    r"|قفلو?ا?|سكرو?ا?|يوقف\w*|توقف\w*|حذفو?ا?|مسحو?ا?|اشطبو?ا?|شطب|الغا\w*|كفايه|كافي|بس|بسكم|خلاص|يكفي|يكفينا|ممنوع|حد|وقفو?ا?\w*|اوقفو?\w*|ايقاف|بطلو?ا?|توقفو?ا?|الغو?ا?|الغي|الغاء"
    r"|ازعاج|ازعجتو\w*|ازعجتم\w*|تزعجو\w*|مزعجه?|مزعجين|طفشتو\w*|بدون|بلا|لا|ما|مو|مب|مش|قفلو?ا?|اقفلو?ا?|زهقت\w*|زهقتو\w*|مليت\w*|مللنا|تعبت\w*"
    r"|حذف|احذفو?ا?|امسحو?ا?|شيلو?ا?|منع|امنعو?ا?|رفض|ارفض|ارفضو|اعتراض|اعترض|فكون\w*|حلو عني|حل عني|اتركوني|سيبوني|سيبونا|عوفون\w*|no|not|enough|stop|cease|desist|block|end|quit|halt|don't|dont|never|tired|sick|fed)(?:\s|$)"
)
MOVED = re.compile(
    r"(?:^|\s)[وبلف]?(?:ا?رفعو?ا?|رفع|ابعدو\w*|انسح\w*|انسحاب\w*|اخرجو\w*|اسحبو\w*|قفلو?ا?|اقفلو?ا?|سكرو?ا?|حذفو?ا?|مسحو?ا?|شيلو?ا?|شيل"
    r"|اشطبو?ا?|شطب|الغو?ا?|الغا\w*|الغي|ازيلو?ا?|ازاله|احذفو?ا?|امسحو?ا?)(?=\s)(?:.*\s)(?:ال|و|ب|هال|بال|من )?"
    r"(?:قوا[يئ]م\w*|قا[يئ]?مت?كم|القايمه|اشتراكي|اسمي|رقمي|ارقامنا|بريدي|ايميلي|نمرتي|جوالي|بياناتي|معلوماتي)(?:\s|$)"
)
"""A short order to take something of the person's off a list."""

CONTACT = re.compile(
    r"(?:^|\s)(?:ال|و|ب|هال|بال|وال|لل|من )?(?:التسويق|تسويق\w*|اسمع منكم|توصلني منكم|رسا[يئ]?ل(?!ه)\w*|رسايل\w*|مسجات\w*|ايميلات\w*|اعلانات\w*|دعايات\w*|نشرات\w*|نشرت\w*|مراسل\w*|تواصلكم|تواصل معي|التواصل معي|التواصل معنا"
    r"|اتصالاتكم|ارسال|ارسالكم|ازعاجكم|مكالماتكم|عروضكم|سبام|contact(?:ed|ing)?|messages|emails|texts|texting|emailing|messaging|spam(?:ming)?|communications?|newsletters?|calls|mailings?|mailing list)(?:\s|$)"
)
ELSEWHERE = re.compile(
    r"بالخطا|بالغلط|باق[هت]|الشهري|السنوي|الخدمه|مانع|بند|البند|شرط|رسوم|خانه|توقيع|نسخه|مسود|clause|terms|signator|document|draft|version|never got|got the|after \d|\d ?[ap]m|morning|afternoon|hold|today|friday|sunday|monday|اجب بكلمه|answer with the word|عميل|عملا|زباين|زبون|الموظف|النظام|نظامكم|سيستم|البرنامج|تطبيق|خاصي|ميز[ها]|الكود|رمز|كود|otp|تصل|توصل|وصل|تنرسل|ترسلون لهم|دعم|دعمكم|تنبيهات|فاتور|عقد|العقد|سعر|بكم|كم |كيف ترسل"
    r"|بعدين|الحين مشغول|قبل|الا |لين|حتي|السبت|الاحد|الاثنين|الثلاثاء|الاربعاء|الخميس|الجمعه|بكره|موعد|اجتماع|مكالمه|مدير|مسؤول|المعني|ينفع|ممكن ترسل|ارسلوا لي|ابعتلي|ارسل لي"
    r"|customer|client|system|feature|does |do you|can you send|can your|could you send|support|receive[ds]?\b|received|arriv|get through|deliver|through the|invoice|\bapp\b|bounc|fail|error|login|account|until|before|unless|except|meeting|call me|call back|email me|send me the|send me details|price|quote"
    r"|person|department|right|in charge|mind|problem|worr|yet|mobile app|limit|per month|how many|bulk|campaign|template|schedul"
)
"""Where the same words are about somebody else's messages, a feature, a fault, or an hour."""

_YOURS = r"(?:ال)?(?:رسا[يئء]?ل|مسج|مسجات|ميساجات|ايميلات|اعلانات|دعايات|نشرات|اتصالات|مكالمات|مراسلات|ازعاج|سبام|تواصل)(?:كم|ك|كو|كن)(?!\w)"
_ANY = r"(?:" + _YOURS + r"|(?:ال)?(?:رسا[يئء]?ل|مسجات|ميساجات|اعلانات|سبام|ازعاج)(?!\w))"
_TO_ME = (
    r"(?:تراسلو?ن?(?:ي|ا|ني|نا)|تكلمو?ن?ي|تزعجو?ن?ي|تواصلون? معي|تتواصلو?ن?ا? معي|تتصلو?ن?ا? (?:بي|علي|فيني|فيا)"
    r"|(?:ترسلو?ن?ا?|تبعتو?ا?|تبعثو?ا?|تصيفطو?ا?|تسيفطو?ا?|تدزو?ن?)(?: ?(?:لي|ليا|لنا)| رسا[يئ]?ل\w*)+)(?!\w)"
)
_ASKED = (
    r"(?:الرجاء|ارجو|ارجوكم|نرجو|رجاء|يرجي|فضلا|لطفا|اطلب|نطلب|اطالب|اريد|نريد|ابي|ابغي|ابغا|نبي|بغيت|اود|نود|ارغب|نرغب"
    r"|ممكن|بليز|لو سمحتو?م?|من فضلكم?|please|pls)\s+(?:منكم )?(?:في |ان )?"
)
_MAILED = (
    r"(?:ال)?(?:قا[يئ]?مه|قوا[يئ]?م|لسته|ليسته|نشره|سجلات|قاعده|قواعد)?\s*(?:ال)?(?:المراسل\w*|المراسلات|البريد\w*|الرسا[يئ]?ل|الارسال|التسويق|الاعلانات"
    r"|بياناتكم|البيانات|قوا[يئ]?مكم|قا[يئ]?متكم|نشرتكم|سجلاتكم|رسا[يئ]?لكم|لستتكم|القا[يئ]?مه|القوا[يئ]?م|اللسته|النشره)(?: (?:البريديه|عندكم|لديكم|حقتكم))?"
)
_THESE = r"(?:(?:these|those|them|this|any of (?:these|this|it)|anything)(?: (?:from (?:you|u|your company)|any ?more|any longer|again|at all|ever|please|pls|thanks|thank you))*|from you(?: again| any ?more)?)\s*$"

_WEARY = {
    "fed_up": r"(?:^|\s)(?:ما ?(?:لي|لنا|عندي|عندنا|فيني|فينا)|مو في|ماني في|مب في) ?(?:اي )?(?:خلق|بارض|مزاج|حيل|نفس) ?(?:(?:علي|ل|ب|اشوف|اقرا|استقبل) ?)?"
    + _YOURS
    + _TAIL_AR,
    "no_need": r"(?:^|\s)(?:ما ?(?:في|فيه|له|لو|كاين|عاد في)|مفيش|مافيش|لا|ليس هناك|لا يوجد|مو) ?(?:اي )?(?:داعي|لازم|لزوم|حاجه|ضروره|لاش|علاش) ?(?:(?:ان|انكم|بعد الان|الي ان)\s)?"
    r"(?:" + _TO_ME + r"|(?:ل|الي )(?:مراسلت|مخاطبت|ازعاج)(?:ي|نا))" + _TAIL_AR,
    "that_will_do": r"(?:^|\s)(?:باراكا|بركا|بركانا|يزي|يزيو|يزينا|كفي|كفانا|كفاكم|كفايه|قرفتو?ن[اي]|طفشتو?ن[اي]|زهقتو?ن[اي]) ?(?:علي\w* )?(?:(?:من|م|عن|ف) )?(?:ب)?(?:(?:هاد|هذه|هذي|كل) )?"
    + _ANY
    + _TAIL_AR,
    "blocked": r"(?<!ما )(?<!لا )(?<!لم )(?<!لن )(?<!\w)(?:(?:راح |رح |غادي |سوف )?(?:ا?بلكت|بلوكيت|حظرت|حظرنا|حاظر|بحظر|احظر|ساحظر|ابلك|ببلك)(?:كم|كو)(?!\w)|(?:حظرت|بلكت|ابلك|احظر) رقمكم(?!\w)"
    r"|(?:عملت|سويت|حطيت|درت|دار|عطيت) ?(?:لكم|لكو|ليكم|كم|كو) (?:بلوك|حظر)|رقمكم (?:صار |اصبح )?(?:محظور|مبلك|مبلوك)(?: عندي)?)"
    + _TAIL_AR,
    "off_the_list_please": r"(?:^|\s)(?:"
    + _ASKED
    + r"(?:حذف|شطب|ازالت|اخراج|مسح|رفع|سحب|استثنا[يء]?)(?:ي|نا|ءي)|(?:^|"
    + _ASKED
    + r")(?:تحذفو|تشيلو|تشطبو|تزيلو|تمسحو|تطلعو)(?:ني|نا)|^(?:حذفي|شطبي|ازالتي))\s+(?:من|عن) "
    + _MAILED
    + _TAIL_AR,
    "annoying_stop": _YOURS
    + r"(?:\s+\w+){0,3}\s+(?:و|ف)?(?:ا?وقفو?ا?ها|وقفو?ها|وقفو|اوقفو|اوقفوا|وقفوا|بطلو?ا?ها|بطلوا|اقطعو?ا?ها|الغو?ا?ها|كفوا عنها)"
    + _TAIL_AR,
    "yours_unwanted": _YOURS
    + r" (?:ما|لا|مو|مش) ?(?:ابيها|نبيها|ابغاها|ابغيها|نبغاها|اريدها|نريدها|بديها|عايزها|عاوزها|تهمني|تهمنا|تلزمني|تلزمنا)"
    + _TAIL_AR,
    "tired_of_yours": r"(?:^|\s)(?:قرفت|مليت|ملينا|زهقت|زهقنا|طفشت|طفشنا|تعبت|تعبنا|ضجرت|سيمت|سئمت|انزعجت|انزعجنا) (?:من|م) "
    + _YOURS
    + _TAIL_AR,
    "leave_me": r"(?:^|\s)(?:دعوني|دعونا|خلوني|خلونا|اتركوني|اتركونا|سيبوني|سيبونا|عوفوني) (?:و ?شاننا|و ?شاني|(?:في|ف|ب) ?حال(?:ي|نا))(?!\w)"
    + _TAIL_AR,
    "want_none_of_them": r"(?:لم اعد|لم نعد|ما عدت|لا|ما) ?(?:ارغب|نرغب|اريد|نريد|اود|ابي|ابغي|ابغا) ?(?:في |ب)?(?:استلام|تلقي|استقبال)(?:ها|هم)(?: (?:بعد الان|مجددا|ابدا|منكم|اطلاقا|شكرا))*\s*$",
    "want_none_of_them_en": r"\b(?:(?:do not|don't|dont|no longer|not) (?:want|wish|care|desire)(?: to)?|(?:no longer|not) interested in) (?:receive|receiving|get|getting|hear|hearing|be sent|being sent) "
    + _THESE,
    "blocked_en": r"(?:^|\bi |\bi've |\bi have |\bwe |\bwe've |\bwe have |\bi am |\bi'm )(?:just |already |now )?block(?:ed|ing)? (?:you|your (?:number|address|emails?|messages?|domain|sender))"
    + _TAIL_EN,
    "done_with_yours_en": r"\b(?:i am|i'm|we are|we're|im) (?:so |just )?(?:done|through|fed up|sick|tired) (?:with|of) (?:all )?(?:your|these|those|ur) (?:\w+ )?(?:messages?|e-?mails?|mails?|texts?|newsletters?|sms|spam|ads)\s*$"
    r"|^(?:please )?forget (?:this|my) (?:number|address|e-?mail)(?: address)?\s*$|^(?:please )?stop (?:already )?with (?:all )?(?:the|these|those|your|this) (?:messages?|e-?mails?|mails?|texts?|newsletters?|sms|spam)\s*$",
    "exclude_en": r"\b(?:exclude|unlist|unregister|remove|scrub) (?:me|us|my (?:email|number|address)) (?:from|of) (?:(?:your|the|this|all|any|future) )*(?:mailing|mailings|mailing lists?|distribution lists?|contact lists?|database|newsletters?|marketing|campaigns?)\b",
    "not_on_the_list_en": r"\b(?:do not|don't|dont|no longer) (?:want|wish)(?: to)? (?:be|stay|remain|being) (?:a part of|part of|on|in) (?:your|this|the|any) (?:mailing|distribution|contact|e-?mail|marketing) ?(?:lists?)?\b",
    "no_need_en": r"\b(?:no need|needn't|not necessary|no point|no use)(?: (?:for you|in|to|ever))* (?:contact(?:ing)?|messag(?:e|ing)|text(?:ing)?|e-?mail(?:ing)?|writ(?:e|ing)(?: to)?) (?:me|us) (?:again|any ?more|any longer|ever|further)"
    + _TAIL_EN,
}
WEARY = {name: re.compile(pattern) for name, pattern in _WEARY.items()}
"""Sentences that ask for no more messages where nothing else in their line says otherwise."""

INSTEAD = re.compile(
    r"(?<!\w)(?:[وفب]?(?:اتصلو?ا?|ساتصل|بتصل|نتصل|كلمو?ني|كلمني|كلموا|دقو?ا?|زورو\w*|نتقابل|اختصرو\w*)|(?:ال|لل|ب|ع)?(?:ايميل|بريد) (?:افضل|احسن|يكفي|اسهل))(?!\w)"
    r"|وصل|بالخطا|بالغلط|خطا|عميل|عملا|زباين|زبون|زبنا|النظام|السنترال|فاتور|(?<!\w)(?:ال)?عقد(?!\w)|(?<!\w)قبل|(?<!\w)حتي(?!\w)|(?<!\w)لين(?!\w)|اجتماع|موعد|ورقي|نسخه|تاخير|نراجع|فكو"
    r"|\b(?:just |please )?call me\b|\bi(?:'ll| will) call\b|\bis (?:fine|better|enough|easier)\b|\bthe (?:right|new|correct)\b|\bby mistake\b|\bby accident\b|\binstead\b|\buntil\b|\bbefore\b|\btomorrow\b|\binvoices?\b|\bpdf\b|\bcourier\b|\bpaper\b|\bcustomers?\b|\bclients?\b"
)
"""What makes of the same sentence another wish: another way, an hour, a fault, somebody else."""
