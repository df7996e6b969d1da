import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { encode } from "fast-png";
import type { Dataset } from "../data/index.js";
import { loadPictures, type PicturesOptions } from "../data/pictures/load.js";
import { readExamples } from "../data/portable.js";

/** Numbers of a pixel. */
export type Colour = readonly number[];

/** A PNG of one colour. */
export function plainPng(width: number, height: number, colour: Colour): Uint8Array {
  const data = Uint8Array.from(
    { length: width * height * colour.length },
    (_, i) => colour[i % colour.length] ?? 0,
  );
  return encode({ width, height, channels: colour.length, data });
}

/** A new empty folder for pictures, with a cache of its own beside it. */
export class PictureFiles {
  private constructor(
    readonly dir: string,
    readonly cache: string,
  ) {}

  static async make(): Promise<PictureFiles> {
    const base = await mkdtemp(join(tmpdir(), "latent-pictures-"));
    const made = new PictureFiles(join(base, "photos"), join(base, "cache"));
    await mkdir(made.dir);
    return made;
  }

  async put(name: string, content: Uint8Array | string): Promise<void> {
    await mkdir(dirname(join(this.dir, name)), { recursive: true });
    await writeFile(join(this.dir, name), content);
  }

  load(options: PicturesOptions = {}, path = this.dir): Promise<Dataset> {
    return loadPictures(path, { cache: this.cache, ...options });
  }

  /** The first pixel of each picture. */
  async firstPixels(options: PicturesOptions = {}): Promise<number[][]> {
    const { train, shape } = await this.load({ whole: true, ...options });
    const { data } = await readExamples(train, 0);
    const [height = 1, width = 1, channels = 1] = shape;
    const size = height * width * channels;
    return Array.from({ length: train.length }, (_, i) => [...data.subarray(i * size, i * size + channels)]);
  }

  /** Removes the folder and its cache. */
  async remove(): Promise<void> {
    await rm(dirname(this.dir), { recursive: true });
  }
}
