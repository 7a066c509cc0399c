// The view: which segments are shown and which one is open. It lives in the address, and nowhere else.

/**
 * @typedef {object} View
 * @property {string[]} status    none: all
 * @property {string} reason
 * @property {string} engine      "role:name"; without a name any engine
 * @property {string} check
 * @property {string} file
 * @property {string} q           what is searched
 * @property {boolean} regular    whether `q` is a regular expression
 * @property {string} open        id of the open segment
 * @property {boolean} plain      whether differences are hidden
 */

const FIELDS = ["reason", "engine", "check", "file", "q", "open"];
const SWITCHES = ["regular", "plain"];

/** @returns {View} */
const viewOf = (hash) => {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  return {
    status: (given.get("status") ?? "").split(",").filter((status) => STATUSES.includes(status)),
    ...Object.fromEntries(FIELDS.map((field) => [field, given.get(field) ?? ""])),
    ...Object.fromEntries(SWITCHES.map((field) => [field, given.has(field)])),
  };
};

/** The address of a view; `viewOf(hashOf(view))` is the view. @param {Partial<View>} view */
const hashOf = (view) => {
  const given = new URLSearchParams();
  if (view.status?.length) given.set("status", view.status.join(","));
  for (const field of FIELDS) if (view[field]) given.set(field, view[field]);
  for (const field of SWITCHES) if (view[field]) given.set(field, "");
  return `#${given}`;
};

/** What part an engine plays in a segment: role -> (segment, whether the name fits) -> boolean. */
const ROLES = {
  outlier: (segment, fits) => segment.candidates.some((one) => one.outlier && fits(one.engine)),
  findings: (segment, fits) => segment.candidates.some((one) => one.findings.length > 0 && fits(one.engine)),
  failed: (segment, fits) => segment.failures.some((one) => one.kind !== "abstained" && fits(one.engine)),
  chosen: (segment, fits) => segment.chosen !== undefined && fits(segment.chosen.engine),
};
const ROLE_WORDS = { outlier: "is outlier", findings: "has findings", failed: "failed", chosen: "is chosen" };

const engineTest = (wanted) => {
  const [role, ...rest] = wanted.split(":");
  const name = rest.join(":");
  return (segment) => ROLES[role]?.(segment, (engine) => !name || engine === name) ?? true;
};

/** What the search looks at. */
const searchable = (segment) => {
  const { id, unit, note, source, existing, codes } = segment;
  const texts = [source, existing, ...segment.candidates.map((candidate) => candidate.target)].filter(Boolean);
  const bare = codes ? texts.map((text) => bareOf(partsOf(text, codes))) : [];
  return [id, unit, note, ...texts, ...bare].filter(Boolean);
};

/** Whether a segment belongs to the view. Throws SyntaxError for a broken regular expression. */
const testOf = (view) => {
  const tests = [];
  if (view.status.length) tests.push((segment) => view.status.includes(segment.status));
  if (view.file) tests.push((segment) => segment.file === view.file);
  if (view.reason) tests.push((segment) => segment.reasons.some((reason) => reason.code === view.reason));
  if (view.engine) tests.push(engineTest(view.engine));
  if (view.check) {
    const reports = (candidate) => candidate.findings.some((finding) => finding.check === view.check);
    tests.push((segment) => segment.candidates.some(reports));
  }
  if (view.q) {
    const pattern = new RegExp(view.regular ? view.q : literally(view.q), "iu");
    tests.push((segment) => searchable(segment).some((text) => pattern.test(text)));
  }
  return (segment) => tests.every((test) => test(segment));
};

/** Worst first: by status, then by risk; equals stay in document order. */
const worstFirst = (segments) => {
  const rank = new Map(STATUSES.map((status, index) => [status, index]));
  return segments.toSorted(
    (one, other) => rank.get(one.status) - rank.get(other.status) || (other.risk ?? 0) - (one.risk ?? 0),
  );
};
