import { replace, router } from "svelte-spa-router";

/** Values of a step's demos that its address keeps, such as `?beta=10`; what is as it was at first is left out. */
export class InHash {
  private readonly told = new URLSearchParams(router.querystring ?? "");
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly location = router.location;

  text<T extends string>(name: string, known: readonly T[], fallback: T): T {
    const found = this.told.get(name);
    return known.find((each) => each === found) ?? fallback;
  }

  number(name: string, fallback: number, low: number, high: number): number {
    const found = this.told.get(name);
    const value = found === null || found === "" ? Number.NaN : Number(found);
    return Number.isFinite(value) ? Math.max(low, Math.min(high, value)) : fallback;
  }

  /** Writes values into the address, a moment after the last of many changes. */
  keep(values: Readonly<Record<string, string | number>>): void {
    for (const [name, value] of Object.entries(values)) {
      this.told.set(name, typeof value === "number" ? String(Math.round(value * 100) / 100) : value);
    }
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (router.location === this.location) void replace(`${this.location}?${this.told}`);
    }, 300);
  }
}
