// How engines are called. While a reviewer chooses, by the place of their candidate: a name would sway the choice.

/** The candidates as they are shown: the chosen one first, then by what the choice maximises. */
const ranked = (segment) => {
  const rank = (one) => (one.engine === segment.chosen?.engine ? Infinity : (one.score ?? one.utility ?? -1));
  return segment.candidates.toSorted((one, other) => rank(other) - rank(one));
};

class Names {
  /** `shown`: by their names. */
  constructor(segment, shown) {
    this.shown = shown;
    this.places = new Map(ranked(segment).map((candidate, index) => [candidate.engine, index + 1]));
  }

  /** Words for an engine; one without candidate is "another engine" while names are hidden. */
  text(engine) {
    if (this.shown) return engine;
    const place = this.places.get(engine);
    return place ? `candidate ${place}` : "another engine";
  }

  node(engine) {
    return el("bdi", { class: "engine" }, this.text(engine));
  }

  /** A sentence of evidence, in which engines may be named. */
  evidence(sentence, engines) {
    if (this.shown) return sentence;
    const known = [...new Set([...engines, ...this.places.keys()])].filter(Boolean);
    const names = known.sort((one, other) => other.length - one.length).map(literally);
    if (!names.length) return sentence;
    const pattern = new RegExp(`(?<![\\p{L}\\p{N}_])(${names.join("|")})(?![\\p{L}\\p{N}_])`, "gu");
    return sentence.replace(pattern, (name) => this.text(name));
  }
}
