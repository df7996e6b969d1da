import { kebabCase } from "../../catalogue/index.js";
import { type Dataset, describeDataset } from "../../data/index.js";
import type { EpochEvent, Run, TrainEvent } from "../../train/index.js";
import { flagOfOption } from "../fields.js";
import { countText, evaluationText, measureText, termsText } from "./format.js";

type Start = Extract<TrainEvent, { type: "start" }>;
type Stopped = Extract<TrainEvent, { type: "stopped" }>;

/** A word in front of a line, padded so that lines stand under each other. */
export function labelled(label: string, text: string): string {
  return `${label.padEnd(8)} ${text}`;
}

/** The data set in a line, and a line for each thing to know of it. */
export function dataLines(dataset: Dataset): string[] {
  const notes = dataset.notes.map((note) => labelled("", note));
  return [labelled("data", `${dataset.name} ${describeDataset(dataset)}`), ...notes];
}

function changeText({ name, before, now }: Start["changed"][number]): string {
  const shown = (value: unknown): string =>
    value === null || value === undefined
      ? "none"
      : typeof value === "string"
        ? value
        : JSON.stringify(value);
  return `${flagOfOption[name] ?? kebabCase(name)} ${shown(before)} to ${shown(now)}`;
}

/** Device, model and, of a resumed run, where it goes on. */
export function startLines(start: Start): string[] {
  const { device, engine, model, objective, resumedAt, position, changed } = start;
  const { epoch, epochs, step } = position;
  const at = step === 0 ? `epoch ${epoch}` : `epoch ${epoch}, step ${step}`;
  return [
    labelled("device", `${device}: ${engine}`),
    labelled("model", model),
    labelled("train", `${epochs} epoch${epochs === 1 ? "" : "s"}, objective ${objective}`),
    ...(resumedAt === undefined
      ? []
      : [labelled("resumed", `at ${at} (${countText(resumedAt)} steps done)`)]),
    ...changed.map((change) => labelled("changed", `${changeText(change)}, from here on`)),
  ];
}

/** What an epoch's updates came to, where that is reported. */
function updatesText({ gradientNorm, lr, skipped = 0 }: EpochEvent): string[] {
  return [
    ...(gradientNorm === undefined ? [] : [`gradient ${measureText(gradientNorm)}`]),
    ...(lr === undefined ? [] : [`lr ${Number(lr.toPrecision(3))}`]),
    ...(skipped === 0 ? [] : [`skipped ${countText(skipped)}`]),
  ];
}

/** A finished epoch in a line: the standard measures, then what was trained. */
export function epochLine(event: EpochEvent, epochs: number): string {
  const { epoch, train, evaluation, examplesPerSecond } = event;
  const head = `epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}`;
  return [
    `${head}  ${evaluation.split} ${evaluationText(evaluation)}`,
    `train ${termsText(train)}`,
    ...updatesText(event),
    `${countText(examplesPerSecond)}/s`,
  ].join("  ");
}

/** Why a run stopped before its last epoch. */
export function stoppedLine({ reason, position }: Stopped): string {
  const { epoch, step, epochs } = position;
  if (reason === "already finished") {
    const why =
      epoch < epochs ? "the run has stopped early" : `--epochs asks for ${epochs}; give more to go on`;
    return labelled("nothing", `to train: ${epoch} epoch${epoch === 1 ? " is" : "s are"} done, and ${why}`);
  }
  const where = step === 0 ? `epoch ${epoch}/${epochs}` : `epoch ${epoch}/${epochs}, step ${step}`;
  return labelled("stopped", `${reason} at ${where}`);
}

/** What the run came to. */
export function endLines(
  { evaluation, folder, finished, stepsTrained }: Run,
  files: readonly string[],
): string[] {
  return [
    ...(evaluation === undefined || !finished
      ? []
      : [labelled(evaluation.split, evaluationText(evaluation))]),
    ...(folder === undefined ? [] : [labelled(stepsTrained > 0 || !finished ? "saved" : "run", folder)]),
    ...files.map((file) => labelled("", file)),
  ];
}
