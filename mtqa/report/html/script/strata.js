// Where the trouble is: by file, by language pair, by length and by inline codes; and how the agreement is spread.

const LENGTHS = [[20, "to 20 characters"], [60, "21–60"], [150, "61–150"], [400, "151–400"], [Infinity, "over 400"]];
const LISTED = 8; // files before the rest is folded

/** (label, view or none, rows) of each group. */
const grouped = (rows, labelOf, viewOfLabel = () => undefined) => {
  const groups = new Map();
  for (const row of rows) {
    const label = labelOf(row);
    if (!groups.has(label)) groups.set(label, []);
    groups.get(label).push(row);
  }
  return [...groups].map(([label, members]) => [label, viewOfLabel(label), members]);
};

const lengthLabel = (row) => LENGTHS.find(([most]) => row.length <= most)[1];

const drawStrata = (rows, run) => {
  const judged = rows.filter((row) => row.status !== "protected");
  if (!judged.length) return;
  const share = ([, , members]) => members.filter((row) => row.status === "divergent").length / members.length;
  const files = grouped(judged, (row) => row.file, (file) => ({ file })).sort((one, other) => share(other) - share(one));
  const lengths = grouped(judged, lengthLabel).sort((one, other) => placeOf(one[0]) - placeOf(other[0]));
  const codes = grouped(judged, (row) => (row.coded ? "with codes" : "without codes")).sort();
  const pairs = grouped(judged, (row) => row.langs.join(" → "));
  byId("strata").replaceChildren(...[
    spread(judged, run),
    files.length > 1 ? groupTable("By file", files, LISTED) : null,
    groupTable("By kind of segment", [...lengths, ...codes, ...(pairs.length > 1 ? pairs : [])], Infinity),
    troubles(run),
  ].filter(Boolean));
};

const placeOf = (label) => LENGTHS.findIndex(([, name]) => name === label);

/** How much the others support what was chosen. */
const spread = (rows, run) => {
  const values = rows.filter((row) => row.divergence !== undefined).map((row) => 1 - row.divergence).sort((one, other) => one - other);
  if (!values.length) return null;
  const { agree_at: agreeAt } = run.decide;
  const [median, worst] = [quantile(values, 0.5), quantile(values, 0.05)];
  const label = `Agreement on what was chosen, from 0 to 1: median ${figure(median)}, worst 5 % ${figure(worst)}; ` +
    `counts as support from ${agreeAt}`;
  return el("section", { class: "stratum" }, el("h3", {}, "Agreement on what was chosen"),
    distribution(binned(values), { label, below: agreeAt, marks: [{ at: agreeAt, kind: "threshold" }, { at: median, kind: "median" }, { at: worst, kind: "worst" }] }),
    el("p", { class: "caption" },
      el("span", { class: "key median" }, "median ", el("b", {}, figure(median))),
      el("span", { class: "key worst" }, "worst 5 % ", el("b", {}, figure(worst))),
      el("span", { class: "key threshold" }, "support from ", el("b", {}, String(agreeAt)))));
};

const groupTable = (title, groups, listed) => {
  const rows = groups.map(([label, view, members]) => {
    const count = (status) => members.filter((row) => row.status === status).length;
    const [divergent, undecided] = [count("divergent"), count("undecided")];
    const bar = el("span", { class: "share", "aria-hidden": "true" }, el("span"));
    bar.firstChild.style.width = `${(100 * divergent) / members.length}%`;
    return el("tr", {},
      el("th", { scope: "row" }, view ? linkTo(view, el("bdi", {}, label)) : label),
      el("td", {}, whole(members.length)),
      el("td", {}, view && divergent ? linkTo({ ...view, status: ["divergent"] }, whole(divergent)) : whole(divergent)),
      el("td", { class: "with-bar" }, percent(divergent, members.length), bar),
      el("td", {}, whole(undecided)));
  });
  const head = el("tr", {}, ["", "segments", "divergent", "share", "undecided"].map((name) => name ? el("th", { scope: "col" }, name) : el("td")));
  const table = (some) => el("table", { class: "groups-table" }, el("thead", {}, head.cloneNode(true)), el("tbody", {}, some));
  return el("section", { class: "stratum" }, el("h3", {}, title),
    el("div", { class: "wide", tabindex: 0, role: "region", "aria-label": title }, table(rows.slice(0, listed))),
    rows.length > listed
      ? el("details", {}, el("summary", {}, `${counted(rows.length - listed, "more file")}`), table(rows.slice(listed)))
      : null);
};

/** What failed, how often, and what to do about it. */
const troubles = (run) => {
  const failures = run.failures ?? [];
  if (!failures.length) return null;
  return el("section", { class: "stratum" }, el("h3", {}, "What failed"),
    el("ul", {}, failures.map((one) => el("li", {},
      linkTo({ engine: `failed:${one.engine}` }, engineName(one.engine)),
      ` ${one.kind} on ${counted(one.segments, "segment")}: `, el("bdi", {}, one.reason), "; ", el("bdi", {}, one.todo)))));
};
