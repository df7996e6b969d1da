import { readSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { sizeOf, UserError } from "../tensor/index.js";
import { fileError } from "./files.js";
import { exampleType, type NumberType, numbersIn, putExamples, swapBytes, widths } from "./number-types.js";
import { mostRows, RowOrder, type Run } from "./row-order.js";
import type { ExampleData, ExampleReader, ExampleSource } from "./source.js";

/** Where and how examples lie in an uncompressed file. */
export interface RowLayout {
  readonly path: string;
  /** For messages; default the path. */
  readonly place?: string;
  /** Bytes before the first example. */
  readonly offset: number;
  /** `[examples, ...shape]`. */
  readonly shape: readonly number[];
  /** The number type in the file; see `putExamples` for what it becomes. */
  readonly stored: NumberType;
  readonly bigEndian: boolean;
}

/** Reading so many bytes that nobody wants takes about as long as another call. */
const gapBytes = 12 * 1024;
const pieceBytes = 1 << 20;
/** Rows are converted in portions of so many bytes. */
const scratchBytes = 1 << 20;
/** Milliseconds for which other work of this thread may wait. */
const slice = 4;
/** See `fileSource`. */
const slowPiece = 0.06;
/** Pieces after which the time is looked at, and how often they must turn out slow, for once may be chance. */
const [looked, slowLooks] = [16, 2];
/** Readings that wait for a disk at a time, and how many pieces are read so before plain calls are tried again. */
const [lanes, waitingPieces] = [8, 1024];

/** A file that ends before the examples that it should hold. */
class CutOff extends Error {}

/** A buffer that grows to what is asked of it. */
class Scratch {
  private buffer = new Uint8Array(0);

  take(length: number): Uint8Array {
    if (this.buffer.length < length) this.buffer = new Uint8Array(length);
    return this.buffer.subarray(0, length);
  }
}

/** A file of at most this share of the available memory is read through once its single rows turn out slow. */
const cachedShare = 0.5;
/** Bytes that it is read through by, at a time. */
const cachedBytes = 1 << 22;

/**
 * The examples of a file as a source. The file must stay as it is while it is read. A piece that takes longer than
 * `slow` milliseconds (default 0.06) and 1 ns a byte is taken to come from a disk.
 */
export function fileSource(layout: RowLayout, slow = slowPiece): ExampleSource {
  const { path, shape, stored, place = path } = layout;
  return {
    dtype: exampleType(stored),
    shape,
    place,
    async open() {
      try {
        return new RowReader(layout, await open(path, "r"), slow);
      } catch (cause) {
        throw fileError(cause, `read ${path}`);
      }
    },
  };
}

class RowReader implements ExampleReader {
  private readonly rowBytes: number;
  private readonly scratch = new Scratch();
  private caching: Promise<void> | undefined;
  private closed = false;

  constructor(
    private readonly layout: RowLayout,
    private readonly file: FileHandle,
    private readonly slowPiece: number,
  ) {
    this.rowBytes = sizeOf(layout.shape.slice(1)) * widths[layout.stored];
  }

  async read(rows: Int32Array, out: ExampleData): Promise<void> {
    const { stored, bigEndian, shape, path, place = path } = this.layout;
    const size = sizeOf(shape.slice(1));
    const [examples = 0] = shape;
    const bad = rows.find((row) => row < 0 || row >= examples);
    if (bad !== undefined) throw new RangeError(`${path} has ${examples} examples, and no number ${bad}`);
    const asTheyAre = stored === "uint8" || stored === "float32";
    const portion = asTheyAre ? mostRows : Math.max(1, Math.floor(scratchBytes / this.rowBytes));
    for (let start = 0; start < rows.length; start += portion) {
      const wanted = rows.subarray(start, start + portion);
      const part = out.subarray(start * size, (start + wanted.length) * size);
      if (asTheyAre) {
        const bytes = new Uint8Array(part.buffer, part.byteOffset, part.byteLength);
        await this.readRaw(wanted, bytes);
        if (bigEndian) swapBytes(bytes, widths[stored]);
      } else {
        const raw = new Uint8Array(part.length * widths[stored]);
        await this.readRaw(wanted, raw);
        putExamples(numbersIn(raw, stored, bigEndian), stored, part, (index, problem) => {
          const example = wanted[Math.floor(index / size)];
          throw new UserError(`${place}: example ${example} holds ${problem}`);
        });
      }
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.caching;
    await this.file.close();
  }

  /**
   * Reads the whole file, beside all else, so that the system has it in its cache, which is no memory of this process:
   * in file order a disk is up to a hundred times as fast as row by row. Only where it will stay in the cache.
   */
  private async fillCache(): Promise<void> {
    const { size } = await this.file.stat();
    if (size > cachedShare * process.availableMemory()) return;
    const room = new Uint8Array(cachedBytes);
    for (let at = 0; at < size && !this.closed; at += cachedBytes) {
      const { bytesRead } = await this.file.read(room, 0, cachedBytes, at);
      if (bytesRead === 0) return;
    }
  }

  /**
   * Reads rows as they are. What the system has in memory comes fastest by plain calls of this thread, a few
   * milliseconds at a time; once they turn out to wait for a disk, several are made to wait at a time, and if the file
   * is small enough, all of it is brought into memory meanwhile.
   */
  private async readRaw(rows: Int32Array, out: Uint8Array): Promise<void> {
    const { rowBytes } = this;
    const order = new RowOrder(
      rows,
      Math.max(1, Math.floor(gapBytes / rowBytes)),
      Math.max(1, Math.floor(pieceBytes / rowBytes)),
    );
    try {
      const { scratch } = this;
      let began = performance.now();
      let [from, calls, bytes, slow] = [began, 0, 0, 0];
      for (let run = order.take(); run !== undefined; run = order.take()) {
        this.readNow(order, run, out, scratch);
        calls++;
        bytes += (run.last - run.first + 1) * rowBytes;
        if (calls < looked && bytes < pieceBytes) continue;
        const now = performance.now();
        slow = now - from > calls * this.slowPiece + bytes / 1e6 ? slow + 1 : 0;
        const few = bytes < calls * gapBytes;
        [from, calls, bytes] = [now, 0, 0];
        if (slow >= slowLooks && few) this.caching ??= this.fillCache().catch(() => undefined);
        if (slow >= slowLooks) await this.readWaiting(order, out);
        else if (now - began < slice) continue;
        else await new Promise((resolve) => setImmediate(resolve));
        if (slow >= slowLooks) slow = 0;
        from = began = performance.now();
      }
    } catch (cause) {
      throw cause instanceof CutOff ? await this.cutOff() : fileError(cause, `read ${this.layout.path}`);
    }
  }

  private async cutOff(): Promise<UserError> {
    const { path, offset, shape } = this.layout;
    const { size } = await this.file.stat();
    const whole = offset + (shape[0] ?? 0) * this.rowBytes;
    return new UserError(
      `${path} was cut off while it was in use: it had ${whole} bytes, now it has ${size}. It must not change ` +
        "until training has ended; restore it, then go on with `resume`",
    );
  }

  private readNow(order: RowOrder, run: Run, out: Uint8Array, scratch: Scratch): void {
    const { into, position } = this.placeOf(order, run, out, scratch);
    let filled = 0;
    while (filled < into.length) {
      const count = readSync(this.file.fd, into, filled, into.length - filled, position + filled);
      if (count === 0) throw new CutOff();
      filled += count;
    }
    if (!run.direct) this.scatter(order, run, into, out);
  }

  /** The next pieces, several at a time. */
  private async readWaiting(order: RowOrder, out: Uint8Array): Promise<void> {
    let left = waitingPieces;
    const lane = async (): Promise<void> => {
      const scratch = new Scratch();
      for (let run = order.take(); run !== undefined; run = left-- > 0 ? order.take() : undefined) {
        const { into, position } = this.placeOf(order, run, out, scratch);
        let filled = 0;
        while (filled < into.length) {
          const { bytesRead } = await this.file.read(into, filled, into.length - filled, position + filled);
          if (bytesRead === 0) throw new CutOff();
          filled += bytesRead;
        }
        if (!run.direct) this.scatter(order, run, into, out);
      }
    };
    const ended = await Promise.allSettled(Array.from({ length: lanes }, lane));
    const failed = ended.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  private placeOf(
    order: RowOrder,
    { first, last, begin, direct }: Run,
    out: Uint8Array,
    scratch: Scratch,
  ): { into: Uint8Array; position: number } {
    const { rowBytes } = this;
    const length = (last - first + 1) * rowBytes;
    const at = (order.places[begin] ?? 0) * rowBytes;
    return {
      into: direct ? out.subarray(at, at + length) : scratch.take(length),
      position: this.layout.offset + first * rowBytes,
    };
  }

  /** Copies the rows of a piece to their places. */
  private scatter(order: RowOrder, { first, begin, end }: Run, piece: Uint8Array, out: Uint8Array): void {
    const { rowBytes } = this;
    for (let i = begin; i < end; i++) {
      const from = ((order.rows[i] ?? 0) - first) * rowBytes;
      out.set(piece.subarray(from, from + rowBytes), (order.places[i] ?? 0) * rowBytes);
    }
  }
}
