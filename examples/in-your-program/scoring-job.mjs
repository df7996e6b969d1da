// For cron: node scoring-job.mjs RUN USUAL INBOX OUTBOX [FALSE-ALARMS]
//
// Scores each .npy file of new examples in INBOX and writes those that are flagged to OUTBOX/NAME.flagged.csv: their row, score,
// and the part that is to blame. A file that has its result, and has not changed since, is left alone, so that the job may
// run as often as it likes, be killed at any moment, and start again: a result is there whole or not at all. A file that
// can't be read is named, and the others are done all the same; the exit code is then 1.
import { createHash } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import path from "node:path";
import { datasets, loadModel, openScorer } from "latent";

const [run, usual, inbox, outbox, falseAlarms = "0.01"] = process.argv.slice(2);
if (outbox === undefined) {
  console.error("usage: node scoring-job.mjs RUN USUAL INBOX OUTBOX [FALSE-ALARMS]");
  process.exit(2);
}
await mkdir(outbox, { recursive: true });

/** Whether a result is there, made of the very same bytes by the same model and threshold. */
async function isDone(result, key) {
  const text = await readFile(result, "utf8").catch(() => "");
  return text.startsWith(`# ${key}\n`);
}

async function writeWhole(file, text) {
  const part = `${file}.part-${process.pid}`;
  try {
    const handle = await open(part, "w");
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

const model = await loadModel(run);
const weights = createHash("sha256");
for (const [name, { data }] of Object.entries(model.weights)) {
  weights.update(name).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}
const job = `${weights.digest("hex").slice(0, 16)} ${falseAlarms}`;

const due = [];
for (const name of (await readdir(inbox)).filter((one) => one.endsWith(".npy")).sort()) {
  const digest = createHash("sha256")
    .update(await readFile(path.join(inbox, name)))
    .digest("hex");
  const result = path.join(outbox, `${name.slice(0, -4)}.flagged.csv`);
  const key = `${digest.slice(0, 16)} ${job}`;
  if (!(await isDone(result, key))) due.push({ name, result, key });
}
console.log(`${due.length} to score`);

if (due.length > 0) {
  const scorer = await openScorer(
    model,
    await (usual === "mnist" ? datasets.mnist() : datasets.folder(usual)),
  );
  try {
    const threshold = scorer.threshold(Number(falseAlarms));
    for (const { name, result, key } of due) {
      try {
        const rows = await datasets.folder(path.join(inbox, name), { whole: true });
        const { columns, blame, length } = await scorer.score(rows);
        const { recommended } = columns;
        const flagged = Array.from({ length }, (_, i) => i).filter((i) => recommended[i] > threshold);
        const lines = flagged.map((i) => `${i},${recommended[i]},"${blame[i]}"\n`).join("");
        await writeWhole(result, `# ${key}\nid,recommended,blame\n${lines}`);
        console.log(`${name}: ${flagged.length} of ${length} flagged`);
      } catch (error) {
        console.error(`${name}: ${error.message}`);
        process.exitCode = 1;
      }
    }
  } finally {
    await scorer.close();
  }
}
await model.close();
