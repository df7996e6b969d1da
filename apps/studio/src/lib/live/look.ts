import type { Current, Dataset, ExampleTensor, Tensor, TrainedVae } from "latent/web";
import { rows, tensor, toFloats } from "latent/web";
import type { Look, Watch } from "./protocol";

interface Position {
  readonly step: number;
  readonly epoch: number;
}

interface Shown {
  readonly generated: number;
  readonly reconstructed: ExampleTensor;
  readonly coded: ExampleTensor;
  readonly labels: readonly number[] | undefined;
}

const firstOf = ({ test }: Dataset, count: number): ExampleTensor =>
  rows(test.examples, 0, Math.min(count, test.length));

/** Posteriors whose parameter `scale` is their standard deviation. */
const scaled = new Set(["normal", "stopped-normal"]);

/** The posterior's standard deviations, where its parameters tell them. */
function deviationsOf(
  posterior: string,
  { logVar, scale }: Readonly<Record<string, Tensor<"float32">>>,
  count: number,
): Float32Array | undefined {
  if (logVar?.data.length === count) return logVar.data.map((value) => Math.exp(value / 2));
  return scaled.has(posterior) && scale?.data.length === count ? scale.data : undefined;
}

/** Looks at a model while it trains: always the same noise and the same test examples. */
export class Looker {
  private noise: Tensor<"float32"> | undefined;

  private constructor(
    private readonly dataset: Dataset,
    private readonly shown: Shown,
  ) {}

  static of(dataset: Dataset, watch: Watch = {}): Looker {
    const { generated = 16, reconstructed = 8, codes = 1000 } = watch;
    const labels = dataset.test.labels && Array.from(dataset.test.labels.slice(0, codes));
    return new Looker(dataset, {
      generated,
      reconstructed: firstOf(dataset, reconstructed),
      coded: firstOf(dataset, codes),
      labels,
    });
  }

  async look(current: Pick<Current, "model">, { step, epoch }: Position): Promise<Look> {
    const model = await current.model();
    try {
      return { step, epoch, ...(await this.seen(model)) };
    } finally {
      await model.close();
    }
  }

  /** Two functions run: the encoder on the examples, the decoder on noise and codes together. */
  private async seen(model: TrainedVae): Promise<Omit<Look, "step" | "epoch">> {
    const { generated, reconstructed, coded, labels } = this.shown;
    this.noise ??= await model.samplePrior(generated, { seed: 7 });
    const encoding: Readonly<Record<string, Tensor<"float32">>> = { ...(await model.encode(coded)) };
    const { mean } = encoding;
    const codes = mean ?? (await model.codes(coded));
    const z = codes.shape[1] as number;
    const shown = Math.min(reconstructed.shape[0] as number, coded.shape[0] as number);
    const decoded = await model.decode(joined(this.noise, codes, shown));
    const split = (decoded.data.length / (decoded.shape[0] as number)) * generated;
    return {
      shape: this.dataset.shape,
      generated: decoded.data.slice(0, split),
      originals: toFloats(reconstructed, this.dataset.schema).data,
      reconstructions: decoded.data.slice(split),
      codes: codes.data,
      deviations: deviationsOf(model.definition.posterior.name, encoding, codes.data.length),
      labels,
      z,
    };
  }
}

/** The noise's rows and the first so many of the codes, below each other. */
function joined(noise: Tensor<"float32">, codes: Tensor<"float32">, count: number): Tensor<"float32"> {
  const z = noise.shape[1] as number;
  const rowsOfNoise = noise.shape[0] as number;
  const both = new Float32Array((rowsOfNoise + count) * z);
  both.set(noise.data);
  both.set(codes.data.subarray(0, count * z), noise.data.length);
  return tensor("float32", [rowsOfNoise + count, z], both);
}
