// Differences between two texts, by words; by characters in languages that write none apart.

/**
 * @typedef {{text: string, from: number, code?: string}} Token
 *   A word, a space, a sign or an inline code; `from` in UTF-16 units of the text without codes.
 * @typedef {{same: Token[]} | {removed: Token[], added: Token[]}} Change
 */

const UNSPACED = new Set(["bo", "dz", "ja", "km", "lo", "my", "th", "yue", "zh"]);
const LARGEST_TABLE = 4_000_000; // pairs of tokens to compare; above that the whole middle counts as changed

const segmenters = new Map();

/** Cuts a text into words, or into characters. */
const segmenter = (tag) => {
  if (!segmenters.has(tag)) {
    const granularity = UNSPACED.has(primary(tag)) ? "grapheme" : "word";
    let locale = tag;
    try {
      Intl.getCanonicalLocales(tag);
    } catch {
      locale = "und"; // a tag that the browser does not know
    }
    segmenters.set(tag, new Intl.Segmenter(locale, { granularity }));
  }
  return segmenters.get(tag);
};

/** @returns {Token[]} */
const tokensOf = (parts, tag) => {
  let at = 0;
  return parts.flatMap((part) => {
    if (part.code !== undefined) return [{ ...part, from: at }];
    const start = at;
    at += part.text.length;
    return Array.from(segmenter(tag).segment(part.text), (piece) => ({ text: piece.segment, from: start + piece.index }));
  });
};

const alike = (one, other) => one.text === other.text;

/** How to get from one token list to the other. @returns {Change[]} */
const changesBetween = (before, after) => {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && alike(before[head], after[head])) head += 1;
  let tail = 0;
  while (tail < shorter - head && alike(before.at(-1 - tail), after.at(-1 - tail))) tail += 1;
  const middle = middleChanges(before.slice(head, before.length - tail), after.slice(head, after.length - tail));
  return joined([
    ...after.slice(0, head).map((token) => ({ same: [token] })),
    ...middle,
    ...after.slice(after.length - tail).map((token) => ({ same: [token] })),
  ]);
};

const middleChanges = (before, after) => {
  if (before.length * after.length > LARGEST_TABLE) return [{ removed: before, added: after }];
  const common = commonLengths(before, after);
  const width = after.length + 1;
  const changes = [];
  let i = 0;
  let j = 0;
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && alike(before[i], after[j])) {
      changes.push({ same: [after[j]] });
      i += 1;
      j += 1;
    } else if (j === after.length || (i < before.length && common[(i + 1) * width + j] >= common[i * width + j + 1])) {
      changes.push({ removed: [before[i]], added: [] });
      i += 1;
    } else {
      changes.push({ removed: [], added: [after[j]] });
      j += 1;
    }
  }
  return changes;
};

/** Length of the longest common subsequence of the rests from (i, j), at i * (after.length + 1) + j. */
const commonLengths = (before, after) => {
  const width = after.length + 1;
  const lengths = new Uint16Array((before.length + 1) * width);
  for (let i = before.length - 1; i >= 0; i -= 1) {
    for (let j = after.length - 1; j >= 0; j -= 1) {
      lengths[i * width + j] = alike(before[i], after[j])
        ? lengths[(i + 1) * width + j + 1] + 1
        : Math.max(lengths[(i + 1) * width + j], lengths[i * width + j + 1]);
    }
  }
  return lengths;
};

const blank = (change) => change.same?.every((token) => token.code === undefined && !token.text.trim());

/** Neighbours of one kind together; a space between two changes belongs to both, so that phrases stay whole. */
const joined = (changes) => {
  const runs = [];
  changes.forEach((change, index) => {
    const next = changes[index + 1];
    const last = runs.at(-1);
    const bridge = blank(change) && last?.added && next?.added;
    if (bridge) {
      last.removed.push(...change.same);
      last.added.push(...change.same);
    } else if (change.same) {
      if (last?.same) last.same.push(...change.same);
      else runs.push({ same: [...change.same] });
    } else if (last?.added) {
      last.removed.push(...change.removed);
      last.added.push(...change.added);
    } else {
      runs.push({ removed: [...change.removed], added: [...change.added] });
    }
  });
  return runs;
};

/** Nodes for a candidate, with what it lacks and what it has beside the chosen text, and with its findings. */
const diffNodes = (chosen, target, codes, findings, tag) => {
  const parts = partsOf(target, codes);
  const bare = bareOf(parts);
  const ranges = [...unseenSpaces(bare), ...findingRanges(bare, findings)];
  const base = partsOf(chosen, codes);
  const lost = unseenSpaces(bareOf(base));
  return changesBetween(tokensOf(base, tag), tokensOf(parts, tag)).map((change) => {
    if (change.same) return tokenNodes(change.same, ranges);
    return [
      change.removed.length ? el("del", {}, tokenNodes(change.removed, lost, true)) : null,
      change.added.length ? el("ins", {}, tokenNodes(change.added, ranges, true)) : null,
    ];
  });
};

/** `changed`: a change that is nothing but space is drawn, whatever its place. */
const tokenNodes = (tokens, ranges, changed = false) => {
  const onlySpace = changed && tokens.every((token) => token.code === undefined && !token.text.trim());
  return tokens.map((token) => {
    if (token.code !== undefined) return chip(token);
    return onlySpace ? seen(token.text, true) : decorated(token.text, token.from, ranges);
  });
};
