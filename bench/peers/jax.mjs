// jax-js on its wasm backend. Without the browsers' Worker, as in Node, it runs on one thread.
import * as jax from "@jax-js/jax";
import { mnistFloats } from "../lib/latent.mjs";
import { serve } from "../lib/serve.mjs";
import { jaxStep } from "../web/jax-step.mjs";

const rows = 10000;
await jax.init("wasm");
jax.defaultDevice("wasm");

async function step({ batch, latent }) {
  const take = jaxStep(jax, { batch, latent, rows, images: mnistFloats(rows) });
  let loss = Number.NaN;
  return {
    async unit() {
      loss = await take();
      return 1;
    },
    extra: () => ({ loss }),
    info: { backend: "wasm, 1 thread" },
  };
}

serve({ step });
