import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseSpec } from "../catalogue/index.js";
import { objectiveNames, priorsByPosterior, usualCombination, whyImpossible } from "../train/combinations.js";

/** What can be trained with what. */
export interface Combinations {
  /** For each posterior, the priors that work with it under `elbo`. */
  readonly priors: Readonly<Record<string, readonly string[]>>;
  /** For each objective, the posteriors that it is not defined for. */
  readonly refused: Readonly<Record<string, readonly string[]>>;
}

const nameOf = (text: string): string => parseSpec(text).name;

/** Found by building the training steps, which takes most of a second. */
export function foundCombinations(): Combinations {
  const byPosterior = priorsByPosterior();
  const refused = objectiveNames().map((objective) => {
    const works = ([posterior, priors]: readonly [string, readonly string[]]): boolean => {
      const prior = priors.includes("normal") ? "normal" : (priors[0] ?? "normal");
      return whyImpossible({ ...usualCombination, objective, posterior, prior }) === undefined;
    };
    const not = [...byPosterior].filter((entry) => !works(entry));
    return [objective, not.map(([posterior]) => nameOf(posterior))] as const;
  });
  const priors = [...byPosterior].map(
    ([posterior, names]) => [nameOf(posterior), names.map(nameOf)] as const,
  );
  return { priors: Object.fromEntries(priors), refused: Object.fromEntries(refused) };
}

/** The build leaves them beside the program (scripts/finish-build.mjs), so that they need not be found again. */
const leftByBuild = path.join(path.dirname(fileURLToPath(import.meta.url)), "combinations.json");

/** What can be trained with what. */
export function combinations(): Combinations {
  if (!existsSync(leftByBuild)) return foundCombinations();
  return JSON.parse(readFileSync(leftByBuild, "utf8")) as Combinations;
}
