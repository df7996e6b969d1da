import { setTimeout as sleep } from "node:timers/promises";
import type { Evaluation } from "../../evaluate/index.js";
import { leaseMilliseconds, type Assignment, type TrialBoard } from "../board.js";
import type { Outcome, TrialTask } from "../trial.js";
import { WorkerProcess, type WorkerProgram } from "./process.js";

/** What a member of a sweep tells of its work. */
export interface MemberEvents {
  onTask(worker: string, task: TrialTask): void;
  onEpoch(worker: string, task: TrialTask, epoch: number, evaluation: Evaluation): void;
  onOutcome(worker: string, task: TrialTask, outcome: Outcome): void;
}

/** Milliseconds between two beats: three are missed before a lease runs out. */
const beatEvery = leaseMilliseconds / 4;

/** One worker of an embedded sweep: asks the board for tasks, has its process do them, and reports. */
export class Member {
  /** True while the board has nothing for it and never will, unless the budget grows. */
  idle = false;
  private leaving = false;
  private readonly process: WorkerProcess;
  private readonly waiting = new AbortController();

  constructor(
    readonly name: string,
    private readonly board: TrialBoard,
    program: WorkerProgram,
    private readonly runs: string,
    private readonly events: MemberEvents,
  ) {
    this.process = new WorkerProcess(program);
  }

  /** Works until it is asked to leave. */
  async work(): Promise<void> {
    try {
      while (!this.leaving) {
        const asked = await this.board.ask(this.name);
        this.idle = asked.kind === "done";
        if (asked.kind === "task") await this.do(asked);
        else await this.rest(asked.kind === "wait" ? asked.milliseconds : 200);
      }
    } finally {
      await this.process.close();
    }
  }

  /** Leaves when the task under way has ended; `now` interrupts it. */
  leave(now: boolean): void {
    this.leaving = true;
    this.waiting.abort();
    if (now) this.process.interrupt();
  }

  /** Has the task under way saved and ended; the member goes on. */
  interrupt(): void {
    this.process.interrupt();
  }

  private async do(assignment: Assignment): Promise<void> {
    const { task } = assignment;
    let epoch: number | undefined;
    const beat = async (): Promise<void> => {
      if ((await this.board.beat(assignment, epoch)) !== "go on") this.process.interrupt();
    };
    const timer = setInterval(() => void beat().catch(() => undefined), beatEvery);
    this.events.onTask(this.name, task);
    try {
      const outcome = await this.process.run(task, this.runs, (done, evaluation) => {
        epoch = done;
        this.events.onEpoch(this.name, task, done, evaluation);
        void beat().catch(() => undefined);
      });
      if (outcome.kind === "failed" && outcome.again) await this.rest(1000);
      await this.board.report(assignment, outcome);
      this.events.onOutcome(this.name, task, outcome);
    } finally {
      clearInterval(timer);
    }
  }

  private async rest(milliseconds: number): Promise<void> {
    await sleep(milliseconds, undefined, { signal: this.waiting.signal }).catch(() => undefined);
  }
}
