// The candidates of an open segment: texts with their differences, findings, numbers, and the keys that choose them.

/** `context`: {names, kept, plain}. */
const candidatesOf = (segment, context) => {
  if (!segment.candidates.length) return el("p", { class: "aside" }, "None.");
  return el("ol", { class: "candidates" }, ranked(segment).map((candidate, index) =>
    candidateOf(candidate, index + 1, segment, context)));
};

const candidateOf = (candidate, place, segment, { names, kept, plain }) => {
  const isChosen = candidate.engine === segment.chosen?.engine;
  const same = !isChosen && candidate.target === segment.chosen?.target;
  const base = segment.chosen && !plain ? segment.chosen.target : candidate.target;
  const right = kept && kept.action !== "ignore" && kept.action !== "edit" && kept.engine === candidate.engine;
  return el("li", { class: `${isChosen ? "chosen" : candidate.outlier ? "outlier" : ""}${right ? " right" : ""}` },
    el("div", { class: "who" },
      el("span", { class: "name" },
        segment.status === "protected" ? null : chooseButton(place, candidate, right, names),
        names.shown ? names.node(candidate.engine) : null,
        isChosen ? badge("consensus") : null,
        same ? badge("identical") : null,
        candidate.outlier ? badge("outlier", "strong") : null,
        right ? badge("your choice", "own") : null),
      candidate.utility === undefined ? null : utilityBar(candidate.utility),
      names.shown ? facts(candidate) : null),
    el("div", { class: "what" },
      el("div", { class: "text", ...languageOf(segment.target_lang) },
        candidate.target === "" && base === ""
          ? empty()
          : diffNodes(base, candidate.target, segment.codes, candidate.findings, segment.target_lang)),
      candidate.findings.length ? el("ul", { class: "findings" }, candidate.findings.map(findingOf)) : null,
      names.shown ? scoreOf(candidate) : null,
      samplesOf(candidate, segment)));
};

const badge = (text, kind = "") => el("span", { class: `badge ${kind}` }, text);

const chooseButton = (place, candidate, right, names) =>
  el("button", {
    type: "button", class: "choose", "data-do": "choose", "data-place": place, "aria-pressed": String(Boolean(right)),
    "aria-label": `Choose ${names.text(candidate.engine)}`, "aria-keyshortcuts": place < 10 ? place : undefined,
    title: place < 10 ? `Choose this candidate (${place})` : "Choose this candidate",
  }, place);

/** What an engine says of itself would give its name away. */
const facts = (candidate) => [
  candidate.model === undefined || candidate.model === candidate.engine ? null : small(candidate.model),
  candidate.match === undefined ? null : small(`match ${Math.floor(100 * candidate.match)} %`),
];

const utilityBar = (utility) => {
  const bar = el("span", { class: "utility", title: "Expected utility: mean agreement with the other voters" },
    el("span", { class: "track", "aria-hidden": "true" }, el("span")), el("span", {}, decimal(utility)));
  bar.querySelector(".track span").style.width = `${100 * utility}%`;
  return bar;
};

/** What the choice maximised, and of what it is the sum. The prior of an engine would give its name away. */
const scoreOf = ({ score, parts, vote }) => {
  if (typeof score !== "number") return null;
  const terms = Object.entries(parts ?? {}).filter(([, value]) => Math.abs(value) >= 0.005);
  const sum = terms.map(([name, value]) => `${words(name)} ${signed(value)}`).join(" · ");
  return el("p", { class: "score" }, `score ${decimal(score)}`, sum ? `: ${sum}` : null,
    typeof vote === "number" ? ` · vote counts ${decimal(vote)}` : null);
};

const signed = (value) => (value < 0 ? `−${decimal(-value)}` : `+${decimal(value)}`);

/** What the engine answered when it was asked the same again. */
const samplesOf = (candidate, segment) => {
  const samples = candidate.samples ?? [];
  if (!samples.length) return null;
  return el("details", { class: "samples" },
    el("summary", {}, `asked ${samples.length + 1} times`,
      typeof candidate.self_agreement === "number" ? `, agreement with itself ${decimal(candidate.self_agreement)}` : ""),
    el("ul", {}, samples.map((sample) => el("li", { class: "text", ...languageOf(segment.target_lang) },
      diffNodes(candidate.target, sample, segment.codes, [], segment.target_lang)))));
};

const findingOf = (finding) =>
  el("li", { class: finding.severity, title: issueType(finding) }, el("b", {}, finding.severity), ` ${words(finding.check)}: `,
    el("span", { dir: "auto" }, finding.message));
