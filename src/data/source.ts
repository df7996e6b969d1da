/** Numbers of examples as they are read. */
export type ExampleData = Uint8Array | Float32Array;

/** An opened `ExampleSource`. One `read` at a time. */
export interface ExampleReader {
  /**
   * Reads the examples of the given numbers into `out`, [rows.length * numbers], in the order of `rows`, which may be
   * any and may repeat. `out` is of the source's number type. Throws a UserError that names the place if it can't.
   */
  read(rows: Int32Array, out: ExampleData): Promise<void>;
  /** Frees what the reader holds. */
  close(): Promise<void>;
}

/** Examples that are read from where they are kept, such as a file, when they are needed. */
export interface ExampleSource {
  readonly dtype: "uint8" | "float32";
  /** `[examples, ...shape]`. */
  readonly shape: readonly number[];
  /** Where they are, for messages: a file's path. */
  readonly place: string;
  /** Opens them for reading; readers are independent of each other. */
  open(): Promise<ExampleReader>;
}
