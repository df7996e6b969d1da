import { type Colour, fillRect, type Raster } from "./raster.js";

/** Width of a character's cell in font pixels. */
export const GLYPH_WIDTH = 8;
/** Height of a character's cell in font pixels. */
export const GLYPH_HEIGHT = 13;

const FIRST = 32;
const LAST = 126;

/**
 * The X11 font misc-fixed bold 8x13, characters 32..126 (COPYING: "Public domain font. Share and enjoy."):
 * 13 bytes a character, top row first, the highest bit leftmost. Labels inside rasters need a font that
 * is the same everywhere and that the browser half can use too.
 */
const GLYPHS =
  "0000000000000000000000000000181818181818180018180000006c6c6c6c000000000000000000006c6cfefe6cfefe6c" +
  "6c000000107cd6d0f07c1e16d67c100000e6a6ec181830306ecace00000000000078cccc78cecc7e000000181818180000" +
  "000000000000000c1830306060603030180c0000603018180c0c0c18183060000000001010fe38386c4400000000000018" +
  "187e7e181800000000000000000000003c1c1c1830000000000000007e0000000000000000000000000000183c18000000" +
  "0206060c183060c0c080000000386cc6c6c6c6c6c66c380000001838781818181818187e0000007cc6c6060c183060c0fe" +
  "000000fe060c183c060606c67c0000000c1c3c6cccccfe0c0c0c000000fec0c0fce6060606c67c0000003c60c0c0fce6c6" +
  "c6e67c000000fe06060c1818303030300000007cc6c6c67cc6c6c6c67c0000007ccec6c6ce7e06060c780000000000183c" +
  "180000183c180000000000183c18003c1c1c1830000000060c18306030180c06000000000000007e00007e000000000000" +
  "6030180c060c1830600000007cc6c6060c1818001818000000007cfeceded2d2dee07e000000387cc6c6c6fec6c6c6c600" +
  "0000fc6666667c66666666fc0000007ce6c6c0c0c0c0c6e67c000000fc6666666666666666fc000000fec0c0c0f8c0c0c0" +
  "c0fe000000fec0c0c0f8c0c0c0c0c00000007cc6c6c0c0c0cec6c67c000000c6c6c6c6fec6c6c6c6c60000003c18181818" +
  "181818183c0000000e060606060606c6c67c000000c6c6ccd8f0f0d8ccc6c6000000c0c0c0c0c0c0c0c0c2fe000000c6c6" +
  "eefed6c6c6c6c6c6000000c6c6e6e6f6dececec6c60000007cc6c6c6c6c6c6c6c67c000000fcc6c6c6c6fcc0c0c0c00000" +
  "007cc6c6c6c6c6c6c6de7c060000fcc6c6c6fcf8ccccc6c60000007cc6c6c07c0606c6c67c0000007e1818181818181818" +
  "18000000c6c6c6c6c6c6c6c6c67c000000c6c6c6c6446c6c383810000000c6c6c6c6c6c6d6d6fe6c000000c6c66c6c3838" +
  "6c6cc6c60000006666663c3c1818181818000000fe06060c183060c0c0fe0000007c6060606060606060607c000080c0c0" +
  "6030180c0606020000007c0c0c0c0c0c0c0c0c0c7c000010386cc600000000000000000000000000000000000000fe0000" +
  "30180c000000000000000000000000007c067ec6c6ce76000000c0c0c0dce6c6c6c6e6dc0000000000007ce6c0c0c0e67c" +
  "00000006060676cec6c6c6ce760000000000007cc6c6fec0c67c0000003c66606060fc606060600000000000007ecccccc" +
  "78f07cc67c00c0c0c0dce6c6c6c6c6c60000000018180038181818183c000000000606000e06060606c6c67c00c0c0c0cc" +
  "d8f0f0d8ccc60000003818181818181818183c0000000000006cfed6d6c6c6c6000000000000dce6c6c6c6c6c600000000" +
  "00007cc6c6c6c6c67c000000000000dce6c6c6c6e6dcc0c00000000076cec6c6c6ce76060600000000dce6c0c0c0c0c000" +
  "00000000007cc660380cc67c00000060606060fc606060663c000000000000c6c6c6c6c6ce76000000000000c6c6c6c66c" +
  "6c38000000000000c6c6c6d6d6fe6c000000000000c6c66c386cc6c6000000000000c6c6c6c6ce7606c67c00000000fe0c" +
  "183060c0fe0000001e3030301870183030301e000018181818181818181818000000780c0c0c180e180c0c0c7800000072" +
  "fe9c0000000000000000";

/** Width in pixels of `text` at an integer `scale`. */
export function bitmapTextWidth(text: string, scale = 1): number {
  return [...text].length * GLYPH_WIDTH * scale;
}

/** `text` cut to at most `width` pixels, with two dots where something is missing. */
export function fitBitmapText(text: string, width: number, scale = 1): string {
  const room = Math.max(0, Math.floor(width / (GLYPH_WIDTH * scale)));
  const characters = [...text];
  if (characters.length <= room) return text;
  return room <= 3 ? characters.slice(0, room).join("") : `${characters.slice(0, room - 2).join("")}..`;
}

/** Draws one line of text with its top left corner at (x, y); characters beyond ASCII appear as `?`. */
export function drawBitmapText(
  into: Raster,
  text: string,
  x: number,
  y: number,
  colour: Colour,
  scale = 1,
): void {
  [...text].forEach((character, i) => {
    let code = character.codePointAt(0) ?? 63;
    if (code < FIRST || code > LAST) code = 63;
    for (let row = 0; row < GLYPH_HEIGHT; row++) {
      const at = ((code - FIRST) * GLYPH_HEIGHT + row) * 2;
      const bits = Number.parseInt(GLYPHS.slice(at, at + 2), 16);
      for (let column = 0; column < GLYPH_WIDTH; column++) {
        if ((bits & (0x80 >> column)) === 0) continue;
        fillRect(into, x + (i * GLYPH_WIDTH + column) * scale, y + row * scale, scale, scale, colour);
      }
    }
  });
}
