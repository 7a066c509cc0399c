"""What a chat model says beside a translation, or in its place: the signs of it, in many languages.

Each pattern is sure rather than complete. What the source says itself is for the caller to rule out,
but for refusals.
"""

from __future__ import annotations

import re

LEAD_IN = re.compile(
    r"\s*(?:"
    r"(?:sure|certainly|of course|okay|absolutely)\b[^\n:]{0,60}:"
    r"|here(?:['’]s| is| are)\b[^\n:]{0,80}:"
    r"|(?:the |my )?(?:translation|translated text|translated version|output|target(?: text)?)"
    r"(?: (?:in|into|to|for) \w+)?(?: (?:is|would be))? ?:"
    r"|(?:hier ist|hier die|natürlich|gerne|selbstverständlich)\b[^\n:]{0,80}:|übersetzung ?:"
    r"|(?:voici|bien sûr|certainement)\b[^\n:]{0,80}:|traduction ?:"
    r"|(?:aquí (?:está|tienes)|por supuesto|claro)\b[^\n:]{0,80}:|traducción ?:"
    r"|(?:ecco|certo|certamente)\b[^\n:]{0,80}:|traduzione ?:"
    r"|(?:aqui está|claro|com certeza)\b[^\n:]{0,80}:|tradução ?:"
    r"|(?:zde je|tady je|jistě|samozřejmě)\b[^\n:]{0,80}:|překlad ?:|preklad ?:"
    r"|(?:oto|oczywiście)\b[^\n:]{0,80}:|tłumaczenie ?:"
    r"|(?:hier is|natuurlijk)\b[^\n:]{0,80}:|vertaling ?:"
    r"|(?:вот|конечно|ось|звичайно)\b[^\n:]{0,80}:|перевод ?:|переклад ?:"
    r"|(?:以下是|这是|這是|好的|当然)[^\n:：]{0,40}[:：]|(?:翻译|译文|翻譯|譯文)[:：]"
    r"|(?:以下は|こちらが|もちろん)[^\n:：]{0,40}[:：]|(?:翻訳|訳文|訳)[:：]"
    r"|(?:다음은|물론)[^\n:]{0,40}:|번역 ?:"
    r"|(?:işte|tabii|elbette)\b[^\n:]{0,80}:|çeviri ?:"
    r"|(?:här är|her er|självklart|selvfølgelig)\b[^\n:]{0,80}:|översättning ?:|oversættelse ?:|oversettelse ?:"
    r"|(?:tässä on|toki)\b[^\n:]{0,80}:|käännös ?:|(?:íme|természetesen)\b[^\n:]{0,80}:|fordítás ?:"
    r"|(?:iată|desigur)\b[^\n:]{0,80}:|traducere ?:|(?:ορίστε|εδώ είναι|φυσικά)\b[^\n:]{0,80}:|μετάφραση ?:"
    r"|(?:evo|naravno|ето|разбира се)\b[^\n:]{0,80}:|prijevod ?:|prevod ?:|превод ?:"
    r"|(?:đây là|dưới đây là|tất nhiên)\b[^\n:]{0,80}:|bản dịch ?:|(?:berikut|tentu)\b[^\n:]{0,80}:|terjemahan ?:"
    r"|(?:הנה|בוודאי)\b[^\n:]{0,60}:|תרגום ?:|(?:यहाँ|यहां|यह रहा|ज़रूर)[^\n:]{0,60}:|अनुवाद ?:"
    r"|นี่คือ[^\n:]{0,60}:|คำแปล ?:|(?:در اینجا|البته)[^\n:]{0,60}:|ترجمه ?:"
    r"|(?:إليك|بالطبع|بالتأكيد)[^\n:]{0,60}:|الترجمة ?:"
    r")",
    re.IGNORECASE,
)
NOTE = re.compile(
    r"(?:\n|(?<=[.!?\"”»)]) )[^\S\n]*[(\[*]*(?:"
    r"(?:please )?note(?: that)?|explanation|translator['’]s note|alternatives?|literal(?:ly)?|back[- ]translation"
    r"|i (?:have )?(?:translated|kept|used|chose)|let me know if"
    r"|anmerkung|hinweis des übersetzers|remarque|note du traducteur|nota del traductor|nota do tradutor"
    r"|nota del traduttore"
    r"|poznámka(?: překladatele)?|uwaga(?: tłumacza)?|opmerking|примечание(?: переводчика)?|примітка"
    r"|注[：:]|译注|譯註|備考|訳注|참고"
    r")\b[^\n]{0,30}?(?:[:：]|\btranslat|\bif you\b|\bwould like\b)",
    re.IGNORECASE,
)
NOTE_SIGNS = ("ranslat", "f you", "ould like")  # one of them, or a colon, is in whatever NOTE finds
FENCE = "```"
# How an apology begins -> what makes it a refusal.
REFUSALS = (
    (
        (
            r"i['’]m (?:really |very )?sorry|i am sorry|sorry|i apologi[sz]e|my apologies|unfortunately"
            r"|as an? (?:ai|language model|large language model)\b"
            r"|i (?:can['’]?t|can ?not|am (?:not able|unable) to|won['’]t|['’]m unable)"
        ),
        r"[^\n]{0,160}?\b(?:assist|help|translat|comply|provide|fulfil|language model|process|continue|request)",
    ),
    (
        r"es tut mir leid|tut mir leid|entschuldigung|leider",
        r"[^\n]{0,80}\bkann(?: ich)?[^\n]{0,80}(?:helfen|übersetzen|nicht)",
    ),
    (r"(?:je suis )?désolée?|je m['’]excuse", r"[^\n]{0,60}\bje ne (?:peux|suis)"),
    (r"lo siento|perdón|disculpa", r"[^\n]{0,60}\bno (?:puedo|me es posible)"),
    (r"mi dispiace|spiacente", r"[^\n]{0,60}\bnon posso"),
    (r"desculpe|sinto muito|lamento", r"[^\n]{0,60}\bnão posso"),
    (r"omlouvám se|je mi líto|bohužel", r"[^\n]{0,60}(?:nemohu|nemůžu)"),
    (r"ospravedlňujem sa|je mi ľúto|prepáčte", r"[^\n]{0,60}nemôžem"),
    (r"przepraszam|przykro mi|niestety", r"[^\n]{0,60}nie mogę"),
    (r"het spijt me|sorry", r"[^\n]{0,60}\bkan(?: ik)?[^\n]{0,60}niet"),
    (r"tyvärr|jag beklagar|förlåt", r"[^\n]{0,60}kan(?: jag)? inte"),
    (r"beklager|desværre|undskyld", r"[^\n]{0,60}kan(?: jeg)? ikke"),
    (r"извините|к сожалению|простите|прошу прощения", r"[^\n]{0,60}не могу"),
    (r"вибачте|на жаль|перепрошую", r"[^\n]{0,60}не можу"),
    (r"üzgünüm|maalesef", r"[^\n]{0,80}(?:edemem|olamam|yapamam|çeviremem|veremem)"),
    (r"抱歉|对不起|對不起|很抱歉|不好意思", r"[^\n]{0,20}(?:我)?(?:无法|無法|不能)"),
    (r"申し訳(?:ありません|ございません)|すみません", r"[^\n]{0,40}(?:できません|できかねます|お手伝い)"),
    (r"죄송합니다|죄송하지만|미안", r"[^\n]{0,40}(?:없습니다|수 없)"),
    (r"عذرًا|عذراً|عذرا|آسف|أعتذر", r"[^\n]{0,40}(?:لا أستطيع|لا يمكنني|لا أقدر)"),
    (r"מצטער|סליחה", r"[^\n]{0,40}(?:לא יכול|איני יכול)"),
    (r"क्षमा|माफ़|मुझे खेद", r"[^\n]{0,60}(?:नहीं कर|असमर्थ)"),
    (r"xin lỗi|rất tiếc", r"[^\n]{0,60}không thể"),
    (r"maaf", r"[^\n]{0,60}tidak (?:dapat|bisa)"),
    (r"ขออภัย|ขอโทษ", r"[^\n]{0,40}ไม่สามารถ"),
    (r"îmi pare rău|ne pare rău", r"[^\n]{0,60}nu pot"),
    (r"sajnálom|elnézést", r"[^\n]{0,60}nem tud"),
    (r"λυπάμαι|συγγνώμη", r"[^\n]{0,60}δεν μπορώ"),
    (r"žao mi je|nažalost|oprostite|izvini", r"[^\n]{0,60}ne mogu"),
    (r"žal|oprostite|opravičujem se", r"[^\n]{0,60}ne morem"),
    (r"съжалявам|за съжаление", r"[^\n]{0,60}не мога"),
    (r"ho sento|em sap greu", r"[^\n]{0,60}no puc"),
    (r"متأسفم|متاسفم|ببخشید", r"[^\n]{0,60}نمی\u200c?توانم"),
    (r"atsiprašau|deja", r"[^\n]{0,60}negaliu"),
    (r"atvainojiet|diemžēl", r"[^\n]{0,60}nevaru"),
    (r"vabandust|kahjuks", r"[^\n]{0,60}ei saa"),
    (r"দুঃখিত", r"[^\n]{0,60}(?:পারি না|পারছি না|পারব না)"),
    (r"því miður|fyrirgefðu", r"[^\n]{0,60}ekki"),
    (r"anteeksi|valitettavasti|pahoittelen", r"[^\n]{0,60}en (?:voi|pysty)"),
)
_GROUP = re.compile(r"\([^()]*\)\??")


