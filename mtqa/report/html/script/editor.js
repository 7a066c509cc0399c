// The reviewer's own text, and the reason for ignoring: two small forms in the open segment.

/** The tokens of inline codes in a text, sorted: what must be the same in source and target. */
const tokensIn = (text, codes) => partsOf(text, codes).filter((part) => part.code !== undefined).map((part) => part.text).sort();

/** What is wrong with the codes of an edited text, in words; empty when nothing is. */
const codeFault = (text, segment) => {
  const sourceCodes = Object.fromEntries(Object.entries(segment.codes ?? {}).filter(([token]) => segment.source.includes(token)));
  const wanted = tokensIn(segment.source, sourceCodes);
  const left = tokensIn(text, sourceCodes);
  const missing = wanted.filter((token) => {
    const at = left.indexOf(token);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  return [missing.length ? `missing: ${missing.join(" ")}` : "", left.length ? `too many: ${left.join(" ")}` : ""]
    .filter(Boolean).join("; ");
};

/** A form for the text; `done(text)` saves it, `done()` leaves it. */
const editorOf = (segment, start, done) => {
  const area = el("textarea", {
    id: "editor", class: "text", rows: Math.min(12, 2 + Math.ceil(start.length / 60)), spellcheck: "true",
    "aria-label": "Your text", "aria-describedby": "editor-fault", ...languageOf(segment.target_lang),
  });
  area.value = start;
  const save = el("button", { type: "submit", class: "primary", "aria-keyshortcuts": "Control+Enter" }, "Save");
  const fault = el("output", { id: "editor-fault", class: "alert", role: "status" });
  const judge = () => {
    const found = codeFault(area.value, segment);
    fault.value = found ? `The inline codes must be those of the source: ${found}` : "";
    save.disabled = Boolean(found) || !area.value.trim();
  };
  const insert = (token) => {
    area.setRangeText(token, area.selectionStart, area.selectionEnd, "end");
    area.focus();
    judge();
  };
  const tokens = Object.keys(segment.codes ?? {}).filter((token) => segment.source.includes(token));
  const form = el("form", { class: "editor" }, area,
    el("div", { class: "tools" }, save, el("button", { type: "button", value: "leave" }, "Cancel"),
      tokens.map((token) => el("button", { type: "button", class: "code", value: token, title: `Insert ${token}` }, token))),
    fault);
  area.addEventListener("input", judge);
  formEvents(form, () => { if (!save.disabled) done(area.value); }, () => done());
  form.addEventListener("click", (event) => {
    const { value, type } = event.target.closest("button") ?? {};
    if (type === "button" && value !== "leave") insert(value);
  });
  judge();
  return form;
};

/** A form for why something does not matter. */
const reasonFormOf = (start, done) => {
  const input = el("input", { id: "reason-text", type: "text", placeholder: "Why it does not matter", "aria-label": "Reason", value: start, autocomplete: "off" });
  const form = el("form", { class: "editor reason-form" }, input,
    el("button", { type: "submit", class: "primary" }, "Ignore"), el("button", { type: "button", value: "leave" }, "Cancel"));
  formEvents(form, () => done(input.value.trim()), () => done());
  return form;
};

const formEvents = (form, save, leave) => {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    save();
  });
  form.addEventListener("click", (event) => {
    if (event.target.closest("button")?.value === "leave") leave();
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") leave();
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) save();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
};
