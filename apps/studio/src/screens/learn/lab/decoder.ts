import type * as Latent_ from "latent/web";
import type { Tensor, TrainedVae } from "latent/web";

type Latent = Pick<typeof Latent_, "tensor">;

/** A trained model in the page's own thread, for pictures of points under the pointer. */
export class Decoder {
  private underWay: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly model: TrainedVae,
    private readonly latent: Latent,
  ) {}

  static async of(files: Readonly<Record<string, Uint8Array>>): Promise<Decoder> {
    const latent = await import("latent/web");
    await import("../../../lib/live/stopped-normal");
    return new Decoder(await latent.loadModel(files, { device: "wasm", threads: 1 }), latent);
  }

  /** Pictures of points [n, z], row after row. */
  async decode(points: readonly number[] | Float32Array, z: number): Promise<Float32Array> {
    const values = Float32Array.from(points);
    const codes: Tensor<"float32"> = this.latent.tensor("float32", [values.length / z, z], values);
    const decoded = this.model.decode(codes);
    this.underWay = Promise.allSettled([this.underWay, decoded]);
    return (await decoded).data;
  }

  /** Draws of the prior [n, z], row after row. */
  async drawPrior(count: number, seed: number): Promise<Float32Array> {
    return (await this.model.samplePrior(count, { seed })).data;
  }

  /** Once what is being decoded is done. */
  close(): void {
    void this.underWay.then(() => this.model.close());
  }
}
