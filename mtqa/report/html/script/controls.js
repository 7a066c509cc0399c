// The filters and the theme: what the reader may set.

const option = (value, label = value) => el("option", { value }, label);

/** All values of a field of rows that has one value, or several. */
const valuesOf = (rows, field) => {
  const found = new Set();
  for (const row of rows) for (const value of [row[field] ?? []].flat()) found.add(value);
  return [...found].sort();
};

/** Fill the filters with what occurs in the run. */
const drawControls = (rows, run) => {
  for (const status of STATUSES) {
    byId("status").append(el("label", { class: "toggle" },
      el("input", { type: "checkbox", value: status }), statusMark(status), el("span", {}, status)));
  }
  const engines = Object.keys(run.engines);
  const groups = Object.entries(ROLE_WORDS).map(([role, label]) => el("optgroup", { label: `Engine ${label}` },
    option(`${role}:`, `any engine ${label}`), engines.map((name) => option(`${role}:${name}`, `${name} ${label}`))));
  byId("engine").append(option("", "Engine"), ...groups);
  const lists = [["reason", "reasons", words], ["check", "checks", words], ["severity", "severities", words], ["state", "state"]];
  for (const [name, field, say] of lists) {
    const values = valuesOf(rows, field);
    byId(name).append(option("", name[0].toUpperCase() + name.slice(1)), ...values.map((value) => option(value, say?.(value))));
    byId(name).hidden = values.length === 0;
  }
  byId("file").append(option("", "File"), ...run.inputs.map((input) => option(input.file)));
  byId("file").hidden = run.inputs.length < 2;
  byId("reviewed").append(option("", "Review"), option("no", "not reviewed"), option("yes", "reviewed"),
    ...Object.entries(DECIDED).map(([action, label]) => option(action, label)));
  byId("sort").append(...Object.entries(SORTS).map(([name, [label]]) => option(name, label)));
};

const CHOICES = ["reason", "engine", "check", "severity", "file", "state", "reviewed", "sort"];
const statusBoxes = () => [...byId("status").querySelectorAll("input")];

/** Make the controls say what the view says. @param {View} view */
const showControls = (view) => {
  for (const box of statusBoxes()) box.checked = view.status.includes(box.value);
  for (const name of CHOICES) {
    byId(name).value = view[name];
    byId(name).classList.toggle("on", view[name] !== "" && name !== "sort");
  }
  if (byId("query").value !== view.q) byId("query").value = view.q;
  byId("regular").checked = view.regular;
  const used = CHOICES.filter((name) => name !== "sort" && view[name]).length + (view.status.length ? 1 : 0);
  byId("more").textContent = used ? `Filters (${used})` : "Filters";
  byId("clear").disabled = used === 0 && !view.q;
};

/** What the controls say. @returns {Partial<View>} */
const readControls = () => ({
  status: statusBoxes().filter((box) => box.checked).map((box) => box.value),
  ...Object.fromEntries(CHOICES.map((name) => [name, byId(name).value])),
  q: byId("query").value,
  regular: byId("regular").checked,
});

const THEMES = ["auto", "light", "dark"];

/** Storage may be forbidden to a local file; the choice then lasts as long as the page. */
const stored = (write) => {
  try {
    if (write) localStorage.setItem("mtqa-theme", write);
    return localStorage.getItem("mtqa-theme");
  } catch {
    return null;
  }
};

const showTheme = (theme) => {
  document.documentElement.dataset.theme = theme;
  byId("theme").textContent = `Theme: ${theme}`;
};

const nextTheme = () => {
  const next = THEMES[(THEMES.indexOf(document.documentElement.dataset.theme) + 1) % THEMES.length];
  showTheme(next);
  stored(next);
};
