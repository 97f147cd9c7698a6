/** Keeps an answer current until Ctrl-C: drawn over in place on a terminal, as further rows or documents anywhere else. */
import type { Shown } from "../connection/api.ts";
import { follow, type Told } from "../connection/follow.ts";
import { Failure } from "../failure.ts";
import type { AnyKind } from "../kinds.ts";
import type { Tools } from "../verb.ts";
import { nameOf } from "./address.ts";
import { type Format, type Found, isTabular, show } from "./output.ts";

export interface WatchedKind {
  kind: AnyKind;
  query: Readonly<Record<string, string | undefined>>;
  /** Only these, as `nameOf` calls them. */
  names?: ReadonlySet<string>;
}

export interface WatchOptions {
  format: Format;
  status: boolean;
  labels: boolean;
  labelColumns?: readonly string[];
  headings: boolean;
  sort(rows: readonly Shown[]): readonly Shown[];
  /** Without what is there already. */
  only: boolean;
  /** Also what happened. */
  events: boolean;
  /** Kinds that the caller may not see are left out; otherwise they are an error. */
  skipHidden: boolean;
}

/** Changes that come together are drawn together. */
const DRAW_AFTER_MS = 50;

interface Known extends WatchedKind {
  rows: Map<string, Shown>;
  /** Collected between `listing` and `listed`. */
  fresh: Map<string, Shown> | undefined;
  listed: boolean;
  /** Widths of the columns so far. */
  above: number[];
  headed: boolean;
}

export async function watch(watched: readonly WatchedKind[], o: WatchOptions, tools: Tools): Promise<void> {
  const api = await tools.api();
  const own = new AbortController();
  const signal = AbortSignal.any([own.signal, tools.signal]);
  const all = watched.map((w): Known => {
    return { ...w, rows: new Map(), fresh: undefined, listed: o.only, above: [], headed: false };
  });
  const tabular = isTabular(o.format);
  const output = tabular && tools.io.terminal.out ? inPlace(all, o, tools) : further(all, o, tools);
  const one = async (known: Known) => {
    const path = `/api/v1/${known.kind.plural}`;
    try {
      const list = o.only ? await api.call("GET", path, { query: { ...known.query, limit: "1" } }) : undefined;
      const after = list && { after: String(list["resourceVersion"]) };
      await follow(api, { path, query: known.query, signal, ...after }, tools, (told) => take(known, told, output));
    } catch (error) {
      if (!o.skipHidden || !(error instanceof Failure) || error.code !== "not_allowed") throw error;
      tools.io.err(`Not yours to see: ${known.kind.plural}.\n`);
      await take(known, { is: "listing" }, output);
      await take(known, { is: "listed" }, output);
    }
  };
  try {
    await Promise.all(all.map(one));
    await output.done();
  } finally {
    own.abort();
  }
}

interface Output {
  /** What there is has been told, for the first time of each. */
  listed(): Promise<void> | void;
  happened(known: Known, event: Event): Promise<void> | void;
  done(): Promise<void>;
}

type Event = Extract<Told, { resource: Shown }>;

/** @returns what one that is told again, because too much was missed, makes of what was known. */
export function differences(before: ReadonlyMap<string, Shown>, after: ReadonlyMap<string, Shown>): Event[] {
  const found: Event[] = [];
  for (const [id, resource] of before) if (!after.has(id)) found.push({ is: "DELETED", resource });
  for (const [id, resource] of after) {
    const was = before.get(id);
    if (!was) found.push({ is: "ADDED", resource });
    else if (was.resourceVersion !== resource.resourceVersion) found.push({ is: "MODIFIED", resource });
  }
  return found;
}

