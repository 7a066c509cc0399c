"""What the providers publish about a request, as JSON schemas: fields, types, values, limits, headers.

Every request that a test sees on the wire is held against it. The sources are named with each; openai, anthropic and
AWS are held against their own programs as well (test_oracles.py).
"""

import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from jsonschema import Draft202012Validator

Schema = dict[str, Any]
TEXT: Schema = {"type": "string", "minLength": 1}
BIG = 10**9


def closed(required: str, **fields: Schema) -> Schema:
    """An object with these fields and no others."""
    return {"type": "object", "properties": fields, "required": required.split(), "additionalProperties": False}


def array(items: Schema, most: int, least: int = 1) -> Schema:
    return {"type": "array", "items": items, "minItems": least, "maxItems": most}


def one_of(*values: object) -> Schema:
    return {"enum": list(values)}


@dataclass(frozen=True)
class Published:
    """One request of a provider. `texts`: where the texts are in the body; `most`: their characters together."""

    url: str
    headers: dict[str, str]
    body: Schema
    query: Schema = field(default_factory=lambda: closed(""))
    most: int = BIG
    most_bytes: int = BIG

    def complaints(self, request: Any) -> list[str]:
        found = [
            f"header {name}"
            for name, pattern in self.headers.items()
            if not re.fullmatch(pattern, request.headers.get(name, ""))
        ]
        query = {name: values[0] for name, values in parse_qs(request.url.query.decode()).items()}
        form = "form" in request.headers["content-type"]
        body = (
            {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
            if form
            else json.loads(request.content)
        )
        for schema, value in ((self.query, query), (self.body, body)):
            found += [
                f"{'/'.join(map(str, one.path))}: {one.message}"
                for one in Draft202012Validator(schema).iter_errors(value)
            ]
        if len(request.content) > self.most_bytes or sum(map(len, _strings(body))) > self.most:
            found.append("too long")
        return found


def _strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for one in inner for text in _strings(one)]


JSON, ANY_KEY = r"application/json", r".+"

# Source: DeepL OpenAPI 3.11, /v2/translate; 50 texts and the languages: "Supported languages".
DEEPL = Published(
    r"https://api(-free)?\.deepl\.com/v2/translate",
    {"authorization": "DeepL-Auth-Key .+", "content-type": JSON},
    closed(
        "text target_lang",
        text=array({"type": "string"}, 50),
        source_lang={"type": "string", "pattern": "^[A-Z]{2,3}$"},
        target_lang={"type": "string", "pattern": "^([A-Z]{2,3}|EN-GB|EN-US|PT-BR|PT-PT|ZH-HANS|ZH-HANT|ES-419)$",
                     "not": one_of("EN", "PT", "ZH")},
        context=TEXT,
        show_billed_characters={"type": "boolean"},
        formality=one_of("default", "more", "less", "prefer_more", "prefer_less"),
        model_type=one_of("quality_optimized", "prefer_quality_optimized", "latency_optimized"),
        glossary_id=TEXT,
        tag_handling=one_of("xml", "html"),
        tag_handling_version=one_of("v1", "v2"),
    ),
    most_bytes=128 * 1024,
)  # fmt: skip

LANGUAGE: Schema = {"type": "string", "pattern": "^[a-z]{2,3}(-[A-Z]{2}|-[A-Z][a-z]{3})?$"}

