// The list of segments. Rows have one height, so that only those in sight need to exist.

const OVERSCAN = 6; // rows beyond each edge of the window
const PRINTED = 500; // rows on paper

class SegmentList {
  /** `rows`: the listbox. The page scrolls, not the list. `decided`: id -> what was decided. */
  constructor(rows, decided) {
    this.rows = rows;
    this.decided = decided;
    this.segments = [];
    this.current = 0;
    this.gap = { after: -1, height: 0 }; // room for a segment that is open between the rows
    this.drawn = new Map();
    this.height = 0;
  }

  /** Draw a row anew, if it is there: something was decided about it. */
  refresh(id) {
    const index = this.segments.findIndex((segment) => segment.id === id);
    const row = this.drawn.get(index);
    if (!row) return;
    this.drawn.delete(index);
    row.remove();
    this.add(index);
    this.mark();
  }

  /** @param {object[]} segments rows of segments, in order */
  show(segments) {
    this.segments = segments;
    this.drawn.clear();
    this.rows.replaceChildren();
    this.measure();
  }

  /** Rows are higher where the list is narrow; the style says how high. */
  measure() {
    this.height = parseFloat(getComputedStyle(this.rows.parentElement).getPropertyValue("--row"));
    this.place();
  }

  place() {
    this.rows.style.height = `${this.topOf(this.segments.length)}px`;
    for (const [index, row] of this.drawn) row.style.top = `${this.topOf(index)}px`;
    this.draw();
  }

  setGap(after, height) {
    if (this.gap.after === after && this.gap.height === height) return;
    this.gap = { after, height };
    this.place();
  }

  topOf(index) {
    return index * this.height + (this.gap.after >= 0 && index > this.gap.after ? this.gap.height : 0);
  }

  indexAt(top) {
    const { after, height } = this.gap;
    const behind = after >= 0 && top > (after + 1) * this.height;
    return Math.floor((behind ? Math.max(top - height, (after + 1) * this.height) : top) / this.height);
  }

  /** Make the rows in sight, drop the others. */
  draw() {
    const top = -this.rows.getBoundingClientRect().top;
    const first = Math.max(this.indexAt(top) - OVERSCAN, 0);
    const bottom = Math.max(top + window.innerHeight, 0); // the first rows are there before they are in sight
    const last = Math.min(this.indexAt(bottom) + OVERSCAN, this.segments.length - 1);
    for (const [index, row] of this.drawn) {
      if (index < first || index > last) {
        row.remove();
        this.drawn.delete(index);
      }
    }
    for (let index = first; index <= last; index += 1) if (!this.drawn.has(index)) this.add(index);
    this.mark();
  }

  add(index) {
    const row = rowOf(this.segments[index], this.decided(this.segments[index].id));
    row.id = `row-${index}`;
    row.dataset.index = index;
    row.setAttribute("aria-posinset", index + 1);
    row.setAttribute("aria-setsize", this.segments.length);
    row.style.top = `${this.topOf(index)}px`;
    // In the order of the list, for those who read the page without seeing it.
    const next = [...this.drawn.keys()].filter((other) => other > index).sort((one, other) => one - other)[0];
    this.rows.insertBefore(row, this.drawn.get(next) ?? null);
    this.drawn.set(index, row);
  }

  setCurrent(index) {
    this.current = Math.max(0, Math.min(index, this.segments.length - 1));
    this.mark();
  }

  mark() {
    for (const [index, row] of this.drawn) row.setAttribute("aria-selected", index === this.current);
    if (this.drawn.has(this.current)) this.rows.setAttribute("aria-activedescendant", `row-${this.current}`);
    else this.rows.removeAttribute("aria-activedescendant");
  }

  /** Scroll so that the current row is between `above` pixels from the top of the window and its bottom. */
  reveal(above, { toTop = false } = {}) {
    const start = this.rows.getBoundingClientRect().top + this.topOf(this.current);
    const end = start + this.height;
    if (toTop || start < above) window.scrollBy(0, start - above);
    else if (end > window.innerHeight) window.scrollBy(0, end - window.innerHeight);
    this.draw();
  }

  /** All rows one after the other, up to what is sensible on paper; returns how many. */
  print() {
    const printed = this.segments.slice(0, PRINTED);
    this.rows.replaceChildren(...printed.map((segment) => rowOf(segment, this.decided(segment.id))));
    return printed.length;
  }
}

const rowOf = (segment, kept) => {
  const codes = codesIn(segment);
  const [sourceLang, targetLang] = segment.langs;
  const target = kept?.target ?? kept?.shown ?? segment.target;
  const reasons = (segment.reasons ?? []).map(words).join(", ");
  return el(
    "div",
    { role: "option", class: `row ${segment.status}${kept ? " reviewed" : ""}` },
    el("div", { class: "row-state" },
      statusMark(segment.status), el("span", { class: "sr" }, segment.status),
      segment.risk === undefined ? null : el("span", { class: "risk", title: riskTitle }, decimal(segment.risk))),
    el("div", { class: "row-source clamp", ...languageOf(sourceLang) }, excerpt(segment.source, codes)),
    target === undefined || target === ""
      ? el("div", { class: "row-target aside" }, segment.protected ? "no target" : "nothing chosen")
      : el("div", { class: "row-target clamp", ...languageOf(targetLang) }, excerpt(target, codes)),
    el("div", { class: "row-why" },
      kept ? el("span", { class: "row-decision" }, `✓ ${DECIDED[kept.action]}`) : null,
      segment.protected ? el("bdi", {}, segment.protected) : reasons),
  );
};

const riskTitle = "Risk: the share of segments in this run that diverge no more than this one, for their length";
