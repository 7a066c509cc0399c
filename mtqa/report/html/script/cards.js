// A card for each engine: what it contributed, how close it is to the others, what it cost.

const drawCards = (run) => {
  const cards = Object.entries(run.summary.engines);
  const peak = Math.max(...cards.flatMap(([, { agreement }]) => (agreement ? shares(agreement.histogram) : [])), 0);
  byId("cards").replaceChildren(...cards.map(([name, card]) => cardOf(name, card, run, peak)));
};

const cardOf = (name, card, run, peak) => {
  const { use } = run.engines[name] ?? {};
  const facts = [
    ["Candidates", [whole(card.candidates), small(card.abstained && `${whole(card.abstained)} abstained`)]],
    ["Chosen", part("chosen", name, card.chosen, card.candidates)],
    ["Outlier", part("outlier", name, card.outliers, card.candidates)],
    ["Findings", findingCounts(card, name)],
    ["Failed", card.failures ? linkTo({ engine: `failed:${name}` }, whole(card.failures)) : "0"],
    card.latency_ms === undefined ? null : ["Latency, median", duration(card.latency_ms)],
    card.cost ? ["Cost", money(card.cost)] : null,
  ].filter(Boolean);
  return el("article", { class: "card" },
    el("h3", {}, engineName(name), use && use !== name ? el("small", {}, use) : null),
    card.agreement ? agreementOf(name, card.agreement, run.decide.agree_at, peak) : el("p", { class: "aside" }, "Compared with no other engine."),
    el("dl", {}, facts.map(([term, value]) => el("div", {}, el("dt", {}, term), el("dd", {}, value)))));
};

const agreementOf = (name, agreement, agreeAt, peak) => {
  const { median, mean, p5, stdev } = agreement;
  const label = `Agreement of ${name} with the others, from 0 to 1: median ${figure(median)}, worst 5 % ${figure(p5)}, ` +
    `mean ${figure(mean)}, spread ${figure(stdev)}; counts as support from ${agreeAt}`;
  return el("figure", {},
    distribution(agreement.histogram, {
      label, peak, below: agreeAt,
      marks: [{ at: agreeAt, kind: "threshold" }, { at: median, kind: "median" }, { at: p5, kind: "worst" }],
    }),
    el("figcaption", {},
      el("span", { class: "key median" }, "median ", el("b", {}, figure(median))),
      el("span", { class: "key worst" }, "worst 5 % ", el("b", {}, figure(p5))),
      el("span", { class: "aside" }, `mean ${figure(mean)} ± ${figure(stdev)}`)));
};

const small = (text) => (text ? el("small", {}, text) : null);
const figure = (value) => (value === undefined ? "–" : decimal(value));
const duration = (ms) => (ms < 1000 ? `${Math.round(ms)} ms` : `${decimal(ms / 1000, 1)} s`);

const part = (role, name, count, total) =>
  count ? [linkTo({ engine: `${role}:${name}` }, whole(count)), small(percent(count, total))] : "0";

const findingCounts = (card, name) => {
  if (!card.errors && !card.warnings) return "none";
  const severities = [card.errors && counted(card.errors, "error"), card.warnings && counted(card.warnings, "warning")];
  const checks = Object.entries(card.findings).map(([check, count]) => `${words(check)} ${whole(count)}`);
  return [linkTo({ engine: `findings:${name}` }, severities.filter(Boolean).join(", ")), small(checks.join(" · "))];
};
