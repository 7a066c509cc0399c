// What the run says, packed into the page, and unpacked where it is needed.

const blockNodes = (kind) => [...document.querySelectorAll(`script[data-block="${kind}"]`)];

const plainBlock = (kind) => {
  const [node] = blockNodes(kind);
  const data = JSON.parse(node.textContent);
  node.remove();
  return data;
};

const bytesOf = (text) =>
  Uint8Array.fromBase64 ? Uint8Array.fromBase64(text) : Uint8Array.from(atob(text), (one) => one.charCodeAt(0));

const unpacked = (text) =>
  new Response(new Blob([bytesOf(text)]).stream().pipeThrough(new DecompressionStream("deflate"))).json();

/** The rows of all segments, in document order; `n` is the place of each. */
const unpackRows = async () => {
  const blocks = await Promise.all(blockNodes("rows").map((node) => {
    const text = node.textContent;
    node.remove(); // the text has served; its memory is wanted
    return unpacked(text);
  }));
  return blocks.flat().map((row, n) => Object.assign(row, { n }));
};

const KEPT_BLOCKS = 40;

/** Whole segments, block by block; the last few blocks stay unpacked. */
class Details {
  constructor() {
    this.texts = blockNodes("segments").map((node) => {
      const text = node.textContent;
      node.remove();
      return text;
    });
    this.blocks = new Map();
  }

  block(number) {
    const found = this.blocks.get(number) ?? unpacked(this.texts[number]);
    this.blocks.delete(number); // the map keeps the order of use
    this.blocks.set(number, found);
    if (this.blocks.size > KEPT_BLOCKS) this.blocks.delete(this.blocks.keys().next().value);
    return found;
  }

  /** Everything that is known about a segment, by its row. */
  async of(row) {
    return (await this.block(row.block))[row.at];
  }

  /** All segments, in order, without keeping them: (block number, segments). */
  async *each() {
    for (let number = 0; number < this.texts.length; number += 1) {
      yield this.blocks.get(number) ?? unpacked(this.texts[number]);
    }
  }
}
