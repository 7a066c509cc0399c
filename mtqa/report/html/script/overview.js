// What the run is and how it came out. Every number that stands for segments is a link to them.

const linkTo = (view, label, title) => el("a", { href: hashOf(view), title }, label);

/** The head of the page: one line for each thing to know about the run. */
const drawFacts = (run) => {
  const languages = run.languages.map(([source, target]) => `${source} → ${target}`).join(", ");
  const name = run.inputs.length === 1 ? run.inputs[0].file : counted(run.inputs.length, "file");
  document.title = `${name}: mtqa report`;
  byId("title").replaceChildren(el("bdi", {}, name), languages ? el("span", { class: "aside" }, ` ${languages}`) : "");
  const { decide } = run;
  const engines = Object.entries(run.engines).map(([engine, { use, signature }], index) => [
    index ? ", " : null,
    el("span", { title: signature }, engineName(engine), use === engine ? null : ` (${use})`),
  ]);
  const facts = [
    ["Files", run.inputs.length > 3 ? folded(run.inputs) : run.inputs.map((input) => el("div", {}, fileLine(input)))],
    ["Engines", engines],
    ["Metric", Object.values(run.metrics).map((signature) => el("code", {}, signature))],
    ["Rule", `agreement of ${decide.agree_at} counts as support · outlier from ${decide.outlier_gap} below the others · ` +
      `at least ${decide.min_voters} voters`],
    ["Made", `${moment(run.created)} with mtqa ${run.mtqa}${costOf(run)}`],
  ];
  byId("facts").replaceChildren(...facts.map(([term, text]) => el("div", {}, el("dt", {}, term), el("dd", {}, text))));
};

const costOf = (run) => (run.summary.cost ? `, for ${money(run.summary.cost)}` : "");

const fileLine = (input) => [el("bdi", {}, input.file), ` · ${input.format} · ${counted(input.segments, "segment")}`];

const folded = (inputs) =>
  el(
    "details",
    {},
    el("summary", {}, `${counted(inputs.length, "file")}: ${inputs[0].file}, …`),
    el("ul", {}, inputs.map((input) => el("li", {}, linkTo({ file: input.file }, fileLine(input))))),
  );

/** "2026-11-24 02:31 UTC"; what is no time stays as it is written. */
const moment = (created) => {
  const parsed = new Date(created);
  return Number.isNaN(parsed.valueOf()) ? created : `${parsed.toISOString().slice(0, 16).replace("T", " ")} UTC`;
};

/** Segments by status: a bar in proportion, and the numbers. */
const drawShares = (summary) => {
  const present = STATUSES.filter((status) => summary[status] > 0);
  const bar = el("div", { class: "bar", "aria-hidden": "true" }, present.map((status) => {
    const share = el("span", { class: status });
    share.style.flexGrow = summary[status];
    return share;
  }));
  const legend = el("ul", { class: "legend" }, STATUSES.map((status) =>
    el("li", {}, linkTo({ status: [status] }, [
      statusMark(status), el("b", {}, whole(summary[status])), ` ${status} `,
      el("span", { class: "aside" }, percent(summary[status], summary.segments)),
    ])),
  ));
  const lost = summary.lost
    ? el("p", { class: "alert" }, `${counted(summary.lost, "segment")} lost: no engine answered, because calls failed.`)
    : null;
  byId("shares").replaceChildren(...[bar, legend, lost].filter(Boolean));
};

/** Why segments are divergent or undecided, counted over all their reasons. */
const drawReasons = (segments) => {
  const status = ["divergent", "undecided"];
  const counts = new Map();
  for (const segment of segments.filter((one) => status.includes(one.status))) {
    for (const code of new Set(segment.reasons.map((reason) => reason.code))) {
      counts.set(code, (counts.get(code) ?? 0) + 1);
    }
  }
  const ranked = [...counts].sort((one, other) => other[1] - one[1]);
  if (!ranked.length) return;
  byId("reasons").replaceChildren(
    el("h3", {}, "Why", el("span", { class: "aside" }, " a segment can have several reasons")),
    el("ul", { class: "legend" }, ranked.map(([code, count]) =>
      el("li", {}, linkTo({ status, reason: code }, [el("b", {}, whole(count)), ` ${words(code)}`])))),
  );
};

const drawNotices = (notices) => {
  if (!notices.length) return;
  byId("notices").replaceChildren(
    el("details", {},
      el("summary", {}, counted(notices.length, "notice")),
      el("ul", {}, notices.map((notice) => el("li", {}, el("bdi", {}, notice.where), ": ", el("bdi", {}, notice.what))))),
  );
};

