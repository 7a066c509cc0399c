// The page follows the view: the matching segments, and the open one beside or below its row.

class Page {
  constructor(run, rows, details, list, decisions) {
    Object.assign(this, { run, rows, details, list, decisions });
    this.search = new Search(details);
    this.view = viewOf(location.hash);
    this.wide = window.matchMedia("(min-width: 1000px)");
    this.detail = byId("detail");
    this.segment = undefined; // the open one, with everything that is known of it
    this.last = Promise.resolve();
  }

  /** Act when all that was asked for before is done: a key must meet the segment that the key before it opened. */
  turn(action) {
    const done = this.last.then(action);
    this.last = done.catch(() => {}); // told by the browser as unhandled, through `done`
  }

  get row() {
    return this.list.segments[this.list.current];
  }

  position(id) {
    return this.list.segments.findIndex((row) => row.id === id || row.id.toWellFormed() === id);
  }

  /** Change the view. The address follows without growing the history. */
  change(changed) {
    this.view = { ...this.view, ...changed };
    history.replaceState(null, "", hashOf(this.view));
  }

  /** Show what the view says: controls, matching segments, the open one. */
  async apply() {
    showControls(this.view);
    const matching = await this.matching();
    if (!matching) return; // overtaken by another view
    const kept = this.row?.id;
    this.list.show(sorted(matching, this.view.sort));
    if (this.view.open && this.position(this.view.open) < 0) this.change({ open: "" });
    this.list.setCurrent(Math.max(this.position(this.view.open || kept), 0));
    this.count();
    await this.show();
  }

  count() {
    const broken = byId("query").ariaInvalid === "true";
    const { segments } = this.list;
    byId("count").value = broken ? "not a regular expression" : `${whole(segments.length)} of ${whole(this.rows.length)}`;
    byId("nothing").hidden = segments.length > 0;
    byId("nothing").textContent = this.rows.length ? "No segment matches." : "This run has no segments.";
  }

  async matching() {
    const query = byId("query");
    query.ariaInvalid = "false";
    this.search.stop();
    const rows = this.rows.filter(testOf(this.view, this.decisions));
    if (!this.view.q) return rows;
    try {
      const progress = (share) => { byId("count").value = `reading ${Math.round(100 * share)} %`; };
      return await this.search.find(rows, this.view.q, this.view.regular, progress);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      query.ariaInvalid = "true";
      return [];
    }
  }

  /** Below this line of the window the list is in sight. */
  get stickyLine() {
    return byId("toolbar").offsetHeight;
  }

  /** Draw the open segment. */
  async show() {
    const row = this.view.open ? this.row : undefined;
    const segment = row && (await this.details.of(row));
    if (row !== (this.view.open ? this.row : undefined)) return; // another one was opened meanwhile
    this.segment = segment;
    this.detail.hidden = !segment;
    this.list.rows.parentElement.classList.toggle("split", Boolean(segment));
    this.detail.replaceChildren(...(segment ? detailOf(segment, this.context(row)) : []));
    this.detail.scrollTop = 0;
    this.list.measure();
    this.place();
  }

  context(row) {
    const near = (n) => (this.rows[n]?.file === row.file ? this.rows[n] : undefined);
    return {
      run: this.run,
      names: new Names(this.segment, this.view.names),
      kept: this.decisions.get(row.id),
      plain: this.view.plain,
      around: [near(row.n - 1), near(row.n + 1)],
    };
  }

  /** Draw it anew where it is. */
  async redraw() {
    const scrolled = this.detail.scrollTop;
    await this.show();
    this.detail.scrollTop = scrolled;
  }

  /** Wide windows have the detail beside the list, narrow ones in a gap below its row. */
  place() {
    const inline = !this.wide.matches && !this.detail.hidden;
    this.detail.style.top = inline ? `${(this.list.current + 1) * this.list.height}px` : "";
    this.list.setGap(inline ? this.list.current : -1, inline ? this.detail.offsetHeight : 0);
  }

  async open(index) {
    if (!this.list.segments.length) return;
    this.list.setCurrent(index);
    this.change({ open: this.row.id });
    await this.show();
    const above = this.list.rows.parentElement.getBoundingClientRect().top - this.stickyLine;
    if (this.wide.matches && above > 0) window.scrollBy(0, above); // give the detail the whole window
    this.list.reveal(this.stickyLine, { toTop: !this.wide.matches });
  }

