import {
  type Decision,
  geometricRungs,
  ranked,
  readyAt,
  rungOptions,
  type Standing,
  type StoppingInfo,
} from "./stopping.js";

/** A trial that is among the best 1/eta of its rung so far and hasn't gone on, from the highest rung down. */
function promotable(trials: readonly Standing[], rungs: number, eta: number): Standing | undefined {
  for (let rung = rungs - 2; rung >= 0; rung--) {
    const found = ranked(trials, rung);
    const best = found.slice(0, Math.floor(found.length / eta));
    const ready = readyAt(best, rung);
    if (ready !== undefined) return ready;
  }
  return undefined;
}

/** What the catalogue knows of it. */
export const ashaInfo: StoppingInfo = {
  name: "asha",
  description:
    "asynchronous successive halving (Li et al. 2020): whoever is among the best 1/eta of a rung so far goes on, nobody waits",
  options: rungOptions,
  examples: ["asha", "asha(eta=2, least=2)"],
  make({ eta = 3, least = 1 }) {
    const [by, fewest] = [eta as number, least as number];
    const rungs = (epochs: number): readonly number[] => geometricRungs(fewest, epochs, by);
    return {
      name: "asha",
      config: { eta: by, least: fewest },
      rungs: (_, epochs) => rungs(epochs),
      next(trials, epochs, mayAdd): Decision {
        const ready = promotable(trials, rungs(epochs).length, by);
        if (ready !== undefined) return { kind: "promote", trial: ready.number };
        return mayAdd ? { kind: "new", bracket: 0 } : { kind: "wait" };
      },
    };
  },
};
