import { competitors } from "./competitors.mjs";
import { short } from "./stats.mjs";

export const labelOf = (name) =>
  competitors[name]?.label ?? (name === "torch-workers" ? "PyTorch, best, DataLoader workers" : name);

/** Whether more of the unit is better. */
export const higherIsBetter = (unit) => /\/s$/.test(unit);

const percent = ({ peakShare, peak, peakDisturbed, disturbed } = {}) =>
  Number.isFinite(peakShare)
    ? `${peakDisturbed || disturbed ? "~" : ""}${(100 * peakShare).toFixed(0)} % of ${short(peak)}`
    : "";

function cell(result, unit, own) {
  if (result === undefined) return "";
  if (result.error !== undefined) return "failed";
  const mark = result.disturbed ? "~" : "";
  const spread = result.q1 === undefined ? "" : ` (${short(result.q1)}-${short(result.q3)})`;
  const memory = result.peakMb > 0 && !higherIsBetter(unit) ? `, ${result.peakMb.toFixed(0)} MB` : "";
  const ratio =
    own === undefined || own === result || own.error !== undefined
      ? ""
      : ` **${short(higherIsBetter(unit) ? own.median / result.median : result.median / own.median)}x**`;
  return `${mark}${short(result.median)}${spread}${memory}${ratio}`;
}

function table({ title, unit, results, missing }) {
  const names = [...new Set(results.map(({ competitor }) => competitor))];
  const cases = [...new Set(results.map((result) => result.case))];
  const shares = results.some(({ peakShare, competitor }) => competitor === "latent" && peakShare);
  const starved = results.some((result) => result.starved !== undefined);
  const load = results.some(({ loadSeconds }) => loadSeconds !== undefined);
  const head = [
    "",
    ...names.map(labelOf),
    ...(shares ? ["share of peak"] : []),
    ...(starved ? ["engine idle"] : []),
    ...(load ? ["load, s", "file, MB"] : []),
  ];
  const rows = cases.map((name) => {
    const row = results.filter((result) => result.case === name);
    const own = row.find(({ competitor }) => competitor === "latent");
    return [
      name,
      ...names.map((competitor) =>
        cell(
          row.find((result) => result.competitor === competitor),
          unit,
          own,
        ),
      ),
      ...(shares ? [percent(own)] : []),
      ...(starved ? [own?.starved === undefined ? "" : `${(100 * own.starved).toFixed(1)} %`] : []),
      ...(load ? [short(own?.loadSeconds ?? Number.NaN), short(own?.fileMb ?? Number.NaN)] : []),
    ];
  });
  const lines = [head, head.map((_, i) => (i === 0 ? "---" : "---:")), ...rows];
  const errors = results
    .filter(({ error }) => error)
    .map((r) => `- ${labelOf(r.competitor)}, ${r.case}, failed: ${r.error.split("\n")[0].slice(0, 200)}`);
  const absent = Object.entries(missing).map(
    ([name, advice]) => `- ${labelOf(name)} is missing: \`${advice}\``,
  );
  return [
    `## ${title} (${unit})`,
    "",
    ...(results.length > 0 ? lines.map((cells) => `| ${cells.join(" | ")} |`) : []),
    ...(errors.length + absent.length > 0 ? ["", ...errors, ...absent] : []),
  ].join("\n");
}

/** A report as Markdown: a table for each suite. */
export function markdown(report) {
  const { machine: m, peak } = report;
  const about = [
    `${m.date}, ${m.cpu}, ${m.cores} cores, ${m.vectors}, ${m.memoryGb} GB, ${m.system}, Node ${m.node};`,
    `load ${m.loadAtStart.join(" ")} at the start, ${m.loadAtEnd?.join(" ") ?? "?"} at the end.`,
    "Medians of samples during which no other process was busy, with quartiles in brackets; ~ marks figures from",
    "disturbed samples, which are not to be relied on. Bold: how many times faster Latent is.",
    ...(peak
      ? [
          `Peak of this run: ${short(peak)} GFLOP/s; shares are of the same product measured in turn with the work.`,
        ]
      : []),
  ];
  const tables = Object.values(report.suites).map(table);
  return `# Benchmark\n\n${about.join(" ")}\n\n${tables.join("\n\n")}\n`;
}
