import type { DenseDecoder } from "./dense";
import playerCss from "./player/player.css?raw";
import playerJs from "./player/player.js?raw";
import { base64 } from "./save";

/** Pictures decoded beforehand over two coordinates, where the decoder itself can't be taken along. */
export interface Atlas {
  /** Pictures a side. */
  readonly count: number;
  /** 0 to 255, picture after picture from the top left. */
  readonly shades: Uint8Array;
}

/** What a page of its own shows. */
export interface ModelPage {
  readonly title: string;
  readonly language: string;
  readonly shape: readonly number[];
  readonly start: readonly number[];
  /** Coordinates of the pad. */
  readonly pad: readonly number[];
  /** From where to where each coordinate goes. */
  readonly ranges: readonly (readonly [number, number])[];
  /** The numbers that are black and white. */
  readonly range: readonly [number, number];
  readonly decoder: DenseDecoder | Atlas;
  readonly words: {
    readonly note: string;
    readonly pad: string;
    readonly picture: string;
    readonly random: string;
  };
}

const escaped = (text: string): string =>
  text.replace(
    /[&<>"]/g,
    (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign] ?? sign,
  );

const floats = (values: Float32Array): string => base64(new Uint8Array(values.slice().buffer));

function decoderData(decoder: ModelPage["decoder"]): object {
  if ("count" in decoder) return { atlas: { count: decoder.count, shades: base64(decoder.shades) } };
  const { layers, hidden, output, scale } = decoder;
  return {
    hidden,
    output,
    scale,
    layers: layers.map(({ weight, bias, inputs, outputs }) => ({
      inputs,
      outputs,
      weight: floats(weight),
      bias: floats(bias),
    })),
  };
}

/** A page in one file that decodes by itself, opened from a disk too: weights within, no requests. */
export function modelHtml(page: ModelPage): string {
  const { title, language, shape, start, pad, ranges, range, decoder, words } = page;
  const data = JSON.stringify({ shape, start, pad, ranges, range, ...decoderData(decoder) });
  return `<!doctype html>
<html lang="${escaped(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>
${playerCss}</style>
</head>
<body>
<h1>${escaped(title)}</h1>
<p>${escaped(words.note)}</p>
<main>
<canvas id="pad" tabindex="0" role="application" aria-label="${escaped(words.pad)}"></canvas>
<div>
<canvas id="shown" role="img" aria-label="${escaped(words.picture)}"></canvas>
<div id="sliders"></div>
<button id="random" type="button">${escaped(words.random)}</button>
</div>
</main>
<script type="application/json" id="model">${data.replaceAll("<", "\\u003c")}</script>
<script>
${playerJs.replaceAll("</script", "<\\/script")}</script>
</body>
</html>
`;
}
