/** One value of a resource as a cell of a table. */
import { printable } from "../io.ts";
import { relative } from "./age.ts";

/** By a column's path: `spec field`, `status.state`. */
export function at(resource: unknown, path: string): unknown {
  let v = resource;
  for (const key of path.split(".")) {
    if (typeof v !== "object" || v === null) return undefined;
    v = (v as Record<string, unknown>)[key];
  }
  return v;
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;

/**
 * Objects become their values joined by colons, as bindings and subjects are written: `run:llms:gpt`; variables and headers are
 * `NAME=value`. Both as on the command line.
 */
export function cell(value: unknown, now: number): string {
  if (value === undefined || value === null || value === "") return "-";
  if (Array.isArray(value)) return value.length === 0 ? "-" : value.map((v) => cell(v, now)).join(",");
  if (isSetting(value)) {
    const { name, ...rest } = value;
    return `${cell(name, now)}=${Object.keys(rest).length === 0 ? "" : cell(rest, now)}`;
  }
  if (typeof value === "object")
    return (
      Object.values(value)
        .map((v) => cell(v, now))
        .join(":") || "-"
    );
  const text = String(value);
  if (INSTANT.test(text) && !Number.isNaN(Date.parse(text))) return relative(Date.parse(text), now);
  return printable(text).replace(/\s+/g, " ");
}

const isSetting = (value: unknown): value is { name: unknown } =>
  typeof value === "object" && value !== null && "name" in value && ("value" in value || "valueFrom" in value);
