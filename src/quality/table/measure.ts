import { suggestion } from "../../catalogue/index.js";
import { UserError } from "../../tensor/index.js";
import { type TypedTables, typedTables } from "./columns.js";
import { detectionOf, type DetectionCurves } from "./detection.js";
import { efficacyOf } from "./efficacy.js";
import { kindsOf, type QualityKind } from "./kinds.js";
import { privacyOf, type RecordDistances } from "./privacy.js";
import type { QualityPart, TableQuality } from "./quality.js";
import { resemblanceOf, type Resembling } from "./resemblance.js";
import type { TextTable } from "./text-table.js";
import { validityOf } from "./validity.js";

/** The tables to compare. */
export interface ComparedTables {
  readonly train: TextTable;
  readonly synthetic: TextTable;
  readonly test?: TextTable | undefined;
}

/** What to measure. */
export interface MeasureSettings {
  readonly target?: string | undefined;
  readonly schema: Readonly<Record<string, QualityKind>>;
  readonly categorical: readonly string[];
  readonly parts: readonly QualityPart[];
  readonly details: boolean;
  readonly seed: number;
}

/** The figures, and what pictures of them are drawn from. */
export interface MeasuredTables {
  readonly quality: TableQuality;
  readonly tables: TypedTables;
  readonly resembling?: Resembling;
  readonly curves?: DetectionCurves;
  readonly distances?: RecordDistances;
}

/** Fewer rows can't be parted into folds. */
const DETECTION_ROWS = 3;

function requireTarget({ train }: ComparedTables, target: string): void {
  if (train.columns.includes(target)) return;
  throw new UserError(
    `the target "${target}" is no column of ${train.name}; ${suggestion(target, train.columns)}`,
    2,
  );
}

function requireRows({ train, synthetic }: ComparedTables, parts: readonly QualityPart[]): void {
  const short = [train, synthetic].find(({ rows }) => rows < DETECTION_ROWS);
  if (short === undefined || !parts.includes("detection")) return;
  const rest = parts.filter((part) => part !== "detection").join(",");
  throw new UserError(
    `detection needs ${DETECTION_ROWS} rows or more of each table, and ${short.name} has ${short.rows}; ` +
      `give more rows, or leave detection out with \`only\` ${rest}`,
  );
}

/** Measures a synthetic table. Throws a UserError for columns that are lacking, a target that isn't there, or too few rows. */
export function measureTables(compared: ComparedTables, settings: MeasureSettings): MeasuredTables {
  const { train, synthetic, test } = compared;
  const { target, parts, seed, details } = settings;
  if (target !== undefined) requireTarget(compared, target);
  requireRows(compared, parts);
  const kinds = kindsOf(train, settings);
  const tables = typedTables(train, synthetic, test, kinds);
  const count = (kind: QualityKind): number => kinds.filter((each) => each === kind).length;
  const on = (part: QualityPart): boolean => parts.includes(part);
  const resembling = on("shapes") || on("pairs") ? resemblanceOf(tables.columns) : undefined;
  const detected = on("detection") ? detectionOf(tables, seed) : undefined;
  const secret = on("privacy") ? privacyOf(tables, seed) : undefined;
  const quality: TableQuality = {
    rows: { train: train.rows, test: test?.rows ?? 0, synthetic: synthetic.rows },
    kinds: { num: count("num"), date: count("date"), cat: count("cat") },
    ...resembling?.scores,
    ...(details && resembling?.details),
    ...(on("validity") && validityOf(tables.columns)),
    ...detected?.detection,
    ...(on("efficacy") && target !== undefined && { efficacy: efficacyOf(tables, target) }),
    ...secret?.privacy,
  };
  return {
    quality,
    tables,
    ...(resembling && { resembling }),
    ...(detected && { curves: detected.curves }),
    ...(secret && { distances: secret.distances }),
  };
}
