// The agreement matrix: who supports whom, and how much; and the groups that the candidates form.

/** One table for each metric: hypotheses in rows, references in columns. The one that decides is open. */
const matrices = (segment, run, names) => {
  const metrics = Object.entries(segment.utilities).filter(([, pairs]) => pairs.length);
  const [first, others] = [true, false].map((decides) =>
    metrics.filter(([metric]) => (metric === run.decide.metric) === decides).map((entry) => figureOf(entry, segment, run, names)));
  const folded = first.length && others.length
    ? el("details", {}, el("summary", {}, `by ${counted(others.length, "metric")}, each in its own numbers`), others) : others;
  return [...first, folded].flat();
};

const figureOf = ([metric, pairs], segment, run, names) => {
  const agreeAt = metric === run.decide.metric ? run.decide.agree_at : undefined;
  const values = new Map(pairs.map(({ hypothesis, reference, value }) => [pairKey(hypothesis, reference), value]));
  const groups = clusters(enginesIn(pairs, segment), values, agreeAt);
  return el("figure", { class: "matrix" },
    el("figcaption", {}, el("code", {}, run.metrics[metric] ?? metric)),
    el("div", { class: "wide", tabindex: 0, role: "region", "aria-label": `Agreement by ${metric}` },
      matrix(values, groups, segment, agreeAt, names)),
    agreeAt === undefined ? null : groupLine(groups, names));
};

const pairKey = (hypothesis, reference) => JSON.stringify([hypothesis, reference]);

const enginesIn = (pairs, segment) => {
  const named = new Set(pairs.flatMap(({ hypothesis, reference }) => [hypothesis, reference]));
  return ranked(segment).map((candidate) => candidate.engine).filter((engine) => named.has(engine));
};

/** Engines joined by mutual agreement at `agreeAt` or more (single linkage), largest group first. */
const clusters = (engines, values, agreeAt) => {
  if (agreeAt === undefined) return [engines];
  const mutual = (one, other) =>
    Math.min(values.get(pairKey(one, other)) ?? -1, values.get(pairKey(other, one)) ?? -1) >= agreeAt;
  let groups = [];
  for (const engine of engines) {
    const near = groups.filter((group) => group.some((other) => mutual(engine, other)));
    groups = [...groups.filter((group) => !near.includes(group)), [...near.flat(), engine]];
  }
  return groups.toSorted((one, other) => other.length - one.length);
};

const groupLine = (groups, names) => {
  const listed = (group) => group.map((engine, index) => [index ? ", " : null, names.node(engine)]);
  if (groups.length === 1) return el("p", { class: "aside" }, "All agree with one another, directly or through others.");
  return el("p", { class: "groups" }, `${groups.length} groups: `,
    groups.map((group, index) => [index ? el("span", { class: "aside" }, " against ") : null, listed(group)]));
};

const matrix = (values, groups, segment, agreeAt, names) => {
  const engines = groups.flat();
  const starts = new Set(groups.slice(1).map((group) => group[0]));
  const edge = (engine) => (starts.has(engine) ? "edge" : "");
  const head = el("tr", {}, el("td", { class: "corner" }, "against"),
    engines.map((engine) => el("th", { scope: "col", class: edge(engine) }, names.node(engine))));
  const rows = engines.map((hypothesis) => el("tr",
    { class: `${hypothesis === segment.chosen?.engine ? "chosen" : ""} ${edge(hypothesis)}` },
    el("th", { scope: "row" }, names.node(hypothesis)),
    engines.map((reference) =>
      cell(values.get(pairKey(hypothesis, reference)), agreeAt, hypothesis === reference, edge(reference)))));
  return el("table", {}, el("thead", {}, head), el("tbody", {}, rows));
};

const cell = (value, agreeAt, diagonal, edge) => {
  if (value === undefined) return el("td", { class: `none ${edge}` }, diagonal ? "·" : "–");
  const supports = agreeAt !== undefined && value >= agreeAt;
  const node = el("td", { class: `${supports ? "supports" : ""} ${edge}` }, decimal(value));
  node.style.setProperty("--heat", `${Math.round(100 * value * value)}%`);
  return node;
};
