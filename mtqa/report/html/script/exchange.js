// Decisions leave and enter the page: as a file, or to the server that the page comes from.

class Exchange {
  constructor(page, details, rows) {
    this.page = page;
    this.details = details;
    this.rows = new Map(rows.map((row) => [row.id, row]));
    this.sending = Promise.resolve();
  }

  async document(decisions) {
    const records = [];
    for (const [id, kept] of decisions.kept) {
      const row = this.rows.get(id);
      if (row) records.push(completed(kept, await this.details.of(row)));
    }
    return { schema: 1, run: this.page.fingerprint, exported: new Date().toISOString(), decisions: records };
  }

  async download(decisions) {
    const content = JSON.stringify(await this.document(decisions), null, 1);
    const link = el("a", {
      href: URL.createObjectURL(new Blob([content], { type: "application/json" })),
      download: "decisions.json",
    });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  /** Read a decisions.json; returns (id, kept) pairs of what fits this run, and how many do not. */
  async read(file) {
    const document = JSON.parse(await file.text());
    if (document?.schema !== 1 || !Array.isArray(document.decisions)) throw new SyntaxError("no decisions.json");
    return this.taken(document.decisions);
  }

  async taken(records) {
    const pairs = [];
    for (const record of records) {
      const row = this.rows.get(record?.id);
      const segment = row && (await this.details.of(row));
      const { action, engine, target, reason, blind, at } = record ?? {};
      const texts = { target: action === "edit" ? target : undefined, shown: action === "choose" ? target?.slice(0, 280) : undefined };
      const kept = { action, engine, ...texts, reason, blind, at };
      const fits = segment?.source === record?.source && Object.hasOwn(DECIDED, action) &&
        decidedTarget(kept, segment) === (action === "ignore" ? undefined : target);
      if (fits) pairs.push([row.id, kept]);
    }
    return { pairs, left: records.length - pairs.length };
  }

  /** What the server keeps. */
  async fetch() {
    const answer = await fetch("decisions");
    if (!answer.ok) throw new Error(`the server says ${answer.status}`);
    return this.taken((await answer.json()).decisions);
  }

  /** Tell the server of one decision, or that it was taken back; one after the other. */
  send(id, kept) {
    this.sending = this.sending.catch(() => {}).then(async () => {
      const row = this.rows.get(id);
      const decision = kept ? completed(kept, await this.details.of(row)) : null;
      const answer = await fetch("decisions", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ id, decision }),
      });
      if (!answer.ok) throw new Error(`the server says ${answer.status}`);
    });
    return this.sending;
  }
}
