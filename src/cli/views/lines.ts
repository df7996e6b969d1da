import { type Dataset, describeDataset } from "../../data/index.js";
import type { EpochEvent, Run, TrainEvent } from "../../train/index.js";
import { countText, evaluationText, termsText } from "./format.js";

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

/** Device, model and, of a resumed run, where it goes on. */
export function startLines({ device, engine, model, objective, resumedAt, position }: Start): string[] {
  const { epoch, epochs, step } = position;
  const at = step === 0 ? `epoch ${epoch}` : `epoch ${epoch}, step ${step}`;
  return [
    labelled("device", `${device}: ${engine}`),
    labelled("model", model),
    labelled("train", `${epochs} epoch${epochs === 1 ? "" : "s"}, objective ${objective}`),
    ...(resumedAt === undefined
      ? []
      : [labelled("resumed", `at ${at} (${countText(resumedAt)} steps done)`)]),
  ];
}

/** A finished epoch in a line: the standard measures, then what was trained. */
export function epochLine(
  { epoch, train, evaluation, examplesPerSecond }: EpochEvent,
  epochs: number,
): string {
  const head = `epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}`;
  return (
    `${head}  ${evaluation.split} ${evaluationText(evaluation)}` +
    `  train ${termsText(train)}  ${countText(examplesPerSecond)}/s`
  );
}

/** Why a run stopped before its last epoch. */
export function stoppedLine({ reason, position }: Stopped): string {
  const { epoch, step, epochs } = position;
  const where = step === 0 ? `epoch ${epoch}/${epochs}` : `epoch ${epoch}/${epochs}, step ${step}`;
  return labelled("stopped", `${reason} at ${where}`);
}

/** What the run came to. */
export function endLines({ evaluation, folder, finished }: Run, files: readonly string[]): string[] {
  return [
    ...(evaluation === undefined || !finished
      ? []
      : [labelled(evaluation.split, evaluationText(evaluation))]),
    ...(folder === undefined ? [] : [labelled("saved", folder)]),
    ...files.map((file) => labelled("", file)),
  ];
}
