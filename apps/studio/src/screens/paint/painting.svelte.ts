import { loadModel, pointsFromMask, sampleDistances, tensor, type TrainedVae } from "latent/web";
import { PageTraining } from "../../lib/live/page-training.svelte";
import { messageOf } from "../../lib/message";
import { mnistAddress } from "../../lib/sources/session.svelte";
import { Flow } from "./flow.svelte";

/** How long to paint for: training examples and epochs. */
export const lengths = {
  short: { limit: 10000, epochs: 20 },
  long: { limit: 60000, epochs: 20 },
} as const;
export type Length = keyof typeof lengths;

const matrix = (values: Float32Array) => tensor("float32", [values.length / 2, 2], values);

/** A model whose codes are being drawn into a shape. */
export class Painting {
  readonly flow = new Flow();
  /** Sliced Wasserstein distance between codes and drawing, look by look. */
  distances = $state.raw<readonly { readonly step: number; readonly distance: number }[]>([]);
  model = $state.raw<TrainedVae>();
  problem = $state<string>();
  readonly points: Float32Array;
  readonly training: PageTraining;
  private refreshed = 0;
  private closed = false;

  constructor(drawing: ImageData, length: Length, seed: number) {
    this.points = Float32Array.from(pointsFromMask(drawing, { count: 2000, seed }).flat());
    const { limit, epochs } = lengths[length];
    this.training = new PageTraining({
      spec: {
        latent: 2,
        objective: "sliced-wasserstein(lambda=1000)",
        batchSize: 500,
        epochs,
        seed,
      },
      data: { kind: "mnist", at: mnistAddress(), limit },
      priorPoints: this.points,
      watch: { generated: 16, reconstructed: 1, codes: 2000, every: 300 },
    });
  }

  /** How many times nearer the codes are to the drawing than at first. */
  get nearer(): number | undefined {
    const [first, last] = [this.distances[0], this.distances.at(-1)];
    return first && last && this.distances.length > 1
      ? first.distance / Math.max(last.distance, 1e-6)
      : undefined;
  }

  /** Takes a look in: the codes flow to their new places, and the distance is measured. */
  see(): void {
    const { look } = this.training;
    if (look === undefined || this.closed) return;
    this.flow.to(look.codes);
    const { slicedWasserstein } = sampleDistances(matrix(look.codes), matrix(this.points));
    this.distances = [...this.distances, { step: look.step, distance: slicedWasserstein }];
    const now = performance.now();
    if (now - this.refreshed < 3000) return;
    this.refreshed = now;
    void this.refresh();
  }

  /** Takes the newest weights to decode with. */
  async refresh(): Promise<void> {
    try {
      const files = await this.training.snapshot();
      if (files === undefined || this.closed) return;
      const before = this.model;
      this.model = await loadModel(files, { threads: 1 });
      await before?.close();
    } catch (error) {
      this.problem = messageOf(error);
    }
  }

  close(): void {
    this.closed = true;
    this.flow.close();
    this.training.close();
    void this.model?.close();
  }
}
