import { UserError } from "../../tensor/index.js";
import { isPng } from "../pictures/reading.js";

/** What a picture's first bytes say, before anything is decoded. */
export interface PictureHead {
  readonly type: "image/png" | "image/jpeg" | "image/webp" | "image/gif";
  /** Upright, as it is to be seen. */
  readonly width: number;
  readonly height: number;
  readonly grey: boolean;
  /** More than one if it moves. */
  readonly frames: number;
}

const textAt = (bytes: Uint8Array, start: number, end: number): string =>
  String.fromCharCode(...bytes.subarray(start, end));

function cutOff(): never {
  throw new UserError("it is cut off");
}

/** The orientation in an EXIF block, 1 to 8; 1 without one. */
function orientationIn(exif: DataView): number {
  if (exif.byteLength < 14) return 1;
  const little = exif.getUint16(0) === 0x4949;
  const first = exif.getUint32(4, little);
  if (first + 2 > exif.byteLength) return 1;
  const count = exif.getUint16(first, little);
  for (let i = 0; i < count; i++) {
    const at = first + 2 + 12 * i;
    if (at + 12 > exif.byteLength) return 1;
    if (exif.getUint16(at, little) === 0x0112) return exif.getUint16(at + 8, little);
  }
  return 1;
}

/** Markers of a frame's header; C4, C8 and CC are others. */
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

function jpegHead(bytes: Uint8Array): PictureHead {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let orientation = 1;
  for (let at = 2; at + 4 <= bytes.length; ) {
    const marker = bytes[at + 1] ?? 0;
    if (bytes[at] !== 0xff) throw new UserError("it is a damaged JPEG");
    if (marker === 0xff || marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) {
      at += marker === 0xff ? 1 : 2;
      continue;
    }
    const length = view.getUint16(at + 2);
    const end = at + 2 + length;
    if (isFrame(marker)) {
      if (at + 10 > bytes.length) return cutOff();
      const [height, width] = [view.getUint16(at + 5), view.getUint16(at + 7)];
      const turned = orientation >= 5 && orientation <= 8;
      return {
        type: "image/jpeg",
        width: turned ? height : width,
        height: turned ? width : height,
        grey: bytes[at + 9] === 1,
        frames: 1,
      };
    }
    if (marker === 0xe1 && textAt(bytes, at + 4, at + 10) === "Exif\0\0" && end <= bytes.length)
      orientation = orientationIn(new DataView(bytes.buffer, bytes.byteOffset + at + 10, length - 8));
    at = end;
  }
  return cutOff();
}

function webpHead(bytes: Uint8Array): PictureHead {
  if (bytes.length < 30) return cutOff();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const three = (at: number): number => 1 + view.getUint16(at, true) + ((bytes[at + 2] ?? 0) << 16);
  const made = (width: number, height: number, frames = 1): PictureHead => {
    return { type: "image/webp", width, height, grey: false, frames };
  };
  switch (textAt(bytes, 12, 16)) {
    case "VP8X":
      return made(three(24), three(27), (bytes[20] ?? 0) & 2 ? 2 : 1);
    case "VP8L": {
      const bits = view.getUint32(21, true);
      return made(1 + (bits & 0x3fff), 1 + ((bits >>> 14) & 0x3fff));
    }
    default:
      return made(view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff);
  }
}

function pngHead(bytes: Uint8Array): PictureHead {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const grey = [0, 4].includes(bytes[25] ?? 0);
  return { type: "image/png", width: view.getUint32(16), height: view.getUint32(20), grey, frames: 1 };
}

function gifHead(bytes: Uint8Array): PictureHead {
  if (bytes.length < 13) return cutOff();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // those that move say how often, in an extension of this name before the first frame
  const moves = textAt(bytes, 0, Math.min(bytes.length, 2048)).includes("NETSCAPE2.0");
  return {
    type: "image/gif",
    width: view.getUint16(6, true),
    height: view.getUint16(8, true),
    grey: false,
    frames: moves ? 2 : 1,
  };
}

/** What a picture is by its first bytes, whatever its name says. Throws a UserError for what is none that is read. */
export function pictureHead(bytes: Uint8Array): PictureHead {
  const head = headOf(bytes);
  if (head.width >= 1 && head.height >= 1) return head;
  throw new UserError(`it says that it is ${head.width} x ${head.height}`);
}

function headOf(bytes: Uint8Array): PictureHead {
  if (isPng(bytes)) return pngHead(bytes);
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return jpegHead(bytes);
  if (textAt(bytes, 0, 4) === "RIFF" && textAt(bytes, 8, 12) === "WEBP") return webpHead(bytes);
  if (/^GIF8[79]a/.test(textAt(bytes, 0, 6))) return gifHead(bytes);
  if (bytes.length === 0) throw new UserError("it is empty");
  throw new UserError("it is no PNG, JPEG, WebP or GIF by its contents");
}
