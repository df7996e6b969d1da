/** The value below which a share `p` of the values lies, interpolated. */
export function quantile(values, p) {
  if (values.length === 0) return Number.NaN;
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * p;
  const low = Math.floor(at);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low] + (sorted[high] - sorted[low]) * (at - low);
}

export const median = (values) => quantile(values, 0.5);

/** Fewer undisturbed samples than this, and all samples are used and the figure is marked. */
export const enoughClean = 3;

/**
 * Median and quartiles of samples `{ value, clean }`: of the undisturbed ones if there are enough of them, else of
 * all, and `disturbed` says so.
 */
export function summary(samples) {
  const clean = samples.filter((sample) => sample.clean).map(({ value }) => value);
  const disturbed = clean.length < enoughClean;
  const values = disturbed ? samples.map(({ value }) => value) : clean;
  return {
    median: median(values),
    q1: quantile(values, 0.25),
    q3: quantile(values, 0.75),
    min: Math.min(...values),
    clean: clean.length,
    samples: samples.length,
    disturbed,
  };
}

/** A number with three significant digits. */
export function short(value) {
  if (value === null || !Number.isFinite(value)) return "-";
  const digits = value === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toLocaleString("en-US", { maximumFractionDigits: digits, minimumFractionDigits: digits });
}
