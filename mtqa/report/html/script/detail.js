// One segment, opened: what was said about it, by whom, why one was chosen, and what the reviewer decided.

/** The nodes of the detail. `context`: {run, names, kept, plain, around: [row before, row after]}. */
const detailOf = (segment, context) => [
  detailHead(segment, context),
  decisionBar(segment, context),
  verdictOf(segment, context),
  sourceOf(segment, context),
  section("Candidates", candidatesOf(segment, context)),
  segment.failures.length ? section("No candidate", failuresOf(segment, context.names)) : null,
  matrixSection(segment, context),
].filter(Boolean);

const section = (title, ...content) => el("section", {}, el("h4", {}, title), content);

const detailHead = (segment, { names, plain }) =>
  el("header", { class: "detail-head" },
    el("h3", {}, statusMark(segment.status), ` ${segment.status} `,
      segment.risk === undefined ? null : el("span", { class: "aside", title: riskTitle }, `risk ${decimal(segment.risk)}`)),
    el("div", { class: "tools" },
      tool("previous", "↑", "Previous segment", "k"),
      tool("next", "↓", "Next segment", "j"),
      tool("plain", "Diff", "Show differences", "d", !plain),
      tool("names", "Names", "Show the names of the engines", "b", names.shown),
      tool("close", "✕", "Close", "Escape")),
    el("p", { class: "where" }, el("bdi", {}, segment.id),
      segment.unit ? [" · unit ", el("bdi", {}, segment.unit)] : null,
      segment.state ? [" · state ", el("bdi", {}, segment.state)] : null));

const tool = (action, text, label, key, pressed) =>
  el("button", {
    type: "button", "data-do": action, "aria-label": label, title: `${label} (${key === "Escape" ? "Esc" : key})`,
    "aria-keyshortcuts": key, "aria-pressed": pressed === undefined ? undefined : String(pressed),
  }, text);

/** What may be decided, and what was. */
const decisionBar = (segment, { kept }) => {
  if (segment.status === "protected") return null;
  const standing = segment.kept ? "the existing target" : "the consensus";
  const acceptable = segment.kept || segment.chosen;
  return el("div", { class: "decision" },
    el("div", { class: "tools" },
      acceptable ? act("accept", "Accept", `Accept ${standing}`, "a", kept?.action === "accept") : null,
      act("edit", "Edit", "Write your own text", "e", kept?.action === "edit"),
      act("ignore", "Ignore", "What was reported does not matter", "i", kept?.action === "ignore"),
      act("undo", "Undo", "Undo the last decision", "u")),
    el("p", { class: "decided", role: "status" }, kept ? decidedLine(kept) : "Not reviewed."),
    el("div", { class: "form-place" }));
};

const act = (action, text, label, key, pressed) =>
  el("button", {
    type: "button", "data-do": action, title: `${label} (${key})`, "aria-keyshortcuts": key,
    "aria-pressed": pressed === undefined ? undefined : String(pressed),
  }, text, el("kbd", { "aria-hidden": "true" }, key));

const decidedLine = (kept) => [
  el("b", {}, `✓ ${DECIDED[kept.action]}`), kept.reason ? [": ", el("bdi", {}, kept.reason)] : null,
];

const verdictOf = (segment, { names }) =>
  el("div", { class: "verdict" },
    el("p", {}, sentenceOf(segment, names)),
    netOf(segment, names),
    segment.kept && !segment.protected ? el("p", {}, "The existing target was kept in the file.") : null,
    segment.reasons.length ? el("ul", { class: "reasons" }, segment.reasons.map((reason) =>
      el("li", { title: issueType(reason) }, el("b", {}, words(reason.code)), " ",
        el("span", { dir: "auto" }, names.evidence(reason.evidence, reason.engines))))) : null,
    segment.status === "protected" ? null : el("p", { class: "aside confidence" }, confidenceOf(segment)));

const sentenceOf = (segment, names) => {
  const { chosen, voters, supporters, divergence } = segment;
  if (segment.status === "protected") return ["Left alone: ", el("bdi", {}, segment.protected ?? "protected"), "."];
  if (!chosen) return `Nothing chosen: ${counted(voters.length, "voter")}, none of them elected.`;
  const others = supporters.filter((engine) => engine !== chosen.engine);
  return [
    names.shown ? names.node(chosen.engine) : "Candidate 1", ` is chosen: supported by ${supporters.length} of ${counted(voters.length, "voter")}`,
    others.length ? [" (itself, ", others.map((engine, index) => [index ? ", " : null, names.node(engine)]), ")"] : " (itself alone)",
    divergence === undefined ? "." : `, divergence ${decimal(divergence)}.`,
  ];
};

/** Why another than the primary engine was taken. */
const netOf = ({ overruled }, names) =>
  overruled ? el("p", {}, el("b", {}, "overruled "), names.evidence(overruled.evidence, [overruled.engine])) : null;

const confidenceOf = ({ confidence, auto_accept: accepted }) => {
  if (confidence === undefined) return "Agreement is not quality. No confidence is stated: there is nothing to be confident of.";
  const value = decimal(confidence.value);
  if (!confidence.calibrated) return `Confidence uncalibrated: agreement ${value} is an order, not a probability.`;
  const may = accepted ? "May be accepted unseen: the error rate of such segments is bounded." : "To be looked at.";
  return `Confidence ${value}, calibrated on reviewed data. ${may}`;
};

/** The source between its neighbours, with what else is known of it. */
const sourceOf = (segment, { around: [before, after] }) =>
  el("dl", { class: "texts" },
    neighbour("Before", before),
    text("Source", segment.source, segment, segment.source_lang),
    neighbour("After", after),
    segment.note ? el("div", {}, el("dt", {}, "Note"), el("dd", { class: "note", dir: "auto" }, segment.note)) : null,
    segment.existing === undefined ? null : text("Existing", segment.existing, segment, segment.target_lang));

const neighbour = (label, row) => row
  ? el("div", { class: "neighbour" }, el("dt", {}, label),
    el("dd", { class: "clamp", ...languageOf(row.langs[0]) }, excerpt(row.source, codesIn(row))))
  : null;

const codesIn = (row) => Object.fromEntries((row.tokens ?? []).map((token) => [token, token]));

const text = (label, content, segment, tag) =>
  el("div", {},
    el("dt", {}, label, el("small", {}, tag)),
    el("dd", { class: "text", ...languageOf(tag) }, content === "" ? empty() : textNodes(content, segment.codes)));

const empty = () => el("span", { class: "aside", lang: "en", dir: "ltr" }, "empty");

const failuresOf = (segment, names) =>
  el("ul", { class: "failures" }, segment.failures.map((failure) => names.shown
    ? el("li", {}, names.node(failure.engine), ` ${failure.kind}: `, el("span", { dir: "auto" }, failure.reason))
    : el("li", {}, `an engine ${failure.kind}`)));

const matrixSection = (segment, { run, names }) => {
  const tables = matrices(segment, run, names);
  if (!tables.length) return null;
  return section("Agreement",
    el("p", { class: "aside" }, "Each row is a candidate, measured against the one in the column. ",
      `Bold: ${run.decide.agree_at} or more, which counts as support.`),
    tables);
};
