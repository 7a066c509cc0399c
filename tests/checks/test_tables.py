"""A table for each check: what it finds in one candidate, alone, and what it leaves alone. Some thirty languages."""

import pytest

from mtqa.checks import run_checks
from mtqa.inline import Code, Text
from mtqa.model import Candidate, CandidateSet
from mtqa.plugins import build
from tests.helpers import segment

# check -> rows of (source, target, languages, expected messages).
Row = tuple[str, str, str, list[str]]
TABLES: dict[str, list[Row]] = {
    "placeholders": [
        ("subscription with %s must also set %s", "具有%s的订阅还必须设置%s", "en>zh", []),
        ("%sNo rule to make %s", "%sНема правила за %s", "en>sr", []),
        ("%sNo rule to make %s", "Нема правила за %s", "en>sr", []),
        ("%s has no %d of %s", "%3$s の %1$s には %2$d がありません", "en>ja", []),
        ("%s has %d", "%1$d の %2$s", "en>ja", ["%s missing", "%d missing", "%1$d added", "%2$s added"]),
        ("%s of %s", "%1$s von %3$s", "en>de", ["%s missing", "%3$s added"]),
        ("Hello {name}", "Hallo {name}", "en>de", []),
        ("Hello {name}", "Hallo {Name}", "en>de", ["{name} missing", "{Name} added"]),
        ("%d files in %s", "%d ملفات في %s", "en>ar", []),
        ("%1$s of %2$s", "%2$s 中的 %1$s", "en>zh", []),
        ("%@ sent %ld items", "%@ a envoyé %ld éléments", "en>fr", []),
        ("{{count}} items", "{{ count }} elementos", "en>es", []),
        ("See $t(help)", "Viz $t(pomoc)", "en>cs", ["$t(help) missing", "$t(pomoc) added"]),
        ("{{ user.name | date }}", "{{ user.name | datum }}", "en>nl",
         ["{{user.name | date}} missing", "{{user.name | datum}} added"]),
        ("%(total)s left", "残り %(total)s", "en>ja", []),
        ("%1 of %2", "%1 / %2", "en>ko", []),
        ("50% off", "%50 indirim", "en>tr", []),
        ("{n, plural, one {# file} other {# files}}", "{n, plural, one {# soubor} few {# soubory} other {# souborů}}",
         "en>cs", []),
        ("{n, plural, one {# file} other {# files}}", "{n, plural, one {# soubor}}", "en>cs",
         ["{n, plural} missing", "{n, plural without other} added"]),
        ("{g, select, male {He} other {They}}", "{g, select, muž {On} other {Oni}}", "en>cs",
         ["{g, select: male other} missing", "{g, select: muž other} added"]),
    ],
    "plural_branches": [
        ("x", "{n, plural, one {a} few {b} many {c} other {d}}", "en>cs", []),
        ("x", "{n, plural, one {a} other {d}}", "en>cs", ["{n, plural}: branch few missing"]),
        ("x", "{n, plural, one {a} few {b} other {d}}", "en>de", ["{n, plural}: branch few is never used in de"]),
        ("x", "{n, plural, other {d}}", "en>ja", []),
        ("x", "{n, plural, =0 {z} one {a} few {b} many {c} other {d}}", "en>ru", []),
        ("x", "{n, plural, zero {z} one {a} two {b} few {c} many {d} other {e}}", "en>ar", []),
    ],
    "numbers": [
        ("up to 2,500 photos", "bis zu 2.500 Fotos", "en>de", []),
        ("up to 2,500 photos", "až 2\u00a0500 fotek", "en>cs", []),
        ("up to 2,500 photos", "2500 枚まで", "en>ja", []),
        ("more than 20,000 people", "两万多人", "en>zh", []), ("20 people", "二十个人", "en>zh", []),
        ("20 people", "二十五个人", "en>zh", ["20 missing"]), ("12 months", "열두 달", "en>ko", []),
        ("up to 2,500 photos", "bis zu 25.000 Fotos", "en>de", ["2,500 missing", "25.000 added"]),
        ("it costs 3.5 euros", "3,5 евро", "en>ru", []),
        ("it costs 3.5 euros", "35 евро", "en>ru", ["3.5 missing", "35 added"]),
        ("at 8:30 pm", "um 20:30 Uhr", "en>de", []),
        ("25 pages", "٢٥ صفحة", "en>ar", []),
        ("25 pages", "٢٦ صفحة", "en>ar", ["25 missing", "26 added"]),
        ("10,000 people", "1万人", "en>ja", []),
        ("250 million people", "2.5 亿人", "en>zh", []),
        ("1.5 million users", "150万用户", "en>zh", []),
        ("1.5 million users", "160万用户", "en>zh", ["1.5 missing", "160 added"]),
        ("the 21st century", "le XXIe siècle", "en>fr", []),
        ("One hundred and twenty-five people", "125 Personen", "en>de", []),
        ("One hundred and twenty-five people", "152 Personen", "en>de", ["152 added"]),
        ("20 people came.", "Přišlo dvacet lidí.", "en>cs", []),
        ("20 people came.", "Пришло около двадцати человек.", "en>ru", []),
        ("20 people came.", "Пришло около тридцати человек.", "en>ru", ["20 missing"]),
        ("It is 6:30 pm.", "Kello on 18.30.", "en>fi", []),
        ("It is 6:30 pm.", "Kello on 19.30.", "en>fi", ["6 missing", "30 missing", "19.30 added"]),
        ("It is ready at 5:00 p.m. on March 5.", "3月5日の午後5時に整います。", "en>ja", []),
        ("about 35,000 users", "약 3만 5천 명의 사용자", "en>ko", []),
        ("about 35,000 users", "약 35만 명의 사용자", "en>ko", ["35,000 missing", "35 added"]),
        ("150 million users", "約1億5千万人の利用者", "en>ja", []),
        ("up to 2,500 photos", "bis zu 2,5 Fotos", "en>de", ["2,500 missing", "2,5 added"]),
        ("in the 1990s", "en los años 90", "en>es", []),
        ("2 1/2 cups", "2½ tazas", "en>es", []),
        ("12/31/2024", "31.12.2024", "en>hu", []),
        ("12,500.75 francs", "12’500.75 Franken", "en>de-CH", []),
        ("12,500 francs", "12’050 Franken", "en>de-CH", ["12,500 missing", "12’050 added"]),
        ("12,345,678 people", "1,23,45,678 लोग", "en>hi", []),
        ("12,345,678 people", "1,23,45,687 लोग", "en>hi", ["12,345,678 missing", "1,23,45,687 added"]),
        ("1,00,000 rupees", "1,00,000 रुपये", "en>hi", []),
        ("see {0} of 15", "{0} aus 15", "en>de", []),
        ("https://x.org/2024", "https://x.org/2024", "en>de", []),
    ],
    "empty": [("word", "", "en>de", ["empty"]), ("word", "言葉", "en>ja", []), ("", "", "en>ar", [])],
    "same_as_source": [
        ("Choose a folder", "Choose a folder", "en>he", ["same as source"]),
        ("ACME Cloud", "ACME Cloud", "en>de", []),
        ("2,500", "2,500", "en>zh", []),
        ("@user33 @user44", "@user33 @user44", "en>fr", []),
        ("Choose a folder", "Choose a folder", "en>en-GB", []),
    ],
    "untranslated": [
        ("Save the file before you close the window", "Uložte before you close the window", "en>cs",
         ["not translated: before you close the window"]),
        ("Save the file before you close the window", "保存 before you close the window", "en>zh",
         ["not translated: before you close the window"]),
        ("Read The New York Times Daily", "Lies The New York Times Daily", "en>de", []),
        ("set_item_of_host(X) failed", "set_item_of_host(X) a échoué", "en>fr", []),
        ("see https://a.org/one-two-three-four-five", "viz https://a.org/one-two-three-four-five", "en>cs", []),
        ("{WHO, select, male {He} female {She} other {They}}", "{WHO, select, male {Il} female {Elle} other {Iel}}",
         "en>fr", []),
    ],
    "end_punctuation": [
        ("What is your name?", "Ի՞նչ է ձեր անունը։", "en>hy", []), ("Hurry up!", "Շտապե՛ք։", "en>hy", []),
        ("What is your name?", "Ձեր անունը։", "en>hy", ["ends with ., the source with ?"]),
        ("March 15, 2024", "2024. március 15.", "en>hu", []), ("Louis XIV", "Ludwig XIV.", "en>de", []),
        ("at 9 a.m.", "um 9 Uhr", "en>de", []), ("The file is saved.", "ፋይሉ ተቀምጧል።", "en>am", []),
        ("The file is saved.", "ፋይሉ ተቀምጧል", "en>am", ["ends with no sign, the source with ."]),
        ("Saved.", "Gespeichert.", "en>de", []),
        ("Saved.", "Gespeichert", "en>de", ["ends with no sign, the source with ."]),
        ("Saved.", "保存しました。", "en>ja", []),
        ("Saved?", "هل حفظت؟", "en>ar", []),
        ("Saved?", "Αποθηκεύτηκε;", "en>el", []),
        ("Saved.", "सहेजा गया।", "en>hi", []),
        ("Saved.", "บันทึกแล้ว", "en>th", []),
        ("Saved.", "պահված է։", "en>hy", []),
        ("Loading...", "Načítání…", "en>cs", []),
        ("He said “no.”", "Er sagte „nein“.", "en>de", []),
        ("Saved!", "Guardado", "en>es", ["ends with no sign, the source with !"]),
    ],
    "start_punctuation": [
        ("Ready?", "¿Listo?", "en>es", []),
        ("Ready?", "Listo?", "en>es", ["? without ¿"]),
        ("- one", "– eins", "en>de", []),
        ("• one", "eins", "en>de", ["begins with no sign, the source with •"]),
        ("-5 degrees", "-5 stupňů", "en>cs", []),
    ],
    "edge_spaces": [
        ("Name: ", "名称： ", "en>zh", []),
        ("Name: ", "Name:", "en>de", ["space at the end missing"]),
        ("Name", " שם", "en>he", ["space at the beginning added"]),
    ],
    "double_spaces": [
        ("a b", "x  y", "en>de", ["double space"]), ("a  b", "x  y", "en>de", []), ("a b", "x y", "en>ru", []),
    ],
    "punctuation_spaces": [
        ("Are you sure?", "Êtes-vous sûr?", "en>fr-CH", []),
        ("Are you sure?", "Êtes-vous sûr?", "en>fr", ["no space at ?"]),
        ("Ready?", "Fertig ?", "en>de", ["space before ?"]),
        ("Ready?", "Prêt\u202f?", "en>fr", []),
        ("Ready?", "Prêt?", "en>fr", ["no space at ?"]),
        ("Ready?", "Prêt ?", "en>fr", ["a space that can break at ?"]),
        ("Ready?", "Prêt?", "en>fr-CA", []),
        ("at 10:30", "à 10:30", "en>fr", []),
        ("Well, yes", "да , конечно", "en>ru", ["space before ,"]),
    ],
    "no_break_spaces": [
        ("10\u00a0km", "10 km", "en>de", ["no-break space missing"]), ("10\u00a0km", "10\u202fkm", "en>fr", []),
        ("10\u00a0km", "10公里", "en>zh", []),
    ],
    "brackets": [
        ("20% off (today only)!", "خصم ٢٠٪ (اليوم فقط)!", "en>ar", []), ("a) one (two)", "a) eins (zwo)", "en>de", []),
        ("(optional)", "（可选）", "en>zh", []), ("order (#48213) sent", "נשלחה (\u200e#48213) ההזמנה", "en>he", []),
        ("extra semicolon", "suvišna točka sa zarezom (;)", "en>hr", ["brackets ( ) added"]),
        ("see https://a.b/c", "siehe hier (https://a.b/c)", "en>de", ["brackets ( ) added"]),
        ("see https://a.b/c_(d)", "siehe https://a.b/c_(d)", "en>de", []),
        ("(optional)", "optional", "en>de", ["brackets ( ) missing"]),
        ("(optional)", "(اختياري)", "en>ar", []),
        ("(optional)", "(optional", "en>de", ["brackets ( ) not in pairs"]),
        ("optional :)", "volitelné", "en>cs", []),
        ("x", "x [y]", "en>de", ["brackets [ ] added"]),
    ],
    "quotes": [
        ("Open “Report 2024”.", 'פתחו את "דוח 2024".', "en>he", []),
        ('a 15" screen', 'ein 15"-Bildschirm', "en>de", []),
        ('the "best"', "„nejlepší“", "en>cs", []),
        ('the "best"', "「最高」", "en>ja", []),
        ('the "best"', "nejlepší", "en>cs", ["quotation marks missing"]),
        ('the "best"', "„nejlepší", "en>cs", ["quotation marks not in pairs"]),
        ('a 27" screen', "Bildschirm mit 27 Zoll", "en>de", []),
    ],
    "quote_style": [
        ("They are happy.", "Ular o‘ynayapti.", "en>uz", []),
        ('the "best"', "“nejlepší”", "en>cs", ["” is no quotation mark of cs"]),
        ('the "best"', "„nejlepší“", "en>cs", []),
        ('the "best"', "« le meilleur »", "en>fr", []),
        ('the "best"', "「最高」", "en>ja", []),
        ('the "best"', "“最好”", "en>zh", []),
        ('the "best"', '"beste"', "en>de", []),
    ],
    "urls": [
        ("see https://a.org/x.", "viz https://a.org/x", "en>cs", []),
        ("see https://a.org/x", "查看 https://a.org/y。", "en>zh",
         ["https://a.org/x missing", "https://a.org/y added"]),
        ("see www.a.org", "siehe", "en>de", ["www.a.org missing"]),
        ("see https://a.org/x", "https://a.org/x를 보세요", "en>ko", []),
    ],
    "emails": [
        ("write to a@b.org", "اكتب إلى a@b.org", "en>ar", []),
        ("write to a@b.org", "schreib an a@c.org", "en>de", ["a@b.org missing", "a@c.org added"]),
    ],
    "paths": [
        ("open /usr/bin/x", "otevři /usr/bin/x", "en>cs", []),
        (r"open C:\Users\x", r"öffne C:\Benutzer\x", "en>de", [r"C:\Users\x missing", r"C:\Benutzer\x added"]),
        ("and/or", "und/oder", "en>de", []),
    ],
    "mentions": [
        ("@ann hi", "@ann привет", "en>ru", []), ("@ann hi", "@anna ahoj", "en>cs", ["@ann missing", "@anna added"]),
    ],
    "capitalisation": [
        ("Save", "speichern", "en>de", ["begins with a small letter, the source with a capital one"]),
        ("save", "Speichern", "en>de", []), ("Save", "保存", "en>zh", []), ("Save", "حفظ", "en>ar", []),
        ("The house", "სახლი", "en>ka", []), ("Visit a.org/x", "https://a.org/x", "en>ko", []),
        ("iPhone rocks", "iPhone je super", "en>cs", []), ("3 files", "soubory: 3", "en>cs", []),
    ],
    "all_caps": [
        ("Restart your computer", "お使いのPCを再起動してください", "en>ja", []),
        ("WARNING", "Varování", "en>cs", ["not all capitals, as the source is"]),
        ("Warning", "VAROVÁNÍ", "en>cs", ["all capitals"]),
        ("WARNING", "警告", "en>ja", []), ("WARNING", "ΠΡΟΣΟΧΗ", "en>el", []), ("OK", "ok", "en>de", []),
    ],
    "camel_case": [
        ("Open iCloud", "Otevřít iCloud", "en>cs", []),
        ("Open YouTube", "打开优兔", "en>zh", ["YouTube missing"]),
        ("set max_size", "max_size festlegen", "en>de", []),
        ("call getName()", "zavolejte dejJméno()", "en>cs", ["getName() missing"]),
    ],
    "characters": [
        ("It's new", "C\\u0027est nouveau", "en>fr", ["\\u0027 is left escaped"]),
        ("x", "a\ufffdb", "en>de", ["U+FFFD (replacement character)"]),
        ("x", "a\x07b", "en>de", ["U+0007 (a control character)"]),
        ("x", "příliÅ¡", "en>cs", ["broken encoding: Å¡"]),
        ("x", "donâ€™t", "de>en", ["broken encoding: â€™"]),
        ("x", "a\u200bb", "en>th", ["U+200B (zero width space)"]),
        ("x", "می\u200cخواهم", "en>fa", []),
        ('"x"', "&quot;x&quot;", "en>de", ["&quot; is left escaped"]),
        ("R&D", "Forschung & Entwicklung", "en>de", []),
        ("x", "Ångström Åse", "en>sv", []),
    ],
    "accelerators": [
        ("&File", "&Datei", "en>de", []), ("&File", "Datei", "en>de", ["accelerator & missing"]),
        ("&File", "文件(&F)", "en>zh", []), ("_Open", "_Otevřít", "en>cs", []),
        ("&File", "&Da&tei", "en>de", ["accelerator & more than once"]),
        ("R&D budget", "rozpočet", "en>cs", []), ("set max_size", "nastavit", "en>cs", []),
    ],
    "repeated_words": [
        ("in the house", "im im Haus", "en>de", ["im twice"]), ("in the house", "дом дом", "en>ru", ["дом twice"]),
        ("we wash", "nous nous lavons", "en>fr", []), ("children", "anak anak", "en>id", []),
        ("very very big", "sehr sehr groß", "en>de", []), ("thank you", "谢谢 谢谢", "en>zh", []),
    ],
    "loop": [
        ("Save the file", "Uložit soubor soubor soubor soubor soubor soubor soubor soubor soubor", "en>cs",
         ["“soubor” 9 times in a row"]),
        ("Save the file", "ファイルを保存しました" + "しました" * 6, "en>ja", ["“しました” 7 times in a row"]),
        ("Save the file", "احفظ " + "الملف الآن " * 6, "en>ar", ["“الملف الآن” 6 times in a row"]),
        ("Nooo", "N" + "o" * 40, "en>de", ["“o” 40 times in a row"]),
        ("Save the file", "Speichern Sie die Datei in dem Ordner, in dem die Datei war.", "en>de", []),
    ],
    "script": [
        ("Save the file", "Сохранить файл", "en>ru", []),
        ("Save the file", "Sohranit fail", "en>ru", ["not a letter of ru"]),
        ("iPhone Pro", "iPhone Pro", "en>ru", []),
        ("Save the file", "Uložit 文件 prosím", "en>cs", ["letters that are Cjk"]),
        ("Save the file", "ファイルを保存", "en>ja", []),
        ("Save", "保存文件", "en>zh", []),
        ("Save the file", "שמור את הקובץ", "en>he", []), ("Save the file", "Sačuvaj", "en>sr", []),
        ("Save the file", "Sačuvaj datoteku", "en>sr-Cyrl", ["not a letter of sr-Cyrl"]),
        ("5 µm of β", "5 µm β", "en>cs", []),
    ],
    "letters": [
        ("Nice weather", "Сьогодні чудова погода, і діти граються надворі ї", "en>ru",
         ["letters that ru does not have: і ї"]),
        ("Nice weather", "Сегодня прекрасная погода", "en>ru", []),
        ("Nice weather", "Vädret är vackert idag", "en>nb", ["letters that nb does not have: ä"]),
        ("He lives in Malmö", "Han bor i Malmö", "en>nb", []),
        ("Nice weather", "Pěkné počasí přeje dětem", "en>sk", ["letters that sk does not have: ě ř"]),
        ("Open the file", "打开文件", "en>ja", ["characters that ja does not use: 开"]),
        ("Open the file", "ファイルを開く", "en>ja", []),
        ("Open the file and save it", "開啟檔案並儲存", "en>zh-Hans",
         ["characters that zh-Hans does not use: 並 儲 啟 檔 開"]),
        ("Open the file and set it", "打开并设置文件", "en>zh-TW", ["characters that zh-TW does not use: 开 设"]),
        ("Open the file and save it", "開啟檔案並儲存", "en>zh-TW", []),
        ("Nice weather", "今天天气很好", "en>ko", ["not a letter of ko"]), ("Nice weather", "좋은 날씨", "en>ko", []),
        ("Save the file", "Сохраните фaйл", "en>ru", ["фaйл is written with Latin a"]),
        ("An HTML file", "HTML-файл, iPhone и IT-отдел", "en>ru", []),
    ],
    "units": [
        ("It weighs 5 kg.", "Es wiegt 5 lb.", "en>de", ["5 kg has become 5 lb"]),
        ("It weighs 5 kg.", "Es wiegt 5 Kilogramm.", "en>de", []),
        ("It weighs 5 kg.", "Весит 5 кг.", "en>ru", []), ("It weighs 5 kg.", "Весит 5 фунтов.", "en>ru",
         ["5 kg has become 5 фунтов"]),
        ("2 GB of memory", "2 Go de mémoire", "en>fr", []), ("2 GB of memory", "2 Mo de mémoire", "en>fr",
         ["2 GB has become 2 Mo"]),
        ("It costs $50.", "Es kostet 50 €.", "en>de", ["50 $ has become 50 €"]),
        ("It costs $50.", "Cuesta 50 dólares.", "en>es", []), ("It costs ¥500.", "500円です。", "en>ja", []),
        ("20 °C", "20 °F", "en>ar", ["20 °C has become 20 °F"]), ("50% off", "%50 indirim", "en>tr", []),
        ("within 5 days", "5日以内", "en>ja", []), ("within 5 days", "5 週間以内", "en>ja",
         ["5 days has become 5 週間"]),
        ("within 5 days", "до 5 недель", "en>ru", ["5 days has become 5 недель"]), ("5 apples", "5 kg", "en>de", []),
    ],
    "language": [
        ("Please restart the computer to finish the update.",
         "Por favor, reinicie el ordenador para terminar la actualización.", "en>pt", ["is es, not pt"]),
        ("Please restart the computer to finish the update.",
         "Por favor, reinicie o computador para concluir a atualização.", "en>pt", []),
        ("error while cloning the relation", "ошибка при клонировании отношения", "en>ru", []),
        ("{n, plural, one {# day} other {# days}}",
         "{n, plural, one {# dan} two {# dneva} few {# dnevi} other {# dni}}",
         "en>sl", []),
        ("The backup of your computer is complete.", "Die Sicherung Ihres Computers ist abgeschlossen.", "en>de", []),
        ("The backup of your computer is complete.", "The backup of your computer is now finished.", "en>de",
         ["is en, not de"]),
        ("The backup of your computer is complete.", "La copia de seguridad de su equipo ha finalizado ya.", "en>cs",
         ["is es, not cs"]),
        ("OK", "OK", "en>de", []),
    ],
    "max_length": [("x", "abc", "en>de", [])],
    "length_ratio": [
        ("Save the file to the folder", "x" * 130, "en>de", ["much longer than its source"]),
        ("Save the file to the folder now please, or else nothing will be kept", "Ne", "en>cs",
         ["much shorter than its source"]),
        ("Save the file to the folder", "将文件保存到文件夹", "en>zh", []),
    ],
    "negation": [
        ("Trash is not supported", "আবর্জনা সমর্থিত ন\u09df", "en>bn", []),
        ("Trash is not supported", "আবর্জনা সমর্থিত ন\u09af\u09bc", "en>bn", []),
        ("Your account is not verified.", "আপনার অ্যাকাউন্ট যাচাই করা হয়নি।", "en>bn", []),
        ("The page is not available.", "பக்கம் கிடைக்கவில்லை.", "en>ta", []),
        ("子供無料です。", "Free for children.", "ja>en", []),
        ("这是非洲最大的湖。", "It is the largest lake in Africa.", "zh>en", []),
        ("Do not delete it.", "Bunu silmeyin.", "en>tr", []), ("Do not close it.", "Usifunge.", "en>sw", []),
        ("It was not found.", "Ni ddarganfyddwyd y ffeil.", "en>cy", []),
        ("It was not found.", "A fájl található.", "en>hu",
         ["negation missing"]),
        ("Files are not deleted", "Soubory jsou smazány", "en>cs", ["negation missing"]),
        ("Files are not deleted", "Soubory nejsou smazány", "en>cs", []),
        ("Files are not deleted", "Dateien werden gelöscht", "en>de", ["negation missing"]),
        ("Files are not deleted", "ファイルは削除されません", "en>ja", []),
        ("Files are not deleted", "لن تُحذف الملفات", "en>ar", []),
        ("Files are not deleted", "Dosyalar silinmez", "en>tr", []),
        ("Files are not deleted", "Файлы удаляются", "en>ru", ["negation missing"]),
        ("Do not open", "열지 마십시오", "en>ko", []),
    ],
    "omission": [
        ("One is here. Two is there. Three is gone. Four is back.", "Jedna je tady.", "en>cs", ["1 of 4 sentences"]),
        ("One is here. Two is there.", "Jedna je tady. Dva je tam.", "en>cs", []),
    ],
    "chatter": [
        ("Save the file.", "İşte çeviri: Dosyayı kaydedin.", "en>tr", ["chatter: İşte çeviri:"]),
        ("Save the file.", "Íme a fordítás: Mentse a fájlt.", "en>hu", ["chatter: Íme a fordítás:"]),
        ("Save", "Here is the translation: Speichern", "en>de", ["chatter: Here is the translation:"]),
        ("Save", "Hier ist die Übersetzung: Speichern", "en>de", ["chatter: Hier ist die Übersetzung:"]),
        ("Save", "以下是翻译：保存", "en>zh", ["chatter: 以下是翻译："]),
        ("Save", "```\nUložit\n```", "en>cs", ["code fence"]),
        ("Save", "Uložit\n\nNote: I kept it short.", "en>cs", ["chatter: Note:"]),
        ("Here is the list: a", "Hier ist die Liste: a", "en>de", []),
    ],
    "refusal": [
        ("Kill the process.", "عذرًا، لا يمكنني المساعدة في هذا.", "en>ar", ["refusal: عذرًا، لا يمكنني"]),
        ("Kill the process.", "Nažalost, ne mogu pomoći.", "en>hr", ["refusal: Nažalost, ne mogu"]),
        ("How to kill a process", "I'm sorry, but I can't assist with that.", "en>cs",
         ["refusal: I'm sorry, but I can't assist"]),
        ("How to kill a process", "Es tut mir leid, aber dabei kann ich nicht helfen.", "en>de",
         ["refusal: Es tut mir leid, aber dabei kann ich nicht helfen"]),
        ("How to kill a process", "抱歉，我无法协助。", "en>zh", ["refusal: 抱歉，我无法"]),
        ("Sorry, I can't help you.", "Es tut mir leid, ich kann Ihnen nicht helfen.", "en>de", []),
        ("I am sorry that it rains", "Promiňte, že prší", "en>cs", []),
        *[
            (source, target, f"en>{lang}", [])
            for source in ("Sorry, the file cannot be opened.", "Unfortunately, the file can’t be opened.")
            for lang, target in (
                ("de", "Leider kann die Datei nicht geöffnet werden."), ("zh", "抱歉，无法打开此文件。"),
                ("ja", "申し訳ありませんが、ファイルを開けません。"), ("ko", "죄송합니다. 파일을 열 수 없습니다."),
                ("sv", "Tyvärr kan inte filen öppnas."), ("hr", "Nažalost, datoteke se ne mogu otvoriti."),
                ("et", "Kahjuks ei saa faili avada."), ("is", "Því miður er ekki hægt að opna skrána."),
                ("vi", "Rất tiếc, không thể mở tệp."), ("th", "ขออภัย ไม่สามารถเปิดไฟล์ได้"),
            )
        ],
    ],
    "prompt_leak": [
        ("Save", "You are a professional translator. Uložit", "en>cs",
         ["instructions in the text: You are a professional translator"]),
        ("Save", "<|im_start|>保存", "en>zh", ["instructions in the text: <|im_start|>"]),
        ("Save", "<think>hm</think> Speichern", "en>de", ["instructions in the text: <think>"]),
        ("Translate the following text", "Translate the following text", "en>de", []),
    ],
}  # fmt: skip
ROWS = [(check, *row) for check, rows in TABLES.items() for row in rows]


