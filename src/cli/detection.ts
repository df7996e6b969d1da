import { writeWhole } from "../data/index.js";
import { detectionChart } from "../plot/index.js";
import { svgToPng } from "../plot/node.js";
import { UserError } from "../tensor/index.js";
import { type AnomalyDetection, detection, type ExampleScores, type ScoreName } from "../uses/index.js";

/** How well each score finds the anomalies. */
export type Measured = Readonly<Record<string, AnomalyDetection>>;

/** Measures all scores where marks, 1, tell the anomalies. Throws a UserError if nothing else is left. */
export function measureDetection({ columns }: ExampleScores, anomalies: Uint8Array): Measured {
  const marks = Array.from(anomalies, (mark) => mark === 1);
  if (!marks.includes(false)) {
    throw new UserError("--anomalies names all examples; leave some that are usual", 2);
  }
  return Object.fromEntries(
    Object.entries(columns).map(([name, scores]) => [name, detection(scores, marks)]),
  );
}

/** Draws the curves of all scores, that of `by` thicker. */
export async function writeCurves(
  file: string,
  measured: Measured,
  by: ScoreName,
  title: string,
): Promise<void> {
  const series = Object.entries(measured).map(([name, curves]) => ({ name, ...curves }));
  const [first] = series;
  const caption = first && `${first.anomalies} anomalies among ${first.anomalies + first.usual} examples.`;
  const svg = await detectionChart(series, { title, emphasis: by, ...(caption && { caption }) });
  await writeWhole(file, await svgToPng(svg));
}
