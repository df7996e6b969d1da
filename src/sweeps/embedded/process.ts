import { type ChildProcess, fork } from "node:child_process";
import type { Evaluation } from "../../evaluate/index.js";
import type { Outcome, TrialTask } from "../trial.js";
import type { FromWorker, ToWorker } from "./messages.js";

/** How a worker process is started. */
export interface WorkerProgram {
  /** The script that Node runs, and its arguments. */
  readonly script: string;
  readonly args: readonly string[];
}

/** So much of what a worker writes to standard error is kept, to tell of when it ends without a word. */
const keptText = 2000;

/** A process that trains one run after another; it is started by its first task, and again after it was lost. */
export class WorkerProcess {
  private child: ChildProcess | undefined;
  private errors = "";
  private busy: ((outcome: Outcome) => void) | undefined;
  private onEpoch: ((epoch: number, evaluation: Evaluation) => void) | undefined;

  constructor(private readonly program: WorkerProgram) {}

  /** Does a task; a process that is lost meanwhile is a failure that may be tried again. */
  run(
    task: TrialTask,
    runs: string,
    onEpoch: (epoch: number, evaluation: Evaluation) => void,
  ): Promise<Outcome> {
    this.onEpoch = onEpoch;
    return new Promise((resolve) => {
      this.busy = resolve;
      this.send({ kind: "task", task, runs });
    });
  }

  /** Asks the task under way to save and end. */
  interrupt(): void {
    if (this.child?.connected && this.busy !== undefined)
      this.child.send({ kind: "interrupt" } satisfies ToWorker);
  }

  /** Lets the process end; it does when it has nothing under way. */
  async close(): Promise<void> {
    const { child } = this;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    if (child.connected) child.disconnect();
    await ended;
  }

  private send(message: ToWorker): void {
    this.child ??= this.start();
    this.child.send(message, (error) => {
      if (error !== null) this.lost(`it can't be reached: ${error.message}`);
    });
  }

  private start(): ChildProcess {
    const child = fork(this.program.script, [...this.program.args], {
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.errors = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.errors = (this.errors + text).slice(-keptText);
    });
    child.on("message", (message: FromWorker) => this.take(message));
    child.on("error", (error) => this.lost(error.message));
    child.on("exit", (code, signal) =>
      this.lost(signal === null ? `it ended with code ${code}` : `it was ended by ${signal}`),
    );
    return child;
  }

  private take(message: FromWorker): void {
    if (message.kind === "epoch") this.onEpoch?.(message.epoch, message.evaluation);
    if (message.kind === "outcome") this.settle(message.outcome);
  }

  private lost(how: string): void {
    this.child = undefined;
    const said = this.errors.trim();
    this.settle({
      kind: "failed",
      reason: `the worker process was lost: ${how}${said && `: ${said}`}`,
      again: true,
    });
  }

  private settle(outcome: Outcome): void {
    const { busy } = this;
    this.busy = undefined;
    busy?.(outcome);
  }
}