async function take(known: Known, told: Told, output: Output): Promise<void> {
  if (told.is === "listing") {
    known.fresh = new Map();
    return;
  }
  if (told.is === "listed") {
    const fresh = known.fresh ?? new Map<string, Shown>();
    const events = known.listed ? differences(known.rows, fresh) : [];
    known.rows = fresh;
    known.fresh = undefined;
    if (known.listed) for (const event of events) await output.happened(known, event);
    known.listed = true;
    if (events.length === 0) await output.listed();
    return;
  }
  const { id } = told.resource;
  if (known.names && !known.names.has(nameOf(known.kind, told.resource))) return;
  const into = known.fresh ?? known.rows;
  if (told.is === "DELETED") into.delete(id);
  else into.set(id, told.resource);
  if (!known.fresh) await output.happened(known, told);
}

const found = (
  all: readonly Known[],
  rows: (known: Known) => readonly Shown[],
  o: WatchOptions,
  event?: string,
): Found[] =>
  all.map((known) => {
    const resources = rows(known);
    return { kind: known.kind, resources, ...(o.events ? { events: resources.map(() => event ?? "ADDED") } : {}) };
  });

/**
 * As many lines as a terminal can draw over: what has scrolled out of it stays as it was. The last line is the cursor's, and the
 * first stays free: terminals that keep what is cleared from the very top would keep every drawing. Pure.
 */
export function clipToRows(text: string, rows: number | undefined): string {
  const lines = text.split("\n").slice(0, -1);
  const room = Math.max((rows ?? Number.POSITIVE_INFINITY) - 2, 2);
  if (lines.length <= room) return text;
  const kept = lines.slice(0, room - 1);
  return `${kept.join("\n")}\n… and ${lines.length - kept.length} more lines than fit here\n`;
}

/** The whole table, over the one before. */
function inPlace(all: readonly Known[], o: WatchOptions, tools: Tools): Output {
  let lines = 0;
  let drawing: Promise<void> | undefined;
  const draw = async () => {
    let text = "";
    const io = {
      ...tools.io,
      out: async (more: string) => {
        text += more;
      },
    };
    const rows = (known: Known) => o.sort([...known.rows.values()]);
    await show(found(all, rows, { ...o, events: false }), { ...o, single: false }, { io, now: tools.now });
    const fitting = clipToRows(text, io.rows);
    await tools.io.out(`${lines > 0 ? `\u001b[${lines}A\u001b[J` : ""}${fitting}`);
    lines = fitting.split("\n").length - 1;
  };
  const soon = () => {
    if (!all.every((known) => known.listed)) return;
    drawing ??= tools
      .sleep(DRAW_AFTER_MS)
      .catch(() => undefined)
      .then(() => {
        drawing = undefined;
        return draw();
      });
  };
  return { listed: soon, happened: soon, done: async () => drawing };
}

/** What there is, then each change as it comes. */
function further(all: readonly Known[], o: WatchOptions, tools: Tools): Output {
  const tabular = isTabular(o.format);
  let begun = o.only;
  let documents = 0;
  const row = async (known: Known, resource: Shown, event: string) => {
    const what = { ...o, single: true, headings: o.headings && !known.headed };
    known.headed = true;
    if (o.format.is === "yaml" && documents++ > 0) await tools.io.out("---\n");
    const rows = found(all, (k) => (k === known ? [resource] : []), o, event);
    await show(
      rows.map((f) => ({ ...f, above: known.above })),
      what,
      tools,
    );
  };
  return {
    async listed() {
      if (begun || !all.every((known) => known.listed)) return;
      begun = true;
      const sorted = (known: Known) => o.sort([...known.rows.values()]);
      if (!tabular) {
        for (const known of all) for (const resource of sorted(known)) await row(known, resource, "ADDED");
        return;
      }
      const tables = found(all, sorted, o).map((f, i) => ({ ...f, above: all[i]?.above ?? [] }));
      for (const known of all) known.headed = known.rows.size > 0;
      await show(tables, { ...o, single: false }, tools);
    },
    async happened(known, { is, resource }) {
      // What happens to one kind while another is still being listed is in the table that comes.
      if (begun) await row(known, resource, is);
    },
    done: async () => undefined,
  };
}
