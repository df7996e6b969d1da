import { t } from "../../../lib/text/text.svelte";
import type { Chart } from "../charts/chart";
import { inOne } from "../model/backdrop";
import type { Bench } from "../model/bench.svelte";
import { denseDecoderOf } from "./dense";
import { type Atlas, modelHtml } from "./html";

const count = 24;

/** Pictures over the chart's two coordinates, the others as they are now. */
async function atlasOf(bench: Bench, chart: Chart): Promise<Atlas> {
  const codes = Array.from(
    { length: count * count },
    (_, i) =>
      chart.codeAt(((i % count) + 0.5) / count, (Math.floor(i / count) + 0.5) / count, bench.z) ?? bench.z,
  );
  const values = await bench.decode(inOne(codes));
  return {
    count,
    shades: Uint8Array.from(values, (value) => Math.round(255 * Math.min(1, Math.max(0, value)))),
  };
}

/** A page of its own for a model; `whole` if its decoder is in it, else pictures decoded beforehand. */
export async function pageOf(
  bench: Bench,
  name: string,
  chart: Chart | undefined,
  language: string,
): Promise<{ readonly html: string; readonly whole: boolean }> {
  if (chart === undefined || chart.axes.length === 0) throw new Error(t("explore:html-none"));
  const dense = await denseDecoderOf(bench.model);
  const ranges = Array.from({ length: bench.latent }, (_, dim) => bench.rangeOf(dim));
  const html = modelHtml({
    title: name,
    language,
    shape: bench.shape,
    start: Array.from(bench.z),
    pad: chart.dims,
    ranges,
    range: dense ? bench.blackAndWhite : [0, 1],
    decoder: dense ?? (await atlasOf(bench, chart)),
    words: {
      note: dense ? t("explore:page-note") : t("explore:page-atlas"),
      pad: t("explore:pad"),
      picture: t("explore:decoded"),
      random: t("explore:page-random"),
    },
  });
  return { html, whole: dense !== undefined };
}
