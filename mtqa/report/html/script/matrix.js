// The agreement matrix: who supports whom, and how much.

/** One table for each metric: hypotheses in rows, references in columns. */
const matrices = (segment, run) =>
  Object.entries(segment.utilities)
    .filter(([, pairs]) => pairs.length)
    .map(([metric, pairs]) => el(
      "figure", { class: "matrix" },
      el("figcaption", {}, el("code", {}, run.metrics[metric] ?? metric)),
      el("div", { class: "wide", tabindex: 0, role: "region", "aria-label": `Agreement by ${metric}` },
        matrix(pairs, segment, metric === run.decide.metric ? run.decide.agree_at : undefined)),
    ));

const matrix = (pairs, segment, agreeAt) => {
  const values = new Map(pairs.map(({ hypothesis, reference, value }) => [JSON.stringify([hypothesis, reference]), value]));
  const named = new Set(pairs.flatMap(({ hypothesis, reference }) => [hypothesis, reference]));
  const engines = segment.candidates.map((candidate) => candidate.engine).filter((engine) => named.has(engine));
  const head = el("tr", {}, el("td", { class: "corner" }, "against"),
    engines.map((engine) => el("th", { scope: "col" }, engineName(engine))));
  const rows = engines.map((hypothesis) => el("tr", { class: hypothesis === segment.chosen?.engine ? "chosen" : "" },
    el("th", { scope: "row" }, engineName(hypothesis)),
    engines.map((reference) => cell(values.get(JSON.stringify([hypothesis, reference])), agreeAt, hypothesis === reference))));
  return el("table", {}, el("thead", {}, head), el("tbody", {}, rows));
};

const cell = (value, agreeAt, diagonal) => {
  if (value === undefined) return el("td", { class: "none" }, diagonal ? "·" : "–");
  const supports = agreeAt !== undefined && value >= agreeAt;
  const node = el("td", { class: supports ? "supports" : "" }, decimal(value));
  node.style.setProperty("--heat", `${Math.round(100 * value * value)}%`);
  return node;
};