def _beginnings(sorry: str) -> list[str]:
    """The letters that apologies begin with: those before a sign, or before a letter that may be left out."""
    bare = _GROUP.sub("", _GROUP.sub("", sorry))
    return [re.split(r"\W|\w\?", way, maxsplit=1)[0] for way in bare.split("|")]


_BEGINNINGS = tuple({letters for sorry, _ in REFUSALS for letters in _beginnings(sorry)})
_REFUSAL = re.compile(rf"\s*(?:{'|'.join(f'(?:{sorry}){then}' for sorry, then in REFUSALS)})", re.IGNORECASE)
_APOLOGY = re.compile("|".join([*(sorry for sorry, _ in REFUSALS), "we(?:['’]re| are) sorry", "regret"]), re.IGNORECASE)


def may_apologise(beginning: str) -> bool:
    """Whether a text that begins so, up to its first space, may begin with a refusal."""
    said = beginning.lstrip().casefold()
    return not said or said.startswith(_BEGINNINGS)


def refusal(text: str, source: str) -> re.Match[str] | None:
    """A refusal at the beginning of a text; none where the source apologises: *Sorry, the file cannot be opened*."""
    found = _REFUSAL.match(text)
    return None if found is None or _APOLOGY.search(source) else found


# What stands in instructions to a model and in no translation.
PROMPT = re.compile(
    r"</?(?:source|target|text|translation|segment|glossary|instructions?|system|user|assistant|document|context)(?:\s[^<>]*)?>"
    r"|<\|[a-z_]+\|>|\[/?INST\]|<<SYS>>|<(?:start|end)_of_turn>|</?s>|</?think(?:ing)?>"
    r"|\byou are (?:a|an) (?:professional|expert|helpful|experienced)\b[^\n]{0,40}\b(?:translator|assistant|linguist)\b"
    r"|\b(?:translate|rewrite) the following\b|\b(?:do not|don['’]t) "
    r"(?:add|include|translate) (?:any )?(?:explanations?|comments?|notes?|tags|placeholders)\b"
    r"|\breturn only the (?:translation|translated)|\bonly (?:output|return|reply with) the translation\b"
    r"|(?:^|\n)[^\S\n]*(?:system|assistant|user|human)\s*:\s"
    r"|(?:^|\n)[^\S\n]*(?:source|target)(?: text| language)?\s*:\s"
    r"|(?:^|\n)[^\S\n]*(?:english|german|french|spanish|italian|czech|polish|chinese|japanese|korean"
    r"|russian)(?: translation)?\s*:\s",
    re.IGNORECASE,
)
PROMPT_SIGNS = ("<", "[", ":", "ou are a", "OU ARE A", "ranslat", "RANSLAT", "ewrite", "on't", "on’t", "o not")


def colons(text: str) -> int:
    """How many colons there are, wide ones too."""
    return text.count(":") + text.count("：")
