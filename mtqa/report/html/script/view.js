// The view: which segments are shown, in which order, and which one is open. It lives in the address, and nowhere else.

/**
 * @typedef {object} View
 * @property {string[]} status    none: all
 * @property {string} reason
 * @property {string} engine      "role:name"; without a name any engine
 * @property {string} check
 * @property {string} severity
 * @property {string} file
 * @property {string} state       of the target in the file
 * @property {string} reviewed    "yes", "no", or an action
 * @property {string} sort        see SORTS
 * @property {string} q           what is searched
 * @property {boolean} regular    whether `q` is a regular expression
 * @property {string} open        id of the open segment
 * @property {boolean} plain      whether differences are hidden
 * @property {boolean} names      whether engines are called by their names
 */

const FIELDS = ["reason", "engine", "check", "severity", "file", "state", "reviewed", "sort", "q", "open"];
const SWITCHES = ["regular", "plain", "names"];

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

/** What part an engine plays in a segment: role -> the engines that play it. */
const ROLES = {
  outlier: (row) => row.outliers,
  findings: (row) => row.faulty,
  failed: (row) => row.failed,
  chosen: (row) => (row.chosen === undefined ? undefined : [row.chosen]),
};
const ROLE_WORDS = { outlier: "is outlier", findings: "has findings", failed: "failed", chosen: "is chosen" };

const engineTest = (wanted) => {
  const [role, ...rest] = wanted.split(":");
  const name = rest.join(":");
  const players = Object.hasOwn(ROLES, role) ? ROLES[role] : () => [""];
  return (row) => (name ? (players(row)?.includes(name) ?? false) : players(row) !== undefined);
};

const reviewTest = (wanted, decisions) => {
  if (wanted === "yes") return (row) => decisions.has(row.id);
  if (wanted === "no") return (row) => !decisions.has(row.id) && row.status !== "protected";
  return (row) => decisions.get(row.id)?.action === wanted;
};

/** Whether a row belongs to the view, but for what is searched. */
const testOf = (view, decisions) => {
  const tests = [];
  if (view.status.length) tests.push((row) => view.status.includes(row.status));
  for (const field of ["file", "state"]) if (view[field]) tests.push((row) => row[field] === view[field]);
  const many = { reason: "reasons", check: "checks", severity: "severities" };
  for (const [field, key] of Object.entries(many)) {
    if (view[field]) tests.push((row) => row[key]?.includes(view[field]));
  }
  if (view.engine) tests.push(engineTest(view.engine));
  if (view.reviewed) tests.push(reviewTest(view.reviewed, decisions));
  return (row) => tests.every((test) => test(row));
};

const rankOf = new Map(STATUSES.map((status, index) => [status, index]));

/** Orders; equals stay in document order. The first one is what is shown without being asked. */
const SORTS = {
  "": ["worst first", (one, other) =>
    rankOf.get(one.status) - rankOf.get(other.status) || (other.risk ?? 0) - (one.risk ?? 0)],
  document: ["document order", (one, other) => one.n - other.n],
  longest: ["longest first", (one, other) => other.length - one.length],
  shortest: ["shortest first", (one, other) => one.length - other.length],
};

const sorted = (rows, sort) => rows.toSorted((Object.hasOwn(SORTS, sort) ? SORTS[sort] : SORTS[""])[1]);
