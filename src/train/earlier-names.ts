/** What measures were called in runs of 0.1.0, and what they are called now. */
const renamed: ReadonlyMap<string, string> = new Map([["msePerPixel", "mse"]]);

/** Plain data of a saved run with today's names of measures, at any depth. */
export function withTodaysNames<T>(saved: T): T {
  if (Array.isArray(saved)) return saved.map(withTodaysNames) as T;
  if (typeof saved !== "object" || saved === null) return saved;
  const entries = Object.entries(saved).map(([key, value]) => [
    renamed.get(key) ?? key,
    withTodaysNames(value as unknown),
  ]);
  return Object.fromEntries(entries) as T;
}
