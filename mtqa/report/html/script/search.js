// The search, over every text of every segment. Texts are unpacked when something is searched for the first time.

/** What the search looks at, with a sign between texts that no expression crosses by accident. */
const searchable = (segment) => {
  const { id, unit, note, source, existing, codes } = segment;
  const texts = [source, existing, ...segment.candidates.map((candidate) => candidate.target)].filter(Boolean);
  const bare = codes ? texts.map((text) => bareOf(partsOf(text, codes))) : [];
  return [id, unit, note, ...texts, ...bare].filter(Boolean).join("\n\0\n");
};

const SLICE = 4000; // segments to look at before the page may do something else

class Search {
  constructor(details) {
    this.details = details;
    this.texts = undefined;
    this.turn = 0;
  }

  async load(progress) {
    const texts = [];
    let done = 0;
    for await (const block of this.details.each()) {
      for (const segment of block) texts.push(searchable(segment));
      progress(++done / this.details.texts.length);
    }
    return texts;
  }

  /**
   * Those of the rows in which the query is found; undefined when another search has begun meanwhile.
   * Throws SyntaxError for a broken regular expression.
   */
  async find(rows, query, regular, progress) {
    const pattern = new RegExp(regular ? query : literally(query), "imu");
    const turn = ++this.turn;
    this.texts ??= this.load(progress).catch((error) => {
      this.texts = undefined;
      throw error;
    });
    const texts = await this.texts;
    const found = [];
    for (let start = 0; start < rows.length; start += SLICE) {
      if (turn !== this.turn) return undefined;
      for (const row of rows.slice(start, start + SLICE)) if (pattern.test(texts[row.n])) found.push(row);
      if (start + SLICE < rows.length) await new Promise((resolve) => setTimeout(resolve));
    }
    return turn === this.turn ? found : undefined;
  }

  /** What is under way has been overtaken. */
  stop() {
    this.turn += 1;
  }
}
