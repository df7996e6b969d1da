import { kebabCase } from "../catalogue/index.js";
import type { Settings } from "../runs/index.js";
import { fields, type FlagField, optionOfFlag } from "./fields.js";
import { flag } from "./flags.js";

type TrainFlag = ReturnType<typeof flag>;

/** The flags of `train` that tell of a run, but for some, for commands that prepare one. */
export function trainFlagsBut(unused: ReadonlySet<string>): Readonly<Record<string, TrainFlag>> {
  return Object.fromEntries(
    Object.entries<FlagField<unknown>>(fields).flatMap(([name, field]) => {
      if (unused.has(name)) return [];
      const own = flag(kebabCase(name), field);
      return [[name, name === "standardize" ? { ...own, inferEmpty: true } : own] as const];
    }),
  );
}

/** What such flags say, by the names of options. */
export function toldByFlags(flags: object, known: Readonly<Record<string, TrainFlag>>): Settings {
  return Object.fromEntries(
    Object.entries(flags).flatMap(([name, value]) =>
      name in known && value !== undefined ? [[optionOfFlag[name] ?? name, value as unknown]] : [],
    ),
  );
}
