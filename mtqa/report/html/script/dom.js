// Building the page. Everything that a run says goes in as text nodes or plain attributes, never as markup.

/** A new element; undefined and false attributes are left out, null children as well. */
const el = (name, attributes = {}, ...children) =>
  filled(document.createElement(name), attributes, children);

/** A new SVG element. */
const svg = (name, attributes = {}, ...children) =>
  filled(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);

const filled = (node, attributes, children) => {
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return node;
};

const byId = (id) => document.getElementById(id);

const whole = (number) => number.toLocaleString("en");

/** "1 segment", "3 segments". */
const counted = (number, noun) => `${whole(number)} ${noun}${number === 1 ? "" : "s"}`;

const decimal = (number, digits = 2) => number.toFixed(digits);

/** A share in percent. Something is never shown as nothing, nor nearly all as all. */
const percent = (part, total) => {
  if (!total) return "–";
  const share = (100 * part) / total;
  if (share > 0 && share < 1) return "<1%";
  if (share < 100 && share > 99) return ">99%";
  return `${Math.round(share)}%`;
};

/** A code of the data as words: "formatting_error" -> "formatting error". */
const words = (code) => code.replaceAll("_", " ");

/** What other tools call a finding or a reason; nothing in runs that do not say it. */
const issueType = ({ its }) => (its ? `ITS 2.0 issue type: ${its}` : undefined);

/** "0.83 EUR", for each currency. */
const money = (amounts) =>
  Object.entries(amounts ?? {})
    .map(([currency, amount]) => `${amount.toFixed(amount < 0.1 ? 4 : 2)} ${currency}`)
    .join(", ");

const STATUSES = ["divergent", "undecided", "agreed", "protected"];

// One shape for each status, so that colour is never the only sign.
const SHAPES = {
  divergent: ["M8 1.5 15 14H1Z", "M8 6v3.6M8 11.4v.6"],
  undecided: ["M8 1.5A6.5 6.5 0 1 1 8 14.5 6.5 6.5 0 0 1 8 1.5Z", "M4.8 8h6.4"],
  agreed: ["M8 1.5A6.5 6.5 0 1 1 8 14.5 6.5 6.5 0 0 1 8 1.5Z", "M5 8.3l2.2 2.1 3.8-4.4"],
  protected: ["M3 7h10v7.5H3Z", "M5 7V5a3 3 0 0 1 6 0v2"],
};

/** The mark of a status, beside its word: readers who do not see the page get the word alone. */
const statusMark = (status) => {
  const [body, sign] = SHAPES[status] ?? SHAPES.undecided;
  return svg(
    "svg",
    { viewBox: "0 0 16 16", class: `mark ${status}`, "aria-hidden": "true" },
    svg("path", { d: body, class: "body" }),
    svg("path", { d: sign, class: "sign" }),
  );
};

/** The name of an engine, in running text. */
const engineName = (name) => el("bdi", { class: "engine" }, name);
