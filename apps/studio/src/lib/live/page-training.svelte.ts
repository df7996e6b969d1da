import { proxy, type Remote, wrap } from "comlink";
import { LiveRun } from "./live-run.svelte";
import type { TrainerApi, TrainingNews, TrainingRequest } from "./protocol";

/** A training in a worker of this page. */
export class PageTraining extends LiveRun {
  readonly controlled = true;
  /** The trained model's files, once it has ended. */
  files = $state.raw<Readonly<Record<string, Uint8Array>>>();

  private readonly worker = new Worker(new URL("./trainer.worker.ts", import.meta.url), { type: "module" });
  private readonly trainer: Remote<TrainerApi> = wrap<TrainerApi>(this.worker);

  constructor(readonly request: TrainingRequest) {
    super();
    this.worker.addEventListener("error", (event) => this.fail(event.message));
    this.trainer
      .start(
        request,
        proxy((news: TrainingNews) => this.hear(news)),
      )
      .catch((error: unknown) => this.fail(String(error)));
  }

  pause(): void {
    void this.trainer.pause();
  }
  resume(): void {
    void this.trainer.resume();
  }
  stepOnce(): void {
    void this.trainer.step();
  }
  stop(): void {
    this.state = "stopping";
    void this.trainer.stop();
  }
  close(): void {
    this.worker.terminate();
  }

  /** The model's files with its weights as they are now. */
  async snapshot(): Promise<Readonly<Record<string, Uint8Array>> | undefined> {
    return this.files ?? (await this.trainer.snapshot());
  }

  private hear(news: TrainingNews): void {
    if (news.type === "event") this.take(news.event);
    else if (news.type === "look") this.look = news.look;
    else if (news.type === "failed") this.fail(news.message);
    else if (news.type === "paused") {
      if (this.state === "training" || this.state === "paused") {
        this.state = news.paused ? "paused" : "training";
      }
    } else {
      this.files = news.files;
      this.state = news.finished ? "finished" : "stopped";
    }
  }
}
