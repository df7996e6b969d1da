import { createLogUpdate } from "log-update";
import { type SweepState, type SweepStatus, statusOf, type SweepEvents } from "../../sweeps/index.js";
import { coloursFor, note, print } from "../context.js";
import { withFlags } from "../flag-names.js";
import { fitLine, measureText } from "../views/format.js";
import { bestLine, usedLine } from "./lines.js";

/** What is shown of a sweep while it goes on. */
export interface SweepView extends SweepEvents {
  note(message: string): void;
  /** Results, at the end. */
  ended(status: SweepStatus, files: readonly string[]): void;
  close(): void;
}

/** One JSON event a line. */
function jsonView(): SweepView {
  const tell = (event: object): void => print(JSON.stringify(event));
  let before = "";
  return {
    onTask: (worker, { trial, seed, rung, epochs, id }) =>
      tell({ type: "task", worker, trial, seed, rung, epochs, run: id }),
    onEpoch: (worker, { trial, seed }, epoch, evaluation) =>
      tell({ type: "epoch", worker, trial, seed, epoch, evaluation }),
    onOutcome: (worker, { trial, seed, rung }, outcome) =>
      tell({ type: "outcome", worker, trial, seed, rung, ...outcome }),
    onState(state, plan) {
      const status = statusOf(plan, state);
      const text = JSON.stringify(status);
      if (text !== before) tell({ type: "status", ...status });
      before = text;
    },
    note,
    ended: (status, files) => tell({ type: "end", ...status, files }),
    close: () => undefined,
  };
}

const outcomeLine = (...[, task, outcome]: Parameters<SweepEvents["onOutcome"]>): string => {
  const run = `trial ${task.trial}${task.seed > 0 ? `, seed ${task.seed}` : ""}`;
  if (outcome.kind !== "done") {
    return `${run}  ${outcome.kind}${"reason" in outcome ? `: ${withFlags(outcome.reason)}` : ""}`;
  }
  const { epoch, evaluation, seconds } = outcome.report;
  const { negativeElbo, reconstruction } = evaluation;
  const measure =
    negativeElbo === null
      ? `reconstruction ${measureText(reconstruction)}`
      : `-ELBO ${measureText(negativeElbo)}`;
  return `${run}  epoch ${epoch}  ${evaluation.split} ${measure}  ${measureText(seconds)} s`;
};

/** A line for what ended and for each new best. */
function plainView(): SweepView {
  let best = "";
  return {
    onTask: () => undefined,
    onEpoch: () => undefined,
    onOutcome: (...event) => print(outcomeLine(...event)),
    onState(state, plan) {
      const line = bestLine(statusOf(plan, state));
      if (line !== best && !line.endsWith("none yet")) print(line);
      best = line;
    },
    note,
    ended(status, files) {
      for (const line of [usedLine(status), bestLine(status), ...files.map((file) => `         ${file}`)])
        print(line);
    },
    close: () => undefined,
  };
}

/** A picture that changes: what each worker does, what is used, and the best so far. */
function liveView(stream: NodeJS.WriteStream): SweepView {
  const log = createLogUpdate(stream);
  const colours = coloursFor(stream);
  const workers = new Map<string, string>();
  let tail: readonly string[] = [];
  const width = (): number => stream.columns - 1;
  const draw = (): void =>
    log([...[...workers.values()], ...tail].map((line) => fitLine(line.split("  "), width())).join("\n"));
  const keep = (line: string): void => {
    log.clear();
    stream.write(`${line}\n`);
    draw();
  };
  return {
    onTask(worker, task) {
      workers.set(worker, `worker   trial ${task.trial}  epoch 0/${task.epochs}`);
      draw();
    },
    onEpoch(worker, task, epoch, { negativeElbo, reconstruction }) {
      const measure = measureText(negativeElbo ?? reconstruction);
      workers.set(worker, `worker   trial ${task.trial}  epoch ${epoch}/${task.epochs}  ${measure}`);
      draw();
    },
    onOutcome(...event) {
      workers.delete(event[0]);
      keep(event[2].kind === "done" ? outcomeLine(...event) : colours.yellow(outcomeLine(...event)));
    },
    onState(state, plan) {
      const status = statusOf(plan, state);
      tail = [usedLine(status), bestLine(status)];
      draw();
    },
    note: keep,
    ended(status, files) {
      log.clear();
      log.done();
      for (const line of [usedLine(status), bestLine(status)]) stream.write(`${colours.bold(line)}\n`);
      for (const file of files) stream.write(`         ${file}\n`);
      tail = [];
      workers.clear();
    },
    close: () => log.done(),
  };
}

/** JSON lines if asked for, a live picture in a terminal, plain lines elsewhere. */
export function chooseSweepView(json: boolean): SweepView {
  if (json) return onlyChanges(jsonView());
  const live = process.stdout.isTTY && process.env.TERM !== "dumb" && (process.env.CI ?? "") === "";
  return onlyChanges(live ? liveView(process.stdout) : plainView());
}

/** A view that is not asked to work out again how things stand while they stand as before. */
function onlyChanges(view: SweepView): SweepView {
  let last: SweepState | undefined;
  return {
    ...view,
    async onState(state, plan) {
      if (state === last) return;
      last = state;
      await view.onState(state, plan);
    },
  };
}