  async close() {
    this.change({ open: "" });
    await this.show();
    this.list.reveal(this.stickyLine);
  }

  async go(index) {
    this.list.rows.focus({ preventScroll: true });
    if (this.view.open) await this.open(Math.max(0, Math.min(index, this.list.segments.length - 1)));
    else {
      this.list.setCurrent(index);
      this.list.reveal(this.stickyLine);
    }
  }

  async toggle(name) {
    this.change({ [name]: !this.view[name] });
    await this.redraw();
  }

  async filter() {
    this.change(readControls());
    const pinned = this.list.rows.parentElement.getBoundingClientRect().top < this.stickyLine;
    await this.apply();
    if (pinned) this.list.reveal(this.stickyLine, { toTop: true }); // the list may now be shorter than where the page was
  }

  // ---- decisions

  /** The segment to decide on: the open one, else the current one is opened. Undefined when nothing may be decided. */
  async subject() {
    if (!this.list.segments.length) return undefined;
    if (!this.view.open) await this.open(this.list.current);
    return this.segment?.status === "protected" ? undefined : this.segment;
  }

  decide(segment, kept) {
    return this.decisions.set(segment.id, { ...kept, blind: !this.view.names, at: new Date().toISOString() });
  }

  async accept() {
    const segment = await this.subject();
    if (!segment || !(segment.kept || segment.chosen)) return;
    await this.decide(segment, { action: "accept", engine: segment.kept ? undefined : segment.chosen.engine });
  }

  async choose(place) {
    const segment = await this.subject();
    const candidate = segment && ranked(segment)[place - 1];
    if (!candidate) return;
    const same = candidate.engine === segment.chosen?.engine && !segment.kept;
    const shown = same ? undefined : candidate.target.slice(0, 280);
    await this.decide(segment, { action: same ? "accept" : "choose", engine: candidate.engine, shown });
  }

  async edit() {
    const segment = await this.subject();
    if (!segment) return;
    const kept = this.decisions.get(segment.id);
    const engine = kept?.engine ?? (segment.kept ? undefined : segment.chosen?.engine);
    const start = (kept && decidedTarget(kept, segment)) ?? (segment.kept ? segment.existing : segment.chosen?.target) ?? segment.existing ?? "";
    this.ask(editorOf(segment, start, (target) => {
      if (target !== undefined) this.decide(segment, { action: "edit", engine, target });
      else this.leaveForm();
    }), "#editor");
  }

  async ignore() {
    const segment = await this.subject();
    if (!segment) return;
    this.ask(reasonFormOf(this.decisions.get(segment.id)?.reason ?? "", (reason) => {
      if (reason !== undefined) this.decide(segment, { action: "ignore", reason: reason || undefined });
      else this.leaveForm();
    }), "#reason-text");
  }

  async undo() {
    const id = this.decisions.undo(this.view.open ? this.row?.id : undefined);
    const place = id === undefined ? -1 : this.position(id);
    if (this.view.open && place >= 0 && place !== this.list.current) await this.open(place);
  }

  ask(form, field) {
    this.detail.querySelector(".form-place").replaceChildren(form);
    this.place();
    form.scrollIntoView({ block: "nearest" });
    const input = form.querySelector(field);
    input.focus();
    input.setSelectionRange(input.value.length, input.value.length);
  }

  leaveForm() {
    this.detail.querySelector(".form-place").replaceChildren();
    this.place();
    this.list.rows.focus({ preventScroll: true });
  }

  /** A decision has changed: that of one segment, or any. */
  async decided(id) {
    showDecisions(this.decisions, this.rows);
    if (id === undefined) await this.apply();
    else {
      this.list.refresh(id);
      if (this.segment?.id === id) {
        await this.redraw();
        this.list.rows.focus({ preventScroll: true });
      }
    }
  }
}

/** How far the review is. */
const showDecisions = (decisions, rows) => {
  const open = rows.filter((row) => row.status !== "protected").length;
  byId("progress").value = decisions.size ? `${whole(decisions.size)} of ${whole(open)} reviewed` : "";
  byId("export").disabled = decisions.size === 0;
  byId("problem").textContent = decisions.problem;
  byId("problem").hidden = !decisions.problem;
};
