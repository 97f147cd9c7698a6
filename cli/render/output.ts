/** The answer in the form that `-o` names. */

import { near as nearest } from "#db/schema/near";
import { usage } from "../failure.ts";
import { printable } from "../io.ts";
import type { AnyKind } from "../kinds.ts";
import type { Tools } from "../verb.ts";
import { addressOf } from "./address.ts";
import { cell } from "./cell.ts";
import { columns } from "./columns.ts";
import { flatHint } from "./flat.ts";
import { jsonpath, valuesAt } from "./jsonpath.ts";
import { manifest, toJson, toYaml } from "./manifest.ts";
import { table } from "./table.ts";

export type Format =
  | { is: "table" | "wide" | "yaml" | "json" | "name" }
  | { is: "jsonpath"; template: string; print(root: unknown): string }
  | { is: "columns"; columns: [heading: string, values: ValuesAt][]; written: string };

const plain = ["table", "wide", "yaml", "json", "name"] as const;
export const formats: readonly string[] = [...plain, "jsonpath=", "custom-columns="];

/** In rows under headings, that fit a terminal and can be drawn over. */
export const isTabular = ({ is }: Format): boolean => is === "table" || is === "wide" || is === "columns";

/** @throws Failure usage */
export function parseFormat(text: string | undefined): Format {
  if (text === undefined) return { is: "table" };
  const found = plain.find((f) => f === text);
  if (found) return { is: found };
  const path = /^jsonpath=(.+)$/s.exec(text);
  if (path) return { is: "jsonpath", template: path[1] ?? "", print: jsonpath(path[1] ?? "") };
  const columns = /^custom-columns=(.+)$/s.exec(text);
  if (columns) return { is: "columns", columns: customColumns(columns[1] ?? ""), written: text };
  // Of a form that takes something, what is to follow is told, not the form again.
  const near = /^(jsonpath|custom-columns)=?$/.test(text) ? undefined : nearest(text, formats);
  throw usage(
    `There is no output format "${text}".`,
    near
      ? `Did you mean ${near}?`
      : `There are: ${plain.join(", ")}, jsonpath=TEMPLATE, custom-columns=HEADING:.path,…`,
  );
}

/** Where a column of one's own finds nothing, as kubectl says it. */
const NONE = "<none>";

type ValuesAt = ReturnType<typeof valuesAt>;

/** kubectl's `NAME:.name,STATE:.status.state`. @throws Failure usage */
function customColumns(text: string): [string, ValuesAt][] {
  // Commas within brackets belong to a path.
  return text.split(/,(?![^[]*\])/).map((column) => {
    const colon = column.indexOf(":");
    if (colon <= 0 || colon === column.length - 1)
      throw usage(
        `"${column}" is no column.`,
        "Write HEADING:.path, as in custom-columns=NAME:.name,STATE:.status.state",
      );
    return [column.slice(0, colon), valuesAt(column.slice(colon + 1))];
  });
}

export interface Found {
  kind: AnyKind;
  resources: readonly Record<string, unknown>[];
  /** What happened to each, where that is to be shown. */
  events?: readonly string[];
  /** Widths of the table that this continues. */
  above?: number[];
}

export interface ShowOptions {
  format: Format;
  /** Asked for by name: JSON is the resource itself, no list. */
  single: boolean;
  status: boolean;
  headings: boolean;
  labels: boolean;
  /** A column for each of these labels. */
  labelColumns?: readonly string[];
  /** Tables without names: what nobody asks for by its name. */
  nameless?: boolean;
  sortBy?: string | undefined;
}

export async function show(
  found: readonly Found[],
  o: ShowOptions,
  { io, now }: Pick<Tools, "io" | "now">,
): Promise<void> {
  // A pipe gets every byte; on a terminal nothing of a resource may move the cursor or hide what stands there.
  const tell = (text: string) => io.out(io.terminal.out ? printable(text) : text);
  const { format } = o;
  const all = found.flatMap(({ kind, resources, events }) =>
    resources.map((resource, i) => ({ kind, resource, event: events?.[i] })),
  );
  if (format.is === "table" || format.is === "wide") {
    const filled = found.filter((f) => f.resources.length > 0);
    for (const [i, { kind, resources, events, above }] of filled.entries()) {
      const { headings, rows } = columns(kind, resources, {
        wide: format.is === "wide",
        qualified: found.length > 1,
        labels: o.labels,
        labelColumns: o.labelColumns ?? [],
        now: now(),
      });
      if (o.nameless) for (const row of [headings, ...rows]) row.shift();
      if (events) {
        headings.unshift("EVENT");
        for (const [n, row] of rows.entries()) row.unshift(events[n] ?? "");
      }
      const options = { columns: io.columns, colour: io.colour.out, headings: o.headings, ...(above ? { above } : {}) };
      await io.out(`${i > 0 && o.headings ? "\n" : ""}${table(headings, rows, options)}`);
    }
  } else if (format.is === "columns") {
    const rows = all.map(({ kind, resource }) => {
      const whole = { kind: kind.name, ...resource };
      return format.columns.map(
        ([, values]) =>
          values(whole)
            .map((v) => cell(v, now()))
            .join(",") || NONE,
      );
    });
    const hint = rows.some((row) => row.includes(NONE)) ? flatHint(format.written) : undefined;
    if (hint) io.err(`Note: ${hint}\n`);
    const above = found.find((f) => f.above)?.above;
    const options = { columns: io.columns, colour: io.colour.out, headings: o.headings, ...(above ? { above } : {}) };
    await io.out(
      table(
        format.columns.map(([heading]) => heading),
        rows,
        options,
      ),
    );
  } else if (format.is === "name") {
    await io.out(all.map(({ kind, resource }) => `${printable(addressOf(kind, resource))}\n`).join(""));
  } else if (format.is === "jsonpath") {
    const whole = all.map(({ kind, resource }) => ({ kind: kind.name, ...resource }));
    const text = format.print(o.single ? whole[0] : { kind: "List", items: whole });
    const hint = text.trim() === "" && all.length > 0 ? flatHint(format.template) : undefined;
    if (hint) io.err(`Note: ${hint}\n`);
    await tell(text === "" || text.endsWith("\n") ? text : `${text}\n`);
  } else {
    const documents = all.map(({ kind, resource, event }) => {
      const document = manifest(kind, resource, o.status);
      return event === undefined ? document : { type: event, object: document };
    });
    await tell(format.is === "json" ? toJson(documents, o.single) : await toYaml(documents));
  }
}
