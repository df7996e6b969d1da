import { UserError } from "../tensor/index.js";
import { requireInteger } from "./pixels.js";

/**
 * An SVG document as the bytes of a PNG file, `width` pixels wide (default: the width that the SVG states),
 * on the SVG's own background. Text is set in DejaVu Sans from the package's own font file, so the same SVG
 * gives the same bytes on every machine. Node only. Throws a {@link UserError} if the SVG cannot be read.
 */
export async function svgToPng(svg: string, width?: number): Promise<Uint8Array> {
  if (width !== undefined) requireInteger("width", width, 1);
  const { createRequire } = await import("node:module");
  const { Resvg } = await import("@resvg/resvg-js");
  const { resolve } = createRequire(import.meta.url);
  const fontFiles = ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf"].map((name) =>
    resolve(`dejavu-fonts-ttf/ttf/${name}`),
  );
  try {
    const drawing = new Resvg(svg, {
      font: {
        loadSystemFonts: false,
        fontFiles,
        defaultFontFamily: "DejaVu Sans",
        sansSerifFamily: "DejaVu Sans",
      },
      fitTo: width === undefined ? { mode: "original" } : { mode: "width", value: width },
      logLevel: "off",
    });
    return Uint8Array.from(drawing.render().asPng());
  } catch (error) {
    throw new UserError(
      `the SVG cannot be drawn: ${error instanceof Error ? error.message : String(error)}`,
      1,
      {
        cause: error,
      },
    );
  }
}
