// One segment, opened: what was said about it, by whom, and why one was chosen.

/** The nodes of the detail. `plain`: without differences. */
const detailOf = (segment, run, plain) => [
  detailHead(segment, plain),
  verdictOf(segment),
  sourceOf(segment),
  section("Candidates", candidatesOf(segment, plain)),
  segment.failures.length
    ? section("No candidate", el("ul", { class: "failures" }, segment.failures.map(failureOf)))
    : null,
  matrixSection(segment, run),
].filter(Boolean);

const section = (title, ...content) => el("section", {}, el("h4", {}, title), content);

const detailHead = (segment, plain) =>
  el("header", { class: "detail-head" },
    el("h3", {}, statusMark(segment.status), ` ${segment.status} `,
      segment.risk === undefined ? null : el("span", { class: "aside", title: riskTitle }, `risk ${decimal(segment.risk)}`)),
    el("div", { class: "tools" },
      el("button", { type: "button", "data-do": "previous", "aria-label": "Previous segment", title: "Previous (k)" }, "↑"),
      el("button", { type: "button", "data-do": "next", "aria-label": "Next segment", title: "Next (j)" }, "↓"),
      el("button", { type: "button", "data-do": "plain", "aria-pressed": String(!plain), title: "Show differences (d)" }, "Diff"),
      el("button", { type: "button", "data-do": "close", "aria-label": "Close", title: "Close (Esc)" }, "✕")),
    el("p", { class: "where" }, el("bdi", {}, segment.id),
      segment.unit ? [" · unit ", el("bdi", {}, segment.unit)] : null,
      segment.state ? ` · state ${segment.state}` : null));

const verdictOf = (segment) =>
  el("div", { class: "verdict" },
    el("p", {}, sentenceOf(segment)),
    segment.kept && !segment.protected ? el("p", {}, "The existing target was kept in the file.") : null,
    segment.reasons.length ? el("ul", { class: "reasons" }, segment.reasons.map((reason) =>
      el("li", {}, el("b", {}, words(reason.code)), " ", el("span", { dir: "auto" }, reason.evidence)))) : null);

const sentenceOf = (segment) => {
  const { chosen, voters, supporters, divergence } = segment;
  if (segment.status === "protected") return ["Left alone: ", el("bdi", {}, segment.protected ?? "protected"), "."];
  if (!chosen) return `Nothing chosen: ${counted(voters.length, "voter")}, none of them elected.`;
  const others = supporters.filter((engine) => engine !== chosen.engine);
  return [
    engineName(chosen.engine), ` is chosen: supported by ${supporters.length} of ${counted(voters.length, "voter")}`,
    others.length ? [" (itself, ", others.map((engine, index) => [index ? ", " : null, engineName(engine)]), ")"] : " (itself alone)",
    divergence === undefined ? "." : `, divergence ${decimal(divergence)}.`,
  ];
};

const sourceOf = (segment) =>
  el("dl", { class: "texts" },
    text("Source", segment.source, segment, segment.source_lang),
    segment.note ? el("div", {}, el("dt", {}, "Note"), el("dd", { class: "note", dir: "auto" }, segment.note)) : null,
    segment.existing === undefined ? null : text("Existing", segment.existing, segment, segment.target_lang));

const text = (label, content, segment, tag) =>
  el("div", {},
    el("dt", {}, label, el("small", {}, tag)),
    el("dd", { class: "text", ...languageOf(tag) }, content === "" ? empty() : textNodes(content, segment.codes)));

const empty = () => el("span", { class: "aside", lang: "en", dir: "ltr" }, "empty");

/** The chosen one first, then by expected utility. */
const candidatesOf = (segment, plain) => {
  if (!segment.candidates.length) return el("p", { class: "aside" }, "None.");
  const rank = (one) => (one.engine === segment.chosen?.engine ? 2 : one.utility ?? -1);
  const ranked = segment.candidates.toSorted((one, other) => rank(other) - rank(one));
  return el("ul", { class: "candidates" }, ranked.map((candidate) => candidateOf(candidate, segment, plain)));
};

const candidateOf = (candidate, segment, plain) => {
  const isChosen = candidate.engine === segment.chosen?.engine;
  const same = !isChosen && candidate.target === segment.chosen?.target;
  const base = segment.chosen && !plain ? segment.chosen.target : candidate.target;
  return el("li", { class: isChosen ? "chosen" : candidate.outlier ? "outlier" : "" },
    el("div", { class: "who" },
      el("span", { class: "name" }, engineName(candidate.engine),
        isChosen ? el("span", { class: "badge" }, "chosen") : null,
        same ? el("span", { class: "badge" }, "identical") : null,
        candidate.outlier ? el("span", { class: "badge strong" }, "outlier") : null),
      candidate.utility === undefined ? null : utilityBar(candidate.utility),
      candidate.model === candidate.engine ? null : small(candidate.model),
      candidate.match === undefined ? null : small(`match ${Math.floor(100 * candidate.match)} %`)),
    el("div", { class: "what" },
      el("div", { class: "text", ...languageOf(segment.target_lang) },
        candidate.target === "" && base === ""
          ? empty()
          : diffNodes(base, candidate.target, segment.codes, candidate.findings, segment.target_lang)),
      candidate.findings.length ? el("ul", { class: "findings" }, candidate.findings.map(findingOf)) : null));
};

const utilityBar = (utility) => {
  const bar = el("span", { class: "utility", title: "Expected utility: mean agreement with the other voters" },
    el("span", { class: "track", "aria-hidden": "true" }, el("span")), el("span", {}, decimal(utility)));
  bar.querySelector(".track span").style.width = `${100 * utility}%`;
  return bar;
};

const findingOf = (finding) =>
  el("li", { class: finding.severity }, el("b", {}, finding.severity), ` ${words(finding.check)}: `,
    el("span", { dir: "auto" }, finding.message));

const failureOf = (failure) =>
  el("li", {}, engineName(failure.engine), ` ${failure.kind}: `, el("span", { dir: "auto" }, failure.reason));

const matrixSection = (segment, run) => {
  const tables = matrices(segment, run);
  if (!tables.length) return null;
  return section("Agreement",
    el("p", { class: "aside" }, "Each row is a candidate, measured against the one in the column. ",
      `Bold: ${run.decide.agree_at} or more, which counts as support.`),
    tables);
};
