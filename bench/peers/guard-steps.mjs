// Runs training steps and nothing else: for counting instructions and for profiles. Argument: JSON.
import { convModel } from "../lib/conv-networks.mjs";
import { everything, examplesFor, product, scattered } from "../lib/latent.mjs";

const {
  batch = 128,
  latent: z = 2,
  network,
  steps,
  threads,
  calls = 1,
  profile,
} = JSON.parse(process.argv[2]);
const latent = await everything();
const { nodeBackend } = await product("runtime/node.js");
const { EngineState } = await product("train/engine-state.js");
const { Stepper } = await product("train/stepper.js");

const rows = 4096;
const engine = new latent.LocalEngine(await nodeBackend("cpu", threads));
const model = network ? convModel(latent, network) : latent.vae({ input: [28, 28], latent: z });
const optimizer = latent.adam();
await new EngineState(engine, model, optimizer).put(latent.initialState(model, optimizer, 0).tensors);
await engine.put({ data: latent.tensor("uint8", [rows, model.dataSize], examplesFor(model, rows)) });
const options = { objective: latent.elbo(), optimizer, batch, stored: "uint8", datasetSize: rows };
const stepper = await Stepper.open(engine, model, options, profile && { profile });
for (let call = 0; call < calls; call++) {
  const source = { seed: 0, stride: batch, examples: { data: "data" } };
  const first = call * steps;
  const { loss } = await stepper.run(scattered(steps * batch, rows, first * batch), steps, first, source);
  if (!Number.isFinite(loss.data.at(-1))) throw new Error("the loss is not finite");
}
await engine.close();