/** One row an engine, in configured order. */
const drawEngines = (run) => {
  const cards = Object.entries(run.summary.engines);
  const has = (key) => cards.some(([, card]) => card[key] !== undefined);
  const peak = Math.max(...cards.flatMap(([, { agreement }]) => agreement ? shares(agreement.histogram) : []), 0);
  const columns = [
    ["Engine", ([name]) => engineName(name), "name"],
    ["Candidates", ([, card]) => [whole(card.candidates), small(card.abstained && `${whole(card.abstained)} abstained`)]],
    ["Chosen", ([name, card]) => part("chosen", name, card.chosen, card.candidates)],
    ["Outlier", ([name, card]) => part("outlier", name, card.outliers, card.candidates)],
    ["Median", ([, card]) => figure(card.agreement?.median)],
    ["Mean", ([, card]) => figure(card.agreement?.mean)],
    ["Worst 5 %", ([, card]) => figure(card.agreement?.p5)],
    ["Distribution, 0 to 1", ([name, card]) => card.agreement && histogram(name, card.agreement, run.decide.agree_at, peak), "name"],
    ["Findings", ([, card]) => findingCounts(card), "name"],
    ["Failed", ([name, card]) => card.failures ? linkTo({ engine: `failed:${name}` }, whole(card.failures)) : "0"],
    has("latency_ms") && ["Latency", ([, card]) => card.latency_ms === undefined ? "–" : duration(card.latency_ms)],
    has("cost") && ["Cost", ([, card]) => money(card.cost) || "–"],
  ].filter(Boolean);
  const head = columns.map(([title, , kind]) => el("th", { scope: "col", class: kind }, title));
  const rows = cards.map((card) => el("tr", {}, columns.map(([, cell, kind], index) =>
    el(index ? "td" : "th", { scope: index ? undefined : "row", class: kind }, cell(card)))));
  const groups = el("tr", { class: "groups" },
    el("td", { colspan: 4 }), el("th", { colspan: 4, scope: "colgroup" }, "Agreement with the others"),
    el("td", { colspan: columns.length - 8 }));
  byId("engine-table").replaceChildren(el("table", {}, el("thead", {}, groups, el("tr", {}, head)), el("tbody", {}, rows)));
};

const small = (text) => (text ? el("small", {}, text) : null);
const figure = (value) => (value === undefined ? "–" : decimal(value));
const duration = (ms) => (ms < 1000 ? `${Math.round(ms)} ms` : `${decimal(ms / 1000, 1)} s`);

const part = (role, name, count, total) =>
  count ? [linkTo({ engine: `${role}:${name}` }, whole(count)), small(percent(count, total))] : "0";

const findingCounts = (card) => {
  if (!card.errors && !card.warnings) return "none";
  const severities = [card.errors && counted(card.errors, "error"), card.warnings && counted(card.warnings, "warning")];
  const checks = Object.entries(card.findings).map(([check, count]) => `${words(check)} ${whole(count)}`);
  return [severities.filter(Boolean).join(", "), small(checks.join(" · "))];
};

const shares = (histogram) => {
  const total = histogram.reduce((sum, count) => sum + count, 0);
  return histogram.map((count) => (total ? count / total : 0));
};

/** Agreement from 0 to 1, all engines to one scale, with the line from which it counts as support. */
const histogram = (name, agreement, agreeAt, peak) => {
  const bins = shares(agreement.histogram);
  const step = 100 / bins.length;
  const bars = bins.map((share, index) => {
    const height = share ? Math.max((26 * share) / peak, 1) : 0;
    const below = (index + 1) / bins.length <= agreeAt + 1e-9;
    return svg("rect", { x: index * step + 0.4, y: 26 - height, width: step - 0.8, height, class: below ? "below" : "" });
  });
  const line = svg("line", { x1: 100 * agreeAt, x2: 100 * agreeAt, y1: 0, y2: 28, class: "threshold" });
  const label = `Agreement of ${name}: median ${figure(agreement.median)}, worst 5 % ${figure(agreement.p5)}, ` +
    `spread ${figure(agreement.stdev)}; the line is at ${agreeAt}`;
  return svg("svg", { viewBox: "0 0 100 30", class: "histogram", role: "img", "aria-label": label },
    svg("title", {}, label), svg("line", { x1: 0, x2: 100, y1: 26.5, y2: 26.5, class: "base" }), bars, line);
};
