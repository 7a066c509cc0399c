// Distributions between 0 and 1, drawn: bars, the middle, the worst twentieth, thresholds.

const shares = (histogram) => {
  const total = histogram.reduce((sum, count) => sum + count, 0);
  return histogram.map((count) => (total ? count / total : 0));
};

const WIDTH = 240;
const HEIGHT = 56;

/**
 * `histogram`: counts in bins of one width. `marks`: [{at, kind, label}], kind "threshold", "median" or "worst".
 * `peak`: the share that fills the height, so that charts side by side have one scale. Bins below `below` look
 * different.
 */
const distribution = (histogram, { label, marks = [], peak, below = 0 }) => {
  const bins = shares(histogram);
  const top = peak ?? Math.max(...bins, 0);
  const step = WIDTH / bins.length;
  const bars = bins.map((share, index) => {
    const height = share ? Math.max((HEIGHT * share) / top, 1) : 0;
    const low = (index + 1) / bins.length <= below + 1e-9;
    return svg("rect", { x: index * step + 0.5, y: HEIGHT - height, width: step - 1, height, class: low ? "below" : "" });
  });
  const lines = marks.filter(({ at }) => at !== undefined).map(({ at, kind }) =>
    kind === "threshold"
      ? svg("line", { x1: WIDTH * at, x2: WIDTH * at, y1: 0, y2: HEIGHT, class: kind })
      : svg("path", { d: `M${WIDTH * at} ${HEIGHT + 1}l4 7h-8z`, class: kind }));
  const ticks = [0, 0.5, 1].map((at) => svg("text", { x: WIDTH * at, y: HEIGHT + 20, class: "tick", "text-anchor": at ? (at === 1 ? "end" : "middle") : "start" }, String(at)));
  return svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT + 22}`, class: "histogram", role: "img", "aria-label": label },
    svg("title", {}, label), svg("line", { x1: 0, x2: WIDTH, y1: HEIGHT + 0.5, y2: HEIGHT + 0.5, class: "base" }), bars, lines, ticks);
};

/** Counts in `bins` bins from 0 to 1. */
const binned = (values, bins = 20) => {
  const counts = new Array(bins).fill(0);
  for (const value of values) counts[Math.min(Math.floor(value * bins), bins - 1)] += 1;
  return counts;
};

/** By linear interpolation between the two nearest ranks; of sorted values. */
const quantile = (ordered, share) => {
  const position = share * (ordered.length - 1);
  const low = Math.floor(position);
  const high = Math.min(low + 1, ordered.length - 1);
  return ordered[low] + (ordered[high] - ordered[low]) * (position - low);
};
