/** A static page that draws with an exported model: the folder `model/` of a run lies beside it. */
import { encodePng, imageGrid, loadModel } from "latent/web";

const at = <E extends HTMLElement>(id: string): E => document.getElementById(id) as E;
const state = at("state");

async function start(): Promise<void> {
  const model = await loadModel(new URL("model/", location.href).href);
  let seed = 0;
  const draw = async (): Promise<void> => {
    const temperature = Number(at<HTMLInputElement>("temperature").value);
    const images = await model.generate(16, { seed: seed++, temperature });
    const png = await encodePng(imageGrid(images, { shape: model.definition.input, columns: 4 }));
    const picture = at<HTMLImageElement>("picture");
    URL.revokeObjectURL(picture.src);
    picture.src = URL.createObjectURL(new Blob([png as BlobPart], { type: "image/png" }));
    await picture.decode();
    state.textContent = `${images.shape[0] ?? 0} drawn`;
  };
  at("draw").addEventListener("click", () => void draw().catch(fail));
  await draw();
}

function fail(error: unknown): void {
  state.textContent = error instanceof Error ? error.message : String(error);
}

start().catch(fail);
