import { type DirectTrial, directTrial } from "../onnx/index.js";
import type { Backend } from "./session.js";

async function passes(backend: Backend, { model, feeds, expected }: DirectTrial): Promise<boolean> {
  try {
    const session = await backend.open(model, { threads: 1 });
    try {
      const { y } = await session.run(feeds, ["y"]);
      return y !== undefined && expected.every((value, i) => value === y.data[i]);
    } finally {
      await session.close();
    }
  } catch {
    return false;
  }
}

/** The name of the direct convolution that an engine has, or none, found by trying: its blocks depend on the processor. */
export async function directConvolutionOf(backend: Backend): Promise<string[]> {
  for (const block of [16, 8]) {
    const trial = directTrial(block);
    if (await passes(backend, trial)) return [trial.name];
  }
  return [];
}
