import type { TrainEvent } from "latent/web";

/** Holds training back between two calls of the engine. */
export class Gate {
  private held: { readonly open: () => void; readonly opened: Promise<void> } | undefined;
  private stepping = false;

  constructor(private readonly told: (paused: boolean) => void) {}

  pause(): void {
    if (this.held !== undefined) return;
    let open = (): void => undefined;
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    this.held = { open, opened };
    this.told(true);
  }

  resume(): void {
    const { held } = this;
    if (held === undefined) return;
    this.held = undefined;
    this.told(false);
    held.open();
  }

  step(): void {
    this.stepping = true;
    this.resume();
  }

  /** Waits while training is held back. */
  async passed({ type }: TrainEvent): Promise<void> {
    if (this.stepping && type === "progress") {
      this.stepping = false;
      this.pause();
    }
    await this.held?.opened;
  }
}
