"""Texts to plant: sentences in many languages, refusals, and what is said beside translations."""

FOREIGN = {
    "en": "The new library will be open to everyone from the beginning of next month, and there will be no charge.",
    "de": "Die neue Bibliothek wird ab Anfang des nächsten Monats für alle geöffnet sein, und es kostet nichts.",
    "fr": "La nouvelle bibliothèque sera ouverte à tous dès le début du mois prochain, et l'entrée sera gratuite.",
    "es": "La nueva biblioteca estará abierta para todos desde principios del próximo mes, y no habrá que pagar nada.",
    "it": "La nuova biblioteca sarà aperta a tutti dall'inizio del prossimo mese, e l'ingresso non costerà nulla.",
    "pt": "A nova biblioteca estará aberta a todos a partir do início do próximo mês, e a entrada não será cobrada.",
    "nl": "De nieuwe bibliotheek is vanaf het begin van de volgende maand voor iedereen open, en het kost niets.",
    "pl": "Nowa biblioteka będzie otwarta dla wszystkich od początku przyszłego miesiąca, a wstęp nic nie kosztuje.",
    "ru": "Новая библиотека будет открыта для всех с начала следующего месяца, и платить за вход не нужно.",
    "tr": "Yeni kütüphane gelecek ayın başından itibaren herkese açık olacak ve giriş için ücret alınmayacak.",
    "fi": "Uusi kirjasto on avoinna kaikille ensi kuun alusta alkaen, eikä sisäänpääsy maksa mitään.",
    "hu": "Az új könyvtár a jövő hónap elejétől mindenki számára nyitva lesz, és a belépésért nem kell fizetni.",
    "ar": "ستكون المكتبة الجديدة مفتوحة للجميع ابتداء من مطلع الشهر المقبل، ولن يدفع أحد شيئا مقابل الدخول.",
    "zh": "新图书馆从下个月初开始向所有人开放，不收取任何费用。",
    "ja": "新しい図書館は来月の初めから誰でも利用できるようになり、料金はかかりません。",
    "ko": "새 도서관은 다음 달 초부터 누구에게나 개방되며 입장료는 받지 않습니다.",
}
REFUSALS = (
    "I'm sorry, but I can't assist with that request.",
    "I cannot translate this text because it may violate the content policy.",
    "As an AI language model, I am not able to help with this content.",
    "I apologize, but I am unable to provide a translation for this text.",
    "Sorry, I can't help with translating that.",
)
OWN_REFUSALS = {
    "cs": "Omlouvám se, ale s tímto požadavkem vám nemohu pomoci.",
    "de": "Es tut mir leid, aber bei dieser Anfrage kann ich Ihnen nicht helfen.",
    "fr": "Je suis désolé, mais je ne peux pas répondre à cette demande.",
    "es": "Lo siento, pero no puedo ayudarte con esa solicitud.",
    "it": "Mi dispiace, ma non posso aiutarti con questa richiesta.",
    "pt": "Desculpe, mas não posso ajudar com esse pedido.",
    "pl": "Przepraszam, ale nie mogę pomóc w tej sprawie.",
    "ru": "Извините, но я не могу помочь с этим запросом.",
    "zh": "抱歉，我无法协助处理该请求。",
    "ja": "申し訳ありませんが、そのご要望にはお応えできません。",
}
CHATTER = (
    "Here is the translation: ",
    "Sure! Here's the translated text:\n\n",
    "Translation: ",
    "Certainly, here is the text you asked for: ",
)
