import { sizeOf, type Tensor, tensor, UserError } from "../tensor/index.js";
import { type Split } from "./dataset.js";
import type { ExampleReader, ExampleSource } from "./source.js";

/**
 * Examples of a streamed split on their way into calls: read into buffers that are used again and again, so that
 * memory stays the same however much is read.
 */
export class Windows {
  private readonly free: ArrayBuffer[] = [];
  private reading: Promise<unknown> = Promise.resolve();
  private closed = false;
  private readonly size: number;

  private constructor(
    private readonly source: ExampleSource,
    private readonly reader: ExampleReader,
  ) {
    this.size = sizeOf(source.shape.slice(1));
  }

  /** Opens a streamed split. Throws a UserError if its file can't be opened. */
  static async open(split: Split): Promise<Windows> {
    if (split.source === undefined) throw new Error("the split lies in memory and is not streamed");
    return new Windows(split.source, await split.source.open());
  }

  /** Bytes an example. */
  get bytesPerExample(): number {
    return this.size * (this.source.dtype === "uint8" ? 1 : 4);
  }

  /** The examples of the given numbers, [rows, numbers]; readings are carried out one after the other. */
  read(rows: Int32Array): Promise<Tensor<"uint8"> | Tensor<"float32">> {
    const result = this.reading.then(async () => {
      if (this.closed) throw new UserError(`${this.source.place} is read no more`);
      const shape = [rows.length, this.size];
      const length = rows.length * this.size;
      const buffer = this.take(rows.length * this.bytesPerExample);
      const window =
        this.source.dtype === "uint8"
          ? tensor("uint8", shape, new Uint8Array(buffer, 0, length))
          : tensor("float32", shape, new Float32Array(buffer, 0, length));
      await this.reader.read(rows, window.data);
      return window;
    });
    this.reading = result.catch(() => undefined);
    return result;
  }

  /** Takes a window back, to read into it again. */
  giveBack({ data }: Tensor): void {
    if (data.buffer instanceof ArrayBuffer) this.free.push(data.buffer);
  }

  /** Frees the reader, once a reading under way has ended. */
  async close(): Promise<void> {
    this.closed = true;
    await this.reading;
    this.free.length = 0;
    await this.reader.close();
  }

  /** A buffer of so many bytes or more; smaller ones are let go. */
  private take(bytes: number): ArrayBuffer {
    for (let known = this.free.pop(); known !== undefined; known = this.free.pop()) {
      if (known.byteLength >= bytes) return known;
    }
    // Room to spare, for the next may need a little more; memory that is never written to costs nothing.
    return new ArrayBuffer(2 ** Math.ceil(Math.log2(Math.max(bytes, 4096))));
  }
}
