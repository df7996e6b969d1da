import { UserError } from "../tensor/index.js";
import type { EpochRecord } from "../train/portable.js";
import { parseRecord } from "../train/progress-schema.js";
import { type RunPlace, textOf } from "./place/place.js";
import { runFiles } from "./run-files.js";

const lineOf = (record: EpochRecord): string => `${JSON.stringify(record)}\n`;

/** The lines of a text, and what follows the last line's end: what a kill left of a line that was being written. */
function linesOf(text: string): { readonly lines: readonly string[]; readonly rest: string } {
  const lines = text.split("\n");
  return { rest: lines.pop() ?? "", lines };
}

/**
 * The epochs in the `metrics.jsonl` of a run's place; none if it isn't there. A last line that was cut off by a kill is passed over.
 * Throws a UserError that names the file and the line which is damaged, missing or there twice.
 */
export async function metricsIn(place: RunPlace): Promise<EpochRecord[]> {
  const file = place.at(runFiles.metrics);
  const bytes = await place.read(runFiles.metrics);
  const { lines } = linesOf(bytes === undefined ? "" : textOf(bytes));
  return lines.map((line, i) => {
    const found = parseRecord(line);
    const problem =
      "problem" in found
        ? found.problem
        : found.record.epoch === i + 1
          ? undefined
          : `it is of epoch ${found.record.epoch}, expected ${i + 1}`;
    if (problem === undefined && "record" in found) return found.record;
    throw new UserError(
      `${file} is damaged: line ${i + 1}: ${problem}. Resuming the run writes it anew from the checkpoint`,
    );
  });
}

/** Adds one epoch's line: all of it or, if there is no room, nothing. Throws a UserError that names the file. */
export function appendMetrics(place: RunPlace, record: EpochRecord): Promise<void> {
  return place.append(runFiles.metrics, lineOf(record));
}

/**
 * Makes a metrics file that of a history. What a kill leaves, a line too many or cut off, is mended in silence. Of
 * anything else the file is kept under another name, and the result says in words what differed.
 */
export async function mendMetrics(
  place: RunPlace,
  history: readonly EpochRecord[],
): Promise<string | undefined> {
  const file = place.at(runFiles.metrics);
  const wanted = history.map(lineOf).join("");
  const bytes = await place.read(runFiles.metrics);
  const found = bytes && textOf(bytes);
  if (found === wanted) return undefined;
  const differences = found === undefined ? [] : differencesOf(found, history);
  if (found === undefined || differences.length === 0) {
    await place.writeWhole(runFiles.metrics, wanted);
    return found === undefined && history.length > 0
      ? `${file} was missing; it is written anew from the checkpoint`
      : undefined;
  }
  const kept = await keepAside(place);
  await place.writeWhole(runFiles.metrics, wanted);
  const shown = differences.slice(0, 3).join("; ");
  const more = differences.length > 3 ? `; and ${differences.length - 3} more` : "";
  return `${file} did not agree with the checkpoint (${shown}${more}). It is written anew; the former is kept as ${kept}`;
}

function differencesOf(text: string, history: readonly EpochRecord[]): string[] {
  const { lines, rest } = linesOf(text);
  const found = lines.map(parseRecord);
  const differences: string[] = [];
  const seen = new Set<number>();
  let before = 0;
  for (const [i, line] of found.entries()) {
    const at = `line ${i + 1}`;
    if ("problem" in line) {
      differences.push(`${at} is damaged: ${line.problem}`);
      continue;
    }
    const { epoch } = line.record;
    const ahead = epoch > history.length;
    if (seen.has(epoch)) differences.push(`${at} repeats epoch ${epoch}`);
    else if (ahead && (epoch > history.length + 1 || i + 1 < found.length || rest !== "")) {
      differences.push(`${at} is of epoch ${epoch}, which comes after the checkpoint`);
    } else if (!ahead && JSON.stringify(line.record) !== JSON.stringify(history[epoch - 1])) {
      differences.push(`${at} has other figures for epoch ${epoch}`);
    } else if (epoch < before) differences.push(`${at}, of epoch ${epoch}, is out of place`);
    seen.add(epoch);
    before = epoch;
  }
  for (const { epoch } of history) if (!seen.has(epoch)) differences.push(`epoch ${epoch} is missing`);
  return differences;
}

/** Copies the metrics to the first free name beside them; returns what the copy is called. */
async function keepAside(place: RunPlace): Promise<string> {
  for (let i = 1; ; i++) {
    const copy = runFiles.metrics.replace(".", `.changed-${i}.`);
    if (await place.copyNew(runFiles.metrics, copy)) return place.at(copy);
  }
}