@pytest.mark.parametrize(("check", "source", "target", "languages", "expected"), ROWS)
def test_alone(check: str, source: str, target: str, languages: str, expected: list[str]) -> None:
    source_lang, target_lang = languages.split(">")
    here = segment(source, source_lang=source_lang, target_lang=target_lang)
    one = build("checks", check, {}, check)
    (told,) = run_checks([CandidateSet(here, (Candidate("a", Text(target)),))], {check: (one, one.default)})
    assert [finding.message for finding in told] == expected


def test_the_tables_have_many_languages() -> None:
    assert len({languages.split(">")[1].split("-")[0] for _, _, _, languages, _ in ROWS}) >= 18


# Rows that need the others: (source, good candidates, the one that is looked at, languages, expected).
POOLS: dict[str, list[tuple[str, list[str], str, str, list[str]]]] = {
    "names": [
        ("Meet Anna Karenina in Paris.", ["Treffen Sie Anna Karenina in Paris."] * 3, "Treffen Sie sie in Paris.",
         "en>de", ["Anna missing in 1 of 4", "Karenina missing in 1 of 4"]),
        ("Meet Anna in Paris.", ["Sejdeme se s Annou v Paříži."] * 3, "Potkáme Annu v Paříži.", "en>cs", []),
        ("Meet Anna in Paris.", ["Встретьте Анну в Париже."] * 3, "Встретьте её в Париже.", "en>ru", []),
    ],
    "negation": [
        ("It does not delete files.", ["Nemaže žádné soubory.", "Soubory nesmaže.", "Soubory nemaže."],
         "Soubory maže.", "en>cs", ["negation missing in 1 of 4"]),
        ("It deletes files.", ["Es löscht Dateien."] * 3, "Es löscht keine Dateien.", "en>de",
         ["negation added in 1 of 4"]),
        ("It does not delete files.", ["لا يحذف الملفات."] * 3, "يحذف الملفات.", "en>ar",
         ["negation missing in 1 of 4"]),
        ("It does not delete files.",
         ["它不会删除文件。"] * 3, "它会删除文件。", "en>zh", ["negation missing in 1 of 4"]),
    ],
    "omission": [
        ("Restart the computer after the installation so that the changes take effect.",
         ["Käynnistä tietokone uudelleen asennuksen jälkeen, jotta muutokset tulevat voimaan.",
          "Kun asennus on valmis, käynnistä koneesi uudelleen, jotta muutokset tulevat voimaan.",
          "Käynnistä tietokoneesi uudelleen asennuksen päätyttyä, jotta muutokset tulevat voimaan."],
         "Muutosten käyttöön ottamiseksi kone täytyy avata uudestaan, kun ohjelma on asennettu.", "en>fi", []),
        ("Restart the computer after the installation so that the changes take effect.",
         ["安装完成后，请重新启动计算机以使更改生效。", "请在安装完成后重启电脑，以便更改生效。",
          "为使更改生效，请在安装结束之后重新启动您的电脑。"], "请在安装完成后重启电脑。", "en>zh",
         ["nothing for “为使更改生效”"]),
        ("Save the file, then close the window and restart the computer.",
         ["Uložte soubor, potom zavřete okno a restartujte počítač."] * 3, "Uložte soubor.", "en>cs",
         ["nothing for “potom zavřete okno a restartujte počítač”"]),
        ("Save the file, then close the window and restart the computer.",
         ["ファイルを保存してから、ウィンドウを閉じてコンピューターを再起動します。"] * 3, "ファイルを保存します。",
         "en>ja",
         ["nothing for “てから、ウィンドウを閉じてコンピューターを再起動”"]),
        ("Save the file, then close the window.", ["Uložte soubor, pak zavřete okno."] * 3,
         "Soubor uložte a poté okno zavřete.", "en>cs", []),
    ],
    "addition": [
        ("Something went wrong. Try again later.",
         ["Ein Fehler ist aufgetreten. Versuchen Sie es später erneut."] * 3,
         "Da ist etwas schiefgelaufen. Probieren Sie es nachher noch einmal.", "en>de", []),
        ("The backup is complete.", ["Záloha je hotová."] * 3,
         "Záloha je hotová. Obraťte se prosím na zákaznickou podporu.", "en>cs",
         ["no other has “Obraťte se prosím na zákaznickou podporu”"]),
        ("The backup is complete.", ["اكتملت النسخة الاحتياطية."] * 3,
         "اكتملت النسخة الاحتياطية. يرجى الاتصال بفريق الدعم الفني قريبا.", "en>ar",
         ["no other has “يرجى الاتصال بفريق الدعم الفني قريبا”"]),
    ],
    "length": [
        ("x", ["Die Sicherung ist abgeschlossen."] * 3, "Fertig", "en>de", ["81% shorter than the others"]),
        ("x", ["备份已完成，一切正常，没有任何问题。"] * 3, "备份已完成，一切正常，没有任何问题。" * 2, "en>zh",
         ["100% longer than the others"]),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("check", "source", "good", "target", "languages", "expected"),
    [(check, *row) for check, rows in POOLS.items() for row in rows],
)
def test_among_others(
    check: str, source: str, good: list[str], target: str, languages: str, expected: list[str]
) -> None:
    source_lang, target_lang = languages.split(">")
    here = segment(source, source_lang=source_lang, target_lang=target_lang)
    pool = [*(Candidate(f"e{i}", Text(text)) for i, text in enumerate(good)), Candidate("x", Text(target))]
    one = build("checks", check, {}, check)
    (told,) = run_checks([CandidateSet(here, tuple(pool))], {check: (one, one.default)})
    assert [finding.message for finding in told] == expected
    assert {finding.engine for finding in told} <= {"x"}


# Inline codes have places; the words in brackets are inside the pair.
PAIR = (Code("1", "open", "<b>"), Code("1", "close", "</b>"))


def coded(text: str) -> Text:
    before, _, rest = text.partition("[")
    inside, _, after = rest.partition("]")
    return Text(before, PAIR[0], inside, PAIR[1], after)


@pytest.mark.parametrize(
    ("source", "good", "target", "expected"),
    [
        ("Press [Start] now", ["Nyní stiskněte [Start]"] * 3, "Nyní [stiskněte] Start", ["is around other words"]),
        ("Press [Start] now", ["الآن اضغط [ابدأ]"] * 3, "الآن [اضغط] ابدأ", ["is around other words"]),
        ("Press [Start] now", ["Nyní stiskněte [Start]"] * 3, "Teď stiskněte [Start]", []),
        ("Press [Start] now", ["Nyní stiskněte [Start]"] * 3, "Nyní stiskněte Start[]", ["is around nothing"]),
        (
            "Press [Start] now please",
            ["Stiskněte [Start] hned"] * 3,
            "[Stiskněte Start hned]",
            ["is around everything"],
        ),
    ],
)
def test_code_places(source: str, good: list[str], target: str, expected: list[str]) -> None:
    here = segment(coded(source))
    pool = [*(Candidate(f"e{i}", coded(text)) for i, text in enumerate(good)), Candidate("x", coded(target))]
    one = build("checks", "code_places", {}, "code_places")
    (told,) = run_checks([CandidateSet(here, tuple(pool))], {"code_places": (one, one.default)})
    assert [finding.message for finding in told] == [f"inline code <b> {what} in 1 of 4" for what in expected]
