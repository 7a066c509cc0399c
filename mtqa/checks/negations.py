"""How languages negate: words, and in some languages the beginnings of words.

The lists hold what is common and unmistakable, not all there is; they are compared within one language, candidate
against candidate, so what they do not know does not count for anyone.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from mtqa.checks.words import MARKS

_WORDS = {
    "en": r"not|\w+n['’]t|cannot|never|no|none|nobody|nothing|neither|nor|without|nowhere|unable",
    "de": r"nicht|kein\w{0,2}|nie|niemals|niemand\w*|nichts|ohne|weder|nirgend\w*|nein",
    "fr": r"ne|n['’]\w+|pas|jamais|aucune?|rien|sans|ni|non|impossibles?|introuvables?|incapables?",
    "es": r"no|nunca|jamás|ning[uú]n\w*|nada|nadie|sin|ni|tampoco|imposibles?|incapa\w+",
    "it": r"non|mai|nessun\w*|niente|nulla|senza|né|no|impossibil\w+|incapac\w+",
    "pt": r"não|nunca|jamais|nenhum\w*|nada|ninguém|sem|nem|impossíve\w+|incapa\w+",
    "ca": r"no|mai|cap|res|ningú|sense|ni|tampoc|impossibles?|incapaç\w*",
    "gl": r"non|nunca|ningun\w*|nada|ninguén|sen|nin|imposible\w*|incapa\w+",
    "ro": r"nu|n-\w+|niciodată|fără|nici\w*|nimic|nimeni|imposibil\w*",
    "nl": r"niet|geen|nooit|niemand|niets|zonder|noch|nee",
    "af": r"nie|geen|nooit|niemand|niks|sonder",
    "sv": r"inte|ej|icke|aldrig|ingen|inget|inga|ingenting",
    "da": r"ikke|aldrig|ingen|intet|uden|hverken|nej",
    "no": r"ikke|ikkje|aldri|ingen|intet|inga|uten|utan|nei",
    "is": r"ekki|aldrei|enginn|engin|ekkert|án|hvorki|nei",
    "fi": r"ei|en|et|emme|ette|eivät|älä|älkää|eikä|ilman|koskaan",
    "et": r"ei|mitte|pole|polnud|ärge|ära|ilma|kunagi",
    "hu": r"nem|ne|sem|se|soha|nincs\w*|nélkül|senki\w*|semmi\w*",
    "pl": r"nie|nigdy|bez|żad\w+|nikt|nikogo|nic|niczego|ani|brak\w*",
    "cs": r"ne|nikdy|bez|aniž|žádn\w+|nikdo|nikoho|nic|ničeho|ani|nikoliv?",
    "sk": r"nie|nikdy|bez|žiad\w+|nikto|nikoho|nič|ničoho|ani|niet",
    "sl": r"ne|ni|niso|nisem|nima\w*|nikoli|brez|noben\w*|nič|nihče|niti",
    "hr": r"ne|nije|nisu|nisam|nismo|niste|nemoj\w*|nema\w*|nikad\w*|bez|nitko|niko|ništa|niti|neću|neće\w*",
    "ru": r"не|нет|нельзя|никогда|без|ни|никто|ничего|нигде|никак\w*|невозможно",
    "uk": r"не|ні|немає|нема|без|ніколи|ніхто|нічого|неможливо",
    "be": r"не|ня|няма|без|ніколі|ніхто|нічога|нельга|немагчым\w+|адсутніча\w+",
    "bg": r"не|няма\w*|без|никога|никой|нищо|нито|недей\w*|липсва\w*|невъзмож\w+|неуспе\w+|несъвмест\w+",
    "mk": r"не|нема\w*|без|никогаш|никој|ништо|ниту",
    "el": r"δεν|δε|μην?|όχι|ποτέ|χωρίς|καν[εέ]ν\w*|τίποτα|ούτε|δίχως|αδύνατ\w+|αδυναμία\w*|ανεπαρκ\w+",
    "lt": r"ne|nėra|niekada|niekas|be|nei|jokio\w*|negalima",
    "lv": r"ne|nav|nekad|neviens|bez|nekas|nedrīkst",
    "sq": r"nuk|s['’]\w+|mos|pa|asnjë\w*|kurrë|askush",
    "tr": r"değil\w*|yok\w*|hayır|asla|hiç\w*|\w{2,}m[ıiuü]yor\w*"
    r"|\w{2,}(?:ma|me)(?:d[ıi]|z|yan|yen|y[ıi]n|y[ıi]z|yacak|yecek|m[ıi]ş|dan|den)\w*",
    "ar": r"[وف]?لا|[وف]?لم|[وف]?لن|[وف]?ليس\w*|غير|بدون|دون|بلا",
    "fa": r"نه|نیست\w*|بدون|هیچ\w*|ن(?:می|خواه|شد|کرد|بود|دار|توان|ساخت|یافت)\w*|ناتوان\w*|نامعتبر|هرگز",
    "ur": r"نہیں|نہ|بغیر|مت|کبھی نہیں",
    "he": r"[ושה]?לא|[ושה]?אין|אל|בלי|ללא|אף|לעולם",
    "hi": r"नहीं|न|मत|बिना|कभी",
    "mr": r"नाही\w*|नको\w*|नये|नका|शिवाय",
    "bn": r"না|নেই|নয়|\w*নি|ছাড়া|কখনও",
    "ta": r"\w*ில்லை|இல்லை|\w*ாது|வேண்டாம்",
    "vi": r"không|chưa|chẳng|đừng|chớ|chả",
    "id": r"tidak|bukan|jangan|belum|tanpa|tak|tiada",
    "eu": r"ez|inoiz|gabe|ezin|inor|ezer",
    "ga": r"ní|níl|níor|nach|ná|gan|cha",
    "cy": r"ddim|nid|nis|ni|nad|nac|na|dim|heb|peidiwch|peidio|byth|meth\w+",
    "sw": r"si|hapana|bila|kamwe|hakuna|sio|(?:usi|msi|asi|wasi|ha(?:ku|wa|tu|ja|i|u|li|ya))\w{2,}",
}  # fmt: skip
_WORDS |= {"nb": _WORDS["no"], "nn": _WORDS["no"], "bs": _WORDS["hr"], "ms": _WORDS["id"]}
_WORDS["sr"] = (
    _WORDS["hr"]
    + r"|не|није|нису|нисам|нисмо|нисте|немој\w*|нема\w*|никад\w*|без|нико|ништа|нити|нећу|неће\w*|немогу\w+|неуспе\w+"
)
# Without spaces between words, or with endings of verbs: looked for anywhere.
_ANYWHERE = {
    "zh": "不(?![过過仅僅但同断斷管论論久少错錯])|没|沒|未(?![来來])|[无無](?![论論线線限数數疑])|非(?![常洲凡])"
    "|(?<![特分性类類个個级級区區识識告差辨])[别別](?![人的名墅])|勿|莫(?![斯名])",
    "ja": "ない|なく|なかった|なけれ|ません|ずに|せず|不(?!動産|可欠|思議)|無(?![料線事限数論])|未(?!来)|非(?!常)",
    "ko": "(?<!\\w)안 |않|못|없|아니|아닌|말[아고]|마[십세]|불가|금지",
    "th": "ไม่|มิ|อย่า|ไร้|ห้าม",
    "km": "មិន|គ្មាន|កុំ",
    "lo": "ບໍ່|ຢ່າ",
    "my": "မ.{1,12}(?:ဘူး|ပါ|နှင့်)",
}
# Beginnings of words that negate, and the words that begin so and negate nothing (a star is any ending).
_PREFIXES = {
    "cs": (
        "ne",
        (
            "nebo neboť než nežli nebe nebes* neběh* nebezpeč* neboh* neděle neděli neděl nedělí nedělích "
            "nedělní* nedávn* nejen nejenže nejspíš nejv* nejm* nejn* nejl* nejd[áůr]* nejb* nejh* nejr* "
            "nejp* nejč* nejs[tlpi]* nejz* nejk* nech nechal* nechá nechám* nechat nechť nemocn* nemoc "
            "nemocí nemoci nemovit* nerv* nese nesou nesu nesl* nést net neto netto netopýr* netflix* "
            "network* neustál* neutr* nevěst* nehet neht* nehod* negativ* neon* neptun* nepál* nepřítel "
            "nepřátel* new* newsletter* neuron* nekrolog* neštěst* nedop* nezby*"
        ),
    ),
    "sk": (
        "ne",
        (
            "nebo nebes* nebezpeč* neskôr nech nechal* nechá* nedeľ* nedáv* nemocn* nemec* nemc* nemč* nerv* nese nesie"
            " net netto neustál* neutr* nevest* nehod* negat* neon* nepál* netflix* new* než nejak* nepriate*"
        ),
    ),
    "lv": ("ne", "nekā nedēļ* nes nest nesa nerv* net neto new* neo*"),
    "lt": ("ne", "nes nešti neša nerv* net nei nežinia* new* neo* nebent"),
}


@lru_cache(maxsize=64)
def pattern_of(language: str) -> re.Pattern[str] | None:
    """What negates in a language, in texts in NFC; None where nothing is known of it."""
    if language in _ANYWHERE:
        return re.compile(_ANYWHERE[language])
    if language not in _WORDS:
        return None
    letters = f"[\\w{MARKS}]"  # marks are letters of their words
    words = unicodedata.normalize("NFC", _WORDS[language]).replace(r"\w", letters)
    whole = rf"(?<!{letters})(?:{words})(?!{letters})"
    if language in _PREFIXES:
        prefix, words = _PREFIXES[language]
        others = "|".join(word.removeprefix(prefix).replace("*", r"\w*") for word in words.split())
        whole += rf"|(?<!\w){prefix}(?!(?:{others})(?!\w))\w{{2,}}"
    return re.compile(whole, re.IGNORECASE)


def unspaced(language: str) -> bool:
    """Whether negation is looked for anywhere in a text, not word by word."""
    return language in _ANYWHERE


def prefix_of(language: str) -> str:
    """The beginning of words that negates in a language; empty where there is none."""
    return _PREFIXES.get(language, ("", ""))[0]
