// npm run bench [-- --only step,browser] [--quick] [--rounds N]
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { chart } from "./lib/chart.mjs";
import { dist, root } from "./lib/latent.mjs";
import { machine } from "./lib/load.mjs";
import { markdown } from "./lib/markdown.mjs";

const suites = ["limit", "step", "conv", "infer", "epoch", "cold", "browser", "growth"];

const { values: options } = parseArgs({
  options: {
    only: { type: "string" },
    quick: { type: "boolean", default: false },
    rounds: { type: "string" },
    patience: { type: "string", default: "1" },
    out: { type: "string", default: path.join(root, "bench/results") },
    help: { type: "boolean", short: "h", default: false },
  },
});
const wanted = options.only?.split(",") ?? suites;
const unknown = wanted.filter((name) => !suites.includes(name));
if (options.help || unknown.length > 0) {
  if (unknown.length > 0) console.error(`unknown: ${unknown.join(", ")}`);
  console.log(
    `npm run bench -- [--only ${suites.join(",")}] [--quick] [--rounds N] [--patience F] [--out FOLDER]\n\n` +
      "Measures Latent and its peers in turn, each in a process of its own. --quick: few cases, few samples.\n" +
      "--rounds: undisturbed samples of each (default 12, quick 4). --patience: factor on the time in which to get\n" +
      "them (more on a busy machine). LATENT_DIST: another build than dist/.",
  );
  process.exit(unknown.length > 0 ? 2 : 0);
}

const log = (text) => console.error(text);
const rounds = Math.max(3, Number(options.rounds ?? (options.quick ? 4 : 12)));
const context = {
  rounds,
  quick: options.quick,
  log,
  seconds: (full) => Number(options.patience) * (options.quick ? full / 2 : full),
};
const report = {
  machine: machine(),
  dist: path.relative(root, dist),
  rounds,
  quick: options.quick,
  suites: {},
};
// Shares of the peak need to know whose product is the fastest.
const order = suites.filter(
  (name) =>
    wanted.includes(name) || (name === "limit" && wanted.some((n) => ["step", "conv", "infer"].includes(n))),
);

// Other runs of this user, idle now, are not to be given a part of the cores.
process.env.XDG_RUNTIME_DIR = mkdtempSync(path.join(os.tmpdir(), "latent-bench-"));
process.on("exit", () => rmSync(process.env.XDG_RUNTIME_DIR, { recursive: true, force: true }));

let fastest;
for (const name of order) {
  log(`== ${name}`);
  const suite = await import(`./work/${name}.mjs`);
  const keep = ({ results, missing }) => {
    report.suites[name] = { title: suite.title, unit: suite.unit, results, missing };
    write(); // what has been measured stays if the rest fails or is stopped
  };
  const { results, missing } = await suite.run({ ...context, keep, fastest });
  if (name === "limit") {
    const [first] = results.filter(({ error }) => error === undefined).sort((a, b) => b.median - a.median);
    fastest = first?.competitor;
    report.peak = first?.best;
  }
  keep({ results, missing });
}

console.log(markdown(report));
log(`results.md, results.json and .svg charts are in ${path.relative(process.cwd(), options.out) || "."}`);

function write() {
  mkdirSync(options.out, { recursive: true });
  report.machine.loadAtEnd = machine().loadAtStart;
  writeFileSync(path.join(options.out, "results.json"), `${JSON.stringify(report, null, 1)}\n`);
  writeFileSync(path.join(options.out, "results.md"), markdown(report));
  for (const [name, suite] of Object.entries(report.suites)) {
    const svg = chart(suite, report.machine);
    if (svg !== undefined) writeFileSync(path.join(options.out, `${name}.svg`), svg);
  }
}
