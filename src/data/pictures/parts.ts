import type { SplitName } from "../dataset.js";

/** What folders of the parts of a data set are called. */
const names: Readonly<Record<SplitName, readonly string[]>> = {
  train: ["train", "training"],
  validation: ["validation", "valid", "val", "dev"],
  test: ["test", "testing", "eval", "evaluation"],
};

/** The part that a name stands for. */
export function partNamed(name: string): SplitName | undefined {
  const told = name.trim().toLowerCase();
  return (Object.keys(names) as SplitName[]).find((part) => names[part].includes(told));
}
