import { encode } from "fast-png";
import { describe, expect, it } from "vitest";
import { decodePng, encodePng } from "./png.js";
import type { Raster } from "./raster.js";

function raster(width: number, height: number, channels: 1 | 3 | 4): Raster {
  const data = Uint8Array.from({ length: width * height * channels }, (_, i) => (i * 37 + (i >> 3)) & 255);
  return { width, height, channels, data };
}

describe("PNG", () => {
  it.each([1, 3, 4] as const)("keeps every byte of a picture with %i channels", async (channels) => {
    const picture = raster(7, 5, channels);
    expect(await decodePng(await encodePng(picture))).toEqual(picture);
  });

  it("writes the same bytes again, with the size where a PNG has it", async () => {
    const bytes = await encodePng(raster(300, 2, 1));
    expect(await encodePng(raster(300, 2, 1))).toEqual(bytes);
    expect([...bytes.slice(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]);
    expect(new DataView(bytes.buffer, bytes.byteOffset).getUint32(16)).toBe(300);
  });

  it("reads 1 bit, palettes, 16 bits and grey with alpha", async () => {
    const bits = encode({
      width: 10,
      height: 2,
      channels: 1,
      depth: 1,
      data: Uint8Array.of(0b10100000, 0x40, 0, 0xc0),
    });
    const bit = (text: string): number[] => [...text].map((digit) => 255 * Number(digit));
    expect([...(await decodePng(bits)).data]).toEqual(bit("10100000010000000011"));
    const palette = [
      [1, 2, 3],
      [250, 251, 252],
    ];
    const indexed = encode({
      width: 2,
      height: 1,
      channels: 1,
      depth: 8,
      palette,
      data: Uint8Array.of(1, 0),
    });
    expect(await decodePng(indexed)).toMatchObject({
      channels: 3,
      data: Uint8Array.of(250, 251, 252, 1, 2, 3),
    });
    const deep = encode({
      width: 3,
      height: 1,
      channels: 1,
      depth: 16,
      data: Uint16Array.of(0, 65535, 257 * 99),
    });
    expect([...(await decodePng(deep)).data]).toEqual([0, 255, 99]);
    const alpha = encode({ width: 2, height: 1, channels: 2, depth: 8, data: Uint8Array.of(5, 6, 7, 8) });
    expect(await decodePng(alpha)).toMatchObject({
      channels: 4,
      data: Uint8Array.of(5, 5, 5, 6, 7, 7, 7, 8),
    });
  });

  it("refuses what is no PNG, what is cut short or changed, and rasters that don't add up", async () => {
    const bytes = await encodePng(raster(8, 8, 1));
    await expect(decodePng(Uint8Array.of(1, 2, 3))).rejects.toThrow(/not a readable PNG/);
    await expect(decodePng(bytes.slice(0, bytes.length - 20))).rejects.toThrow(/not a readable PNG/);
    for (const size of [0, 0x7fff_ffff]) {
      const header = Uint8Array.from(bytes);
      new DataView(header.buffer).setUint32(16, size);
      await expect(decodePng(header)).rejects.toThrow(/not a readable PNG: its header says/);
    }
    const flipped = Uint8Array.from(bytes);
    flipped[45] = (flipped[45] ?? 0) ^ 1;
    await expect(decodePng(flipped)).rejects.toThrow(/not a readable PNG/);
    await expect(encodePng({ ...raster(8, 8, 1), width: 9 })).rejects.toThrow(/9 x 8.*72 bytes.*got 64/);
    await expect(encodePng({ width: 0, height: 0, channels: 1, data: new Uint8Array() })).rejects.toThrow(
      /0 x 0/,
    );
  });
});
