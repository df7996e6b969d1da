import type { StoppingInfo } from "./stopping.js";

/** What the catalogue knows of it. */
export const noneInfo: StoppingInfo = {
  name: "none",
  description: "every run is trained to its end",
  options: {},
  make: () => ({
    name: "none",
    config: {},
    rungs: (_, epochs) => [epochs],
    next: (_, __, mayAdd) => (mayAdd ? { kind: "new", bracket: 0 } : { kind: "wait" }),
  }),
};
