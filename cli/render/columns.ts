/** A kind's resources as rows of a table. */
import type { Kind } from "#db/schema/kind";
import { printable } from "../io.ts";
import { addressOf } from "./address.ts";
import { span } from "./age.ts";
import { at, cell } from "./cell.ts";

type Described = Pick<Kind, "name" | "columns" | "wide" | "scope">;
type Row = Readonly<Record<string, unknown>>;

export interface ColumnOptions {
  wide: boolean;
  /** Names are written `kind/name`, for tables of several kinds. */
  qualified: boolean;
  labels: boolean;
  /** A column for each of these. */
  labelColumns?: readonly string[];
  now: number;
}

export function columns(kind: Described, resources: readonly Row[], o: ColumnOptions) {
  const own = Object.entries({ ...kind.columns, ...(o.wide ? kind.wide : {}) });
  return {
    headings: [
      "NAME",
      ...own.map(([heading]) => heading),
      "AGE",
      ...(o.labelColumns ?? []).map((key) => key.replace(/^.*\//, "").toUpperCase()),
      ...(o.labels ? ["LABELS"] : []),
    ],
    rows: resources.map((r) => [
      printable(o.qualified ? addressOf(kind, r) : String(r["name"])),
      ...own.map(([, path]) => cell(at(r, path), o.now)),
      age(r["createdAt"], o.now),
      ...(o.labelColumns ?? []).map((key) => cell((r["labels"] as Row | undefined)?.[key], o.now)),
      ...(o.labels ? [labelText(r["labels"])] : []),
    ]),
  };
}

export function age(createdAt: unknown, now: number): string {
  const t = typeof createdAt === "string" ? Date.parse(createdAt) : Number.NaN;
  return Number.isNaN(t) ? "-" : span(now - t);
}

export function labelText(labels: unknown): string {
  const entries = typeof labels === "object" && labels !== null ? Object.entries(labels) : [];
  return entries.length === 0 ? "-" : printable(entries.map(([k, v]) => `${k}=${v}`).join(","));
}
