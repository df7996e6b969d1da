// node script.mjs RUN DATA: what is unusual in the test examples of a folder or file? Prints the ten highest scores.
import { datasets, loadModel, openScorer } from "latent";

const [run, source] = process.argv.slice(2);
if (run === undefined || source === undefined) {
  console.error("usage: node script.mjs RUN DATA");
  process.exit(2);
}
const data = await (source === "mnist" ? datasets.mnist() : datasets.folder(source));
const model = await loadModel(run);
const scorer = await openScorer(model, data);
try {
  const { columns, blame, length } = await scorer.score(data);
  const { recommended } = columns;
  const order = Array.from({ length }, (_, i) => i).sort((a, b) => recommended[b] - recommended[a]);
  for (const row of order.slice(0, 10)) {
    console.log(`${row}\t${recommended[row].toFixed(3)}\t${blame[row]}`);
  }
} finally {
  await scorer.close();
  await model.close();
}
