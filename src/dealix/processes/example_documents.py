"""What the example company knows: a few documents of its own to search, all of them invented."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ExampleDocument:
    """A document as plain text, paragraphs apart by empty lines; no audience means everybody."""

    title: str
    text: str
    audience: tuple[str, ...] = ()


LEAVE = ExampleDocument(
    "لائحة الإجازات والسفر",
    """لائحة الإجازات والسفر في روابي للتجارة

يستحق الموظف إجازة سنوية مدتها ثلاثون يوم عمل بعد إتمام سنة كاملة، ولا يُرحَّل إلى السنة التالية أكثر من عشرة أيام، وما زاد يسقط في آخر مارس.

تُصرف الإجازة المرضية براتب كامل لأول ثلاثين يوماً، ويُرفع التقرير الطبي في النظام خلال ثلاثة أيام من بداية الغياب.

إجازة الوضع اثنا عشر أسبوعاً بأجر كامل، وللأم بعدها ساعة رضاعة يومياً لمدة سنتين.

بدل الوجبات في المهمات الداخلية مئة وخمسون ريالاً في اليوم، وفي دول الخليج مئتان وخمسون، ولا يُصرف إذا كانت الوجبات ضمن سعر الفندق.

الحد الأعلى لليلة الفندق تسعمئة ريال في الرياض وجدة وسبعمئة في بقية المدن، وتُرفع الفواتير خلال عشرين يوماً من العودة.
""",
)
PARTNERS = ExampleDocument(
    "دليل الشركاء",
    """دليل الشركاء في روابي

عمولة الشريك المُحيل عشرة في المئة من قيمة السنة الأولى وتُدفع بعد تحصيل الفاتورة، وعمولة شريك التنفيذ خمسة عشر في المئة.

لا تُمنح الحصرية لشريك في منطقة إلا إذا التزم بحد أدنى سنوي قدره مليونا ريال، وتسقط إذا لم يحقق نصفه في ستة أشهر.

يحصل الشريك الجديد على تدريب من ثلاثة أيام وبيئة تجريبية لتسعين يوماً، وعليه اعتماد مهندسين اثنين خلال السنة الأولى.

تُراجع نسبة السعودة لدى الشريك قبل التفعيل، ويُطلب منه إقرار بحماية البيانات الشخصية وفق النظام.
""",
)
SECURITY = ExampleDocument(
    "Information security at Rawabi",
    """Information security at Rawabi

A password has fourteen characters or more. After five wrong tries the account is locked for a quarter of an hour.

Whoever loses a device with company data tells the security desk within one hour, day or night; the device is then wiped from afar and its sessions end.

A suspicious message is reported by the button in the mail program. Its links and attachments stay closed, and the response team answers within four hours.

A leak of personal data goes to the data protection officer at once and to the authority within seventy-two hours.

Databases are copied every night. A copy outside the site is kept for ninety days, and a full restore is tried each quarter.
""",
)
PRICES = ExampleDocument(
    "Discount rules",
    """Discount rules, for those who decide on prices

A sales director grants up to ten percent off the list price, a vice president up to twenty. Anything above goes to the chief executive with an analysis of the margin.

No price goes below cost plus eight percent, whoever asks. Value added tax of fifteen percent is added to every quotation, and a quotation is valid for thirty days.
""",
    ("director", "vp", "svp", "cfo", "ceo"),
)
DOCUMENTS = (LEAVE, PARTNERS, SECURITY, PRICES)
