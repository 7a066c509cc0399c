// Text of segments: inline codes as chips, invisible characters made visible, language and direction.

/**
 * @typedef {{text: string, code?: string}} Part
 *   Characters, or the token of an inline code with its original markup.
 * @typedef {{from: number, to: number, finding?: object}} Range
 *   Of the text without codes, in UTF-16 units. Without a finding: spaces that would go unseen.
 */

const RIGHT_TO_LEFT = new Set("ar arc ckb dv fa he ks nqo ps sd syr ug ur yi".split(" "));
const RIGHT_TO_LEFT_SCRIPT = /-(adlm|arab|hebr|nkoo|rohg|syrc|thaa)\b/i;
const SCRIPT = /-[a-z]{4}\b/i;

/** The `lang` and `dir` attributes for text of a language. Without a language the text itself decides. */
const languageOf = (tag) => {
  if (!tag) return { dir: "auto" };
  const known = SCRIPT.test(tag) ? RIGHT_TO_LEFT_SCRIPT.test(tag) : RIGHT_TO_LEFT.has(primary(tag));
  return { lang: tag, dir: known ? "rtl" : "ltr" };
};

const primary = (tag) => tag.toLowerCase().split("-")[0];

const literally = (text) => text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");

/** The parts of a text. Only tokens that the segment lists are codes; any other "<...>" is characters. */
const partsOf = (text, codes) => {
  const tokens = Object.keys(codes ?? {}).sort((one, other) => other.length - one.length);
  if (!tokens.length) return text ? [{ text }] : [];
  return text
    .split(new RegExp(`(${tokens.map(literally).join("|")})`))
    .map((piece, index) => (index % 2 ? { text: piece, code: codes[piece] } : { text: piece }))
    .filter((part) => part.text);
};

/** The characters of a text, without its codes. */
const bareOf = (parts) => parts.filter((part) => part.code === undefined).map((part) => part.text).join("");

const chip = (part) => el("span", { class: "code", title: part.code, dir: "ltr" }, part.text);

const INVISIBLE = new Map([
  ["\t", ["→", "tab"]],
  ["\n", ["↵", "line break"]],
  ["\r", ["␍", "carriage return"]],
  ["\u00a0", ["°", "no-break space"]],
  ["\u202f", ["°", "narrow no-break space"]],
  ["\u2007", ["°", "figure space"]],
  ["\u2009", ["·", "thin space"]],
  ["\u3000", ["□", "ideographic space"]],
  ["\u00ad", ["¬", "soft hyphen"]],
  ["\u200b", ["|", "zero-width space"]],
  ["\ufeff", ["|", "byte order mark"]],
  ["\u200e", ["LRM", "left-to-right mark"]],
  ["\u200f", ["RLM", "right-to-left mark"]],
  ["\u202a", ["LRE", "left-to-right embedding"]],
  ["\u202b", ["RLE", "right-to-left embedding"]],
  ["\u202c", ["PDF", "end of embedding"]],
  ["\u202d", ["LRO", "left-to-right override"]],
  ["\u202e", ["RLO", "right-to-left override"]],
  ["\u2066", ["LRI", "left-to-right isolate"]],
  ["\u2067", ["RLI", "right-to-left isolate"]],
  ["\u2068", ["FSI", "isolate"]],
  ["\u2069", ["PDI", "end of isolate"]],
]);
const INVISIBLE_CHARACTER = new RegExp(`([${[...INVISIBLE.keys()].join("")}])`);
const UNSEEN_SPACES = /^ +| {2,}| +$/g;

/** The character stays what it is, for copying; its mark is drawn over it. */
const invisible = (character) => {
  const [mark, name] = INVISIBLE.get(character) ?? ["·", "space"];
  return el("span", { class: "unseen", title: name, "data-mark": mark }, character);
};

/** Spaces at the edges and doubled ones. */
const unseenSpaces = (bare) =>
  [...bare.matchAll(UNSEEN_SPACES)].map((match) => ({ from: match.index, to: match.index + match[0].length }));

/** Findings with a span, from characters (code points) to UTF-16 units. */
const findingRanges = (bare, findings) => {
  const spans = findings.filter((finding) => finding.span);
  if (!spans.length) return [];
  const characters = Array.from(bare);
  const units = (count) => characters.slice(0, count).join("").length;
  return spans.map((finding) => ({ from: units(finding.span[0]), to: units(finding.span[1]), finding }));
};

/** Nodes for `text`, which begins at `start` of the bare text: what lies in a range is marked. */
const decorated = (text, start, ranges) => {
  const end = start + text.length;
  const here = ranges.filter((range) => range.from < end && range.to > start);
  const edges = here.flatMap((range) => [range.from, range.to]).filter((edge) => edge > start && edge < end);
  const cuts = [...new Set([start, ...edges, end])].sort((one, other) => one - other);
  return cuts.slice(1).map((to, index) => {
    const from = cuts[index];
    const covering = here.filter((range) => range.from < to && range.to > from);
    const unseen = covering.some((range) => !range.finding);
    const piece = seen(text.slice(from - start, to - start), unseen);
    const found = covering.find((range) => range.finding)?.finding;
    return found ? el("mark", { class: found.severity, title: `${words(found.check)}: ${found.message}` }, piece) : piece;
  });
};

const seen = (text, everySpace) =>
  everySpace
    ? Array.from(text, invisible)
    : text.split(INVISIBLE_CHARACTER).map((piece, index) => (index % 2 ? invisible(piece) : piece));

/** Nodes for a whole text. */
const textNodes = (text, codes) => {
  const parts = partsOf(text, codes);
  const ranges = unseenSpaces(bareOf(parts));
  let at = 0;
  return parts.map((part) => {
    if (part.code !== undefined) return chip(part);
    at += part.text.length;
    return decorated(part.text, at - part.text.length, ranges);
  });
};

/** Nodes for the beginning of a text, on a row of the list. */
const excerpt = (text, codes, length = 400) =>
  partsOf(text.slice(0, length), codes).map((part) => (part.code === undefined ? part.text : chip(part)));
