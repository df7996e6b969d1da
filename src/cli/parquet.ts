import { UserError } from "../tensor/index.js";

/** What is used of DuckDB, which need not be installed. */
interface DuckDb {
  readonly DuckDBInstance: {
    create(path: string): Promise<{
      connect(): Promise<{ run(sql: string): Promise<unknown>; closeSync(): void }>;
      closeSync(): void;
    }>;
  };
}

const name = "@duckdb/node-api";

async function duckDb(): Promise<DuckDb | undefined> {
  return import(name).then(
    (module: unknown) => module as DuckDb,
    () => undefined,
  );
}

/** Throws a UserError that says what to install unless DuckDB can be loaded. */
export async function requireDuckDb(file: string): Promise<void> {
  if ((await duckDb()) !== undefined) return;
  throw new UserError(
    `${file}: Parquet is written by DuckDB, which is not installed: npm install ${name}, or give a name that ends in .csv`,
    2,
  );
}

const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;

/** Writes the rows of a CSV file as Parquet: the columns named as float32, the others as what they look like. */
export async function parquetFromCsv(
  csv: string,
  parquet: string,
  numbers: readonly string[],
): Promise<void> {
  const loaded = await duckDb();
  if (loaded === undefined) return requireDuckDb(parquet);
  const instance = await loaded.DuckDBInstance.create(":memory:");
  try {
    const connection = await instance.connect();
    try {
      const types = numbers.map((column) => `${text(column)}: 'FLOAT'`).join(", ");
      const rows = `read_csv(${text(csv)}, header = true, delim = ',', types = {${types}})`;
      await connection.run("SET preserve_insertion_order = true");
      await connection.run(`COPY (SELECT * FROM ${rows}) TO ${text(parquet)} (FORMAT parquet)`);
    } finally {
      connection.closeSync();
    }
  } finally {
    instance.closeSync();
  }
}
