// Whether confidence can be believed: the reliability plot, what may be accepted unseen, and drift.

const PLOT = 200;

/** Where confidence `x` and the share that was right `y` stand in the plot. */
const spot = (x, y) => [PLOT * x, PLOT * (1 - y)].map((place) => Math.round(place * 10) / 10);

/** Points of the reliability plot with their intervals; on the diagonal, confidence is what it says. */
const reliabilityPlot = (points) => {
  const label = points.map((point) => `confidence ${decimal(point.confidence)}: ${decimal(point.right)} right of ${point.n}`).join("; ");
  const drawn = points.map(({ confidence, right, low, high }) => {
    const [x, y] = spot(confidence, right);
    return [
      svg("line", { x1: x, x2: x, y1: spot(0, low)[1], y2: spot(0, high)[1], class: "whisker" }),
      svg("circle", { cx: x, cy: y, r: 3.5, class: "dot" }),
    ];
  });
  const ticks = [0, 0.5, 1].flatMap((at) => [
    svg("text", { x: PLOT * at, y: PLOT + 16, class: "tick", "text-anchor": "middle" }, String(at)),
    svg("text", { x: -6, y: PLOT * (1 - at) + 4, class: "tick", "text-anchor": "end" }, String(at)),
  ]);
  return svg("svg", { viewBox: `-28 -8 ${PLOT + 40} ${PLOT + 48}`, class: "reliability", role: "img", "aria-label": `Reliability: ${label}` },
    svg("rect", { x: 0, y: 0, width: PLOT, height: PLOT, class: "frame" }),
    svg("line", { x1: 0, y1: PLOT, x2: PLOT, y2: 0, class: "threshold" }), drawn, ticks,
    svg("text", { x: PLOT / 2, y: PLOT + 34, class: "tick", "text-anchor": "middle" }, "confidence; upwards: share that was right"));
};

const estimated = ({ value, low, high }) => (low === undefined ? decimal(value) : `${decimal(value)} [${decimal(low)}, ${decimal(high)}]`);

const worth = (name, { before, after }) =>
  el("tr", {}, el("th", { scope: "row" }, name), el("td", {}, estimated(before)), el("td", {}, estimated(after)));

const acceptance = ({ strata }) => Object.entries(strata).map(([name, one]) => el("li", {}, el("bdi", {}, name), ": ",
  one.threshold === undefined
    ? `nothing is accepted unseen, from ${counted(one.labels, "label")}: ${one.why}`
    : `accepted unseen from ${decimal(one.threshold)} on: ${one.errors} of ${counted(one.accepted, "label")} wrong, at most ${decimal(100 * one.bound, 1)} %`));

const driftOf = (drift) => {
  const moved = drift.filter((one) => one.drifted);
  if (!drift.length) return el("p", { class: "aside" }, "Too few segments to say whether they look like the calibration data.");
  if (!moved.length) return el("p", { class: "aside" }, "These segments look like the calibration data.");
  return el("p", { class: "alert" }, "Drift: these segments do not look like the calibration data. ",
    moved.map((one) => `${one.feature}: PSI ${decimal(one.psi)}, at most ${decimal(one.limit)}`).join("; "),
    ". Confidence may not hold: label some of them and calibrate again.");
};

const drawCalibration = (calibration) => {
  if (calibration === undefined || !calibration.applied) return;
  const { accept, evaluation, data, accepted, segments, drift } = calibration;
  const numbers = [["AUROC", evaluation.auroc], ["Brier score", evaluation.brier]].filter(([, one]) => one?.after);
  byId("calibration").replaceChildren(el("section", { "aria-labelledby": "calibration-title" },
    el("h2", { id: "calibration-title" }, "Confidence"),
    driftOf(drift),
    el("p", {}, `${whole(accepted)} of ${counted(segments, "segment")} may be accepted unseen (${percent(accepted, segments)}): `,
      `at most ${percent(accept.risk, 1)} of such segments are wrong, with confidence ${percent(accept.confidence, 1)}.`),
    el("div", { class: "calibration" }, reliabilityPlot(evaluation.reliability), el("div", {},
      el("table", {}, el("thead", {}, el("tr", {}, el("td", {}), el("th", { scope: "col" }, "before"), el("th", { scope: "col" }, "calibrated"))),
        el("tbody", {}, numbers.map(([name, one]) => worth(name, one)))),
      el("ul", {}, acceptance(accept)),
      el("p", { class: "aside" }, `From ${counted(data.labels, "label")}, ${whole(data.wrong)} of them wrong; cross-validated by document, `,
        "intervals of 95 %. Whiskers are of 95 %.")))));
};