# Source: discovery document translate v2.
GOOGLE_2 = Published(
    r"https://translation\.googleapis\.com/language/translate/v2",
    {"x-goog-api-key": ANY_KEY, "content-type": JSON},
    closed("q target", q=array(TEXT, 128), source=LANGUAGE, target=LANGUAGE, format=one_of("html", "text"), model=TEXT),
    most_bytes=100_000 + 8_192,
)
# Source: discovery document translate v3, TranslateTextRequest.
GOOGLE_3 = Published(
    r"https://translation\.googleapis\.com/v3/projects/[^/]+/locations/[^/:]+:translateText",
    {"authorization": "Bearer .+", "content-type": JSON},
    closed(
        "contents targetLanguageCode",
        contents=array(TEXT, 1024),
        sourceLanguageCode=LANGUAGE,
        targetLanguageCode=LANGUAGE,
        mimeType=one_of("text/html", "text/plain"),
        model={"type": "string", "pattern": "^projects/[^/]+/locations/[^/]+/models/.+$"},
        glossaryConfig=closed(
            "glossary",
            glossary={"type": "string", "pattern": "^projects/[^/]+/locations/[^/]+/glossaries/[^/]+$"},
            ignoreCase={"type": "boolean"},
        ),
    ),
    most=30_000 + 500,
)
# Source: Azure REST specification, Text Translation stable v3.0; the number of texts: "Request limits".
AZURE_3 = Published(
    r"https://api\.cognitive\.microsofttranslator\.com/translate\?.*api-version=3\.0.*",
    {"ocp-apim-subscription-key": ANY_KEY, "content-type": JSON, "x-clienttraceid": "[0-9a-f-]{36}"},
    array(closed("text", text=TEXT), 1000),
    {
        **closed(
            "api-version to",
            **{"from": LANGUAGE, "api-version": one_of("3.0")},
            to=LANGUAGE,
            textType=one_of("Plain", "Html"),
            category=TEXT,
            allowFallback=one_of("false"),  # ours: nobody else answers
        ),
    },
    most=50_000,
)
# Source: the same, stable 2026-06-06.
AZURE_2026 = Published(
    r"https://api\.cognitive\.microsofttranslator\.com/translate\?api-version=2026-06-06",
    {"ocp-apim-subscription-key": ANY_KEY, "content-type": JSON, "x-clienttraceid": "[0-9a-f-]{36}"},
    closed(
        "inputs",
        inputs=array(
            closed(
                "text targets",
                text=TEXT,
                language=LANGUAGE,
                textType=one_of("Plain", "Html"),
                targets=array(
                    closed(
                        "language allowFallback",
                        language=LANGUAGE,
                        deploymentName=TEXT,
                        allowFallback=one_of(False),
                        tone=one_of("neutral", "formal", "informal"),
                    ),
                    1,
                ),
            ),
            1000,
        ),
    ),
    closed("api-version", **{"api-version": one_of("2026-06-06")}),
)
# Source: modernmt-python 1.5.2, which is what the provider publishes.
MODERNMT = Published(
    r"https://api\.modernmt\.com/translate",
    {"mmt-apikey": ANY_KEY, "x-http-method-override": "(?i)get", "content-type": JSON},
    closed(
        "target q",
        source=LANGUAGE | {"pattern": "^[a-z]{2,3}(-[A-Z]{2}|-419)?$"},
        target=LANGUAGE | {"pattern": "^[a-z]{2,3}(-[A-Z]{2}|-419)?$"},
        q=array(TEXT, 128),
        format=one_of("text/xml"),
        hints={"type": "string", "pattern": r"^\d+(,\d+)*$"},
        glossaries=array({"type": "integer"}, 10),
    ),
    most=10_000 + 500,
)
# Source: LibreTranslate 1.9, /spec.
LIBRETRANSLATE = Published(
    r"http://lt\.example(:\d+)?/translate",
    {"content-type": JSON},
    closed(
        "q source target",
        q=array(TEXT, 20),
        source={"type": "string", "pattern": "^[a-z]{2,3}$"},
        target={"type": "string", "pattern": "^[a-z]{2,3}$"},
        format=one_of("html", "text"),
        alternatives={"type": "integer"},
        api_key=TEXT,
    ),
)
# Source: apertium-apy 0.11, servlets.
APERTIUM = Published(
    r"http://apy\.example(:\d+)?/translate(Chain)?",
    {"content-type": "application/x-www-form-urlencoded"},
    {
        **closed(
            "q",
            q=TEXT,
            langpair={"type": "string", "pattern": r"^[a-z]{2,3}\|[a-z]{2,3}$"},
            langpairs={"type": "string", "pattern": r"^[a-z]{2,3}(\|[a-z]{2,3})+$"},
            markUnknown=one_of("no", "yes"),
            format=one_of("html", "txt"),
        ),
        "oneOf": [{"required": ["langpair"]}, {"required": ["langpairs"]}],
    },
)
PARTS = closed("parts", parts=array(closed("text", text=TEXT), 1))
# Source: generateContent of the Gemini API, v1beta: GenerateContentRequest, GenerationConfig, ThinkingConfig.
GEMINI = Published(
    r"https://generativelanguage\.googleapis\.com/v1beta/models/[^/:]+:generateContent",
    {"x-goog-api-key": ANY_KEY, "content-type": JSON},
    closed(
        "contents",
        systemInstruction=PARTS,
        contents=array(closed("role parts", role=one_of("user"), parts=PARTS["properties"]["parts"]), 1),
        generationConfig=closed(
            "",
            temperature={"type": "number", "minimum": 0, "maximum": 2},
            seed={"type": "integer"},
            maxOutputTokens={"type": "integer", "minimum": 1},
            responseMimeType=one_of("application/json"),
            responseJsonSchema={"type": "object"},
            thinkingConfig=closed("", thinkingBudget={"type": "integer"}),
        ),
    ),
)
ALL = (*(DEEPL, GOOGLE_2, GOOGLE_3, AZURE_3, AZURE_2026, MODERNMT, LIBRETRANSLATE, APERTIUM, GEMINI),)


def complaints(request: Any) -> list[str]:
    """What the provider would reject in a request; nothing where none of them is asked."""
    url = str(request.url)
    provider = next((one for one in ALL if re.fullmatch(one.url, url)), None)
    if provider is None:
        return ["no such address"] if re.search(r"deepl|googleapis|microsofttranslator|modernmt", url) else []
    return provider.complaints(request)
