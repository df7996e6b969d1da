import {
  type Decision,
  geometricRungs,
  ranked,
  readyAt,
  rungOptions,
  type Standing,
  type StoppingInfo,
} from "./stopping.js";

/** One bracket: how many trials begin in it, and the epochs of its rungs. */
interface Bracket {
  readonly size: number;
  readonly rungs: readonly number[];
}

/** The brackets of one round, from the one that stops most to the one that stops none. */
function bracketsOf(least: number, epochs: number, eta: number): readonly Bracket[] {
  const rungs = geometricRungs(least, epochs, eta);
  const most = rungs.length - 1;
  return rungs.map((_, i) => {
    const s = most - i;
    return { size: Math.ceil(((most + 1) / (s + 1)) * eta ** s), rungs: rungs.slice(i) };
  });
}

/** Who goes on in a bracket, where a rung is complete: the best 1/eta of those that began it. */
function promotable(trials: readonly Standing[], { rungs }: Bracket, eta: number): Standing | undefined {
  for (let rung = rungs.length - 2; rung >= 0; rung--) {
    const here = trials.filter((trial) => trial.rung >= rung);
    const found = ranked(here, rung);
    if (here.length === 0 || found.length < here.length) continue;
    const going = found.slice(0, Math.max(1, Math.floor(here.length / eta)));
    const ready = readyAt(going, rung);
    if (ready !== undefined) return ready;
  }
  return undefined;
}

/** What the catalogue knows of it. */
export const hyperbandInfo: StoppingInfo = {
  name: "hyperband",
  description:
    "brackets of successive halving, from many short runs to few long ones, in turn (Li et al. 2018)",
  options: rungOptions,
  examples: ["hyperband", "hyperband(eta=2, least=2)"],
  make({ eta = 3, least = 1 }) {
    const [by, fewest] = [eta as number, least as number];
    const bracket = (number: number, epochs: number): Bracket => {
      const round = bracketsOf(fewest, epochs, by);
      return round[number % round.length] ?? { size: 1, rungs: [epochs] };
    };
    return {
      name: "hyperband",
      config: { eta: by, least: fewest },
      rungs: (number, epochs) => bracket(number, epochs).rungs,
      next(trials, epochs, mayAdd): Decision {
        const newest = Math.max(0, ...trials.map((trial) => trial.bracket));
        for (let number = 0; number <= newest; number++) {
          const inside = trials.filter((trial) => trial.bracket === number);
          const one = bracket(number, epochs);
          if (inside.length < one.size && mayAdd) return { kind: "new", bracket: number };
          const ready = promotable(inside, one, by);
          if (ready !== undefined) return { kind: "promote", trial: ready.number };
        }
        return mayAdd ? { kind: "new", bracket: newest + 1 } : { kind: "wait" };
      },
    };
  },
};
