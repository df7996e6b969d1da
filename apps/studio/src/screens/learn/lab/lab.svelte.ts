import type { RunSpec } from "latent/web";
import type { LiveState, ProgressPoint } from "../../../lib/live/live-run.svelte";
import { PageTraining } from "../../../lib/live/page-training.svelte";
import type { Look, TrainingRequest } from "../../../lib/live/protocol";
import { mnistAddress } from "../../../lib/sources/session.svelte";
import { Decoder } from "./decoder";

type Files = Readonly<Record<string, Uint8Array>>;

/** What is left of a training when its step is left. */
interface Kept {
  readonly look: Look;
  readonly firstCodes: Float32Array | undefined;
  readonly progress: readonly ProgressPoint[];
  readonly files: Files | undefined;
}

/** What has been trained since the page was opened, by the demo's name. */
const trained = new Map<string, Kept>();

/** The one training that goes on: a machine may have one thread only. */
let running: Lab | undefined;

/** Lets one training go on; another waits. */
function takeTurn(lab: Lab): void {
  if (running !== lab) running?.wait();
  running = lab;
}

const small: RunSpec = { latent: 2, hidden: [128, 64], batchSize: 64, epochs: 10, lr: 0.005, seed: 0 };

export interface LabOptions {
  /** What differs from the lesson's small model. */
  readonly spec?: RunSpec;
  readonly priorPoints?: Float32Array;
}

/** A small training on 5,000 digits inside the lesson. It waits while it is out of view, and ends when its step is left. */
export class Lab {
  private run = $state.raw<PageTraining>();
  private kept = $state.raw<Kept>();
  decoder = $state.raw<Decoder>();
  /** The codes before the first step of training. */
  firstCodes = $state.raw<Float32Array>();
  private heldByView = false;
  private refreshing = false;
  private left = false;

  constructor(
    readonly name: string,
    private readonly options: LabOptions = {},
  ) {
    this.kept = trained.get(name);
    this.firstCodes = this.kept?.firstCodes;
  }

  get state(): LiveState | "idle" {
    return this.run?.state ?? (this.kept === undefined ? "idle" : "finished");
  }
  get look(): Look | undefined {
    return this.run?.look ?? this.kept?.look;
  }
  get progress(): readonly ProgressPoint[] {
    return this.run?.progress ?? this.kept?.progress ?? [];
  }
  get terms(): Readonly<Record<string, number>> | undefined {
    return this.progress.at(-1)?.terms;
  }
  get share(): number {
    if (this.state === "finished") return 1;
    const { run } = this;
    return run === undefined || run.stepsPerEpoch === 0 ? 0 : run.step / (run.epochs * run.stepsPerEpoch);
  }
  get problem(): string | undefined {
    return this.run?.problem;
  }
  get under(): boolean {
    return this.state === "starting" || this.state === "training" || this.state === "paused";
  }

  start(): void {
    takeTurn(this);
    this.forget();
    const { spec, priorPoints } = this.options;
    const request: TrainingRequest = {
      spec: { ...small, ...spec },
      data: { kind: "mnist", at: mnistAddress(), limit: 5000, testLimit: 1000 },
      device: "wasm",
      watch: { every: 250, codes: 1000, generated: 16, reconstructed: 10 },
      ...(priorPoints && { priorPoints }),
    };
    this.run = new PageTraining(request);
  }

  pause(): void {
    this.heldByView = false;
    this.run?.pause();
  }

  resume(): void {
    takeTurn(this);
    this.heldByView = false;
    this.run?.resume();
  }

  /** Told of every look. */
  see(look: Look): void {
    this.firstCodes ??= look.codes;
  }

  /** Back to before the training. */
  reset(): void {
    this.forget();
    trained.delete(this.name);
  }

  /** Holds the training while it can't be seen. */
  show(visible: boolean): void {
    if (!visible && this.state === "training") {
      this.heldByView = true;
      this.run?.pause();
    } else if (visible && this.heldByView && running === this) {
      this.heldByView = false;
      this.run?.resume();
    }
  }

  /** Another demo starts: this one waits. */
  wait(): void {
    if (this.state === "training") this.run?.pause();
  }

  private forget(): void {
    this.run?.close();
    this.run = undefined;
    // A closed run never answers.
    this.refreshing = false;
    this.kept = undefined;
    this.firstCodes = undefined;
    this.decoder?.close();
    this.decoder = undefined;
  }

  /** Loads the newest weights to decode with. */
  async refresh(): Promise<void> {
    if (this.refreshing || this.left) return;
    const { run } = this;
    this.refreshing = true;
    try {
      // A run that ends meanwhile has told its files.
      const files = run === undefined ? this.kept?.files : await run.snapshot().catch(() => run.files);
      const made = files && (await Decoder.of(files));
      if (made === undefined) return;
      if (this.left || this.run !== run) return made.close();
      this.decoder?.close();
      this.decoder = made;
    } finally {
      if (this.run === run) this.refreshing = false;
    }
  }

  /** Ends the worker and keeps what it has come to. */
  async leave(): Promise<void> {
    this.left = true;
    if (running === this) running = undefined;
    const { run } = this;
    if (run !== undefined) {
      run.pause();
      await this.keep(run);
      run.close();
    }
    this.decoder?.close();
  }

  private async keep(run: PageTraining): Promise<void> {
    const { look, progress } = run;
    if (look === undefined) return;
    const patience = new Promise<undefined>((resolve) => setTimeout(resolve, 3000, undefined));
    const files = await Promise.race([run.snapshot().catch(() => undefined), patience]);
    trained.set(this.name, { look, firstCodes: this.firstCodes, progress, files });
  }
}
