// What the reviewer decides. Kept by the browser under the fingerprint of the run, so that it survives a reload and
// never meets another run; texts are not kept, they are in the run.

/**
 * @typedef {object} Kept
 * @property {"accept"|"choose"|"edit"|"ignore"} action
 * @property {string} [engine]   whose candidate is right, or was edited
 * @property {string} [target]   of an edit
 * @property {string} [shown]    of another choice: how its candidate begins, for the list
 * @property {string} [reason]
 * @property {boolean} blind     whether the names of engines were hidden
 * @property {string} at         ISO 8601
 */

const DECIDED = { accept: "accepted", choose: "chosen by you", edit: "edited", ignore: "ignored" };

class Decisions {
  /** `changed` is called after every change, with the id where one segment is concerned; a promise of it drawn. */
  constructor(fingerprint, changed) {
    this.key = `mtqa-decisions:${fingerprint}`;
    this.changed = changed;
    this.undoable = [];
    this.problem = "";
    this.kept = new Map();
    this.load();
    window.addEventListener("storage", (event) => {
      if (event.key !== this.key) return;
      this.load(); // the same run is open in another tab
      this.changed();
    });
  }

  load() {
    try {
      const found = JSON.parse(localStorage.getItem(this.key) ?? "{}");
      this.kept = new Map(Object.entries(found).filter(([, kept]) => Object.hasOwn(DECIDED, kept?.action)));
    } catch {
      this.problem = "This browser keeps no decisions: export them before you leave the page.";
    }
  }

  store() {
    try {
      localStorage.setItem(this.key, JSON.stringify(Object.fromEntries(this.kept)));
      this.problem = "";
    } catch {
      this.problem = "This browser keeps no more decisions: export them before you leave the page.";
    }
  }

  has(id) {
    return this.kept.has(id);
  }

  get(id) {
    return this.kept.get(id);
  }

  get size() {
    return this.kept.size;
  }

  /** Decide, or take a decision back with undefined; a promise of it drawn. */
  set(id, kept) {
    this.undoable.push([id, this.kept.get(id)]);
    this.put(id, kept);
    this.store();
    return this.changed(id);
  }

  put(id, kept) {
    if (kept) this.kept.set(id, kept);
    else this.kept.delete(id);
  }

  /** Take the last change back; returns the id of its segment. */
  undo(current) {
    const [id, before] = this.undoable.pop() ?? [current, undefined];
    if (id === undefined || (before === undefined && !this.kept.has(id))) return undefined;
    this.put(id, before);
    this.store();
    this.changed(id);
    return id;
  }

  /** Take over many at once: (id, kept) pairs. */
  merge(pairs) {
    for (const [id, kept] of pairs) this.put(id, kept);
    this.store();
    this.changed();
  }
}

/** The text that a decision says is right; undefined for `ignore`. */
const decidedTarget = (kept, segment) => {
  if (kept.action === "edit") return kept.target;
  if (kept.action === "ignore") return undefined;
  if (kept.engine === undefined) return segment.existing;
  return segment.candidates.find((candidate) => candidate.engine === kept.engine)?.target;
};

/** A decision as decisions.json has it, with the texts that were seen. */
const completed = (kept, segment) => {
  const candidate = segment.candidates.find((one) => one.engine === kept.engine);
  const findings = segment.candidates.flatMap((one) =>
    one.findings.map(({ check, subject, message, fingerprint }) => ({ engine: one.engine, check, subject, message, fingerprint })));
  return {
    id: segment.id,
    action: kept.action,
    source: segment.source,
    target: decidedTarget(kept, segment),
    engine: kept.engine,
    candidate: kept.action === "edit" ? candidate?.target : undefined,
    reason: kept.reason,
    findings: kept.action === "ignore" && findings.length ? findings : undefined,
    blind: kept.blind,
    at: kept.at,
  };
};
