export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export function percentile(values, part) {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? NaN;
}

export function spread(values) {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

export function short(value) {
  if (!Number.isFinite(value)) return '–';
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(value < 2 ? 3 : 2);
}

export const shortSpread = ({ median: m, min, max }) => `${short(m)} (${short(min)}–${short(max)})`;

/**
 * How well a threshold tells two samples apart: the area under the ROC curve, 0.5 for not at all, 1 for always. Whichever of
 * the two is larger.
 */
export function separation(ones, others) {
  const all = [...ones.map((value) => [value, 1]), ...others.map((value) => [value, 0])].sort(([a], [b]) => a - b);
  let [rankSum, at] = [0, 0];
  while (at < all.length) {
    let end = at;
    while (end < all.length && all[end][0] === all[at][0]) end++;
    const rank = (at + end + 1) / 2;
    for (; at < end; at++) if (all[at][1] === 1) rankSum += rank;
  }
  const area = (rankSum - (ones.length * (ones.length + 1)) / 2) / (ones.length * others.length);
  return Math.max(area, 1 - area);
}
