/** Text with the characters that mean something in HTML, XML and their quoted attributes replaced. */
export function escapeMarkup(text: string): string {
  return (
    text
      // XML has no way to write these; a stray one would make the whole picture unreadable.
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd")
      .replace(/\p{Surrogate}/gu, "\ufffd")
      .replace(/&/g, "&amp;")
      .replace(/</g, "&lt;")
      .replace(/>/g, "&gt;")
      .replace(/"/g, "&quot;")
      .replace(/'/g, "&#39;")
  );
}

/** Advance widths of DejaVu Sans, characters 32..126, in thousandths of the font size. */
const WIDTHS = [
  318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636, 636, 636,
  636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632, 575, 775, 752, 295,
  295, 656, 557, 863, 748, 787, 603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838,
  500, 500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612, 635, 635, 411, 521,
  392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838,
];

/**
 * Width of a line of text in units of the drawing. Nothing can be measured without a browser, so this adds up
 * DejaVu Sans, which is also wider than nearly every font that a browser would put in its place.
 */
export function textWidth(text: string, fontSize: number): number {
  let width = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    width += WIDTHS[code - 32] ?? (code > 0x2e80 ? 1000 : 700);
  }
  return (width * fontSize) / 1000;
}

/** `text` in lines of at most `width`, broken at spaces; a longer word stays whole. */
export function wrapText(text: string, width: number, fontSize: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/).filter((part) => part !== "")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && textWidth(longer, fontSize) > width) {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  if (line !== "") lines.push(line);
  return lines;
}

/** `text` cut at the end, with an ellipsis, to at most `width`. */
export function fitText(text: string, width: number, fontSize: number): string {
  if (textWidth(text, fontSize) <= width) return text;
  const characters = [...text];
  while (characters.length > 0 && textWidth(`${characters.join("")}…`, fontSize) > width) characters.pop();
  return `${characters.join("")}…`;
}

/** A number as people read it: `12,345`, `147.4`, `0.0399`, `2.1e-8`; the same on every machine. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  let text: string;
  if (Number.isInteger(value) && size < 1e15) text = grouped(size.toFixed(0));
  else if (size >= 1e9 || size < 1e-4) text = size.toExponential(2).replace("e+", "e");
  else if (size >= 1000) text = grouped(size.toFixed(1));
  else text = Number(size.toPrecision(4)).toFixed(Math.max(0, 3 - Math.floor(Math.log10(size))));
  return value < 0 ? `−${text.replace("e-", "e−")}` : text.replace("e-", "e−");
}

/** Digits with a comma between thousands: `12,345.6`. */
export function grouped(digits: string): string {
  const [whole = "", fraction] = digits.split(".");
  const spaced = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? spaced : `${spaced}.${fraction}`;
}
