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
    ["Metrics", Object.values(run.metrics).map((signature) => el("div", {}, el("code", {}, signature)))],
    ["Rule", `agreement of ${decide.agree_at} counts as support · outlier from ${decide.outlier_gap} below the others · ` +
      `at least ${decide.min_voters} voters`],
    ["Confidence", confidenceFact(run.calibration)],
    ["Made", `${moment(run.created)}${tookOf(run)} with mtqa ${run.mtqa}${costOf(run)}`],
  ];
  byId("facts").replaceChildren(...facts.map(([term, text]) => el("div", {}, el("dt", {}, term), el("dd", {}, text))));
};

const confidenceFact = (calibration) => {
  if (calibration === undefined) return "uncalibrated";
  if (!calibration.applied) return `uncalibrated: the calibration does not hold here (${calibration.why})`;
  const drifted = calibration.drift.some((one) => one.drifted);
  return [`calibrated on ${counted(calibration.data.labels, "label")}`,
    drifted ? el("b", {}, " · drift: these segments do not look like the calibration data") : null];
};

const costOf = (run) => (run.summary.cost ? `, for ${money(run.summary.cost)}` : "");

/** " in 4 h 12 min", of the start that came to its end: what a run took before it was killed is not known. */
const tookOf = ({ created, finished }) => {
  const took = Math.round((new Date(finished) - new Date(created)) / 1000);
  if (Number.isNaN(took)) return "";
  const [hours, minutes, seconds] = [Math.floor(took / 3600), Math.floor(took / 60) % 60, took % 60];
  const parts = hours ? [[hours, "h"], [minutes, "min"]] : [[minutes, "min"], [seconds, "s"]];
  return ` in ${parts.filter(([value]) => value).map(([value, unit]) => `${value} ${unit}`).join(" ") || "0 s"}`;
};

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
    for (const code of segment.reasons ?? []) counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  const ranked = [...counts].sort((one, other) => other[1] - one[1]);
  if (!ranked.length) return;
  byId("reasons").replaceChildren(
    el("h3", {}, "Why", el("span", { class: "aside" }, " a segment can have several reasons")),
    el("ul", { class: "legend" }, ranked.map(([code, count]) =>
      el("li", {}, linkTo({ status, reason: code }, [el("b", {}, whole(count)), ` ${words(code)}`])))),
  );
};

const drawNotices = (notices = []) => {
  if (!notices.length) return;
  byId("notices").replaceChildren(
    el("details", {},
      el("summary", {}, counted(notices.length, "notice")),
      el("ul", {}, notices.map((notice) => el("li", {}, el("bdi", {}, notice.where), ": ", el("bdi", {}, notice.what))))),
  );
};
