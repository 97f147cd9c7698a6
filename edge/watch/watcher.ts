/** One watch: what is there, what came since, and then what comes, in the order in which it came; each change once. */

import { Refusal } from "#db/protocol/errors";
import { greatestLimit } from "../resources/page.ts";
import { present } from "../resources/present.ts";
import { listRows } from "../resources/read.ts";
import type { NamedKind } from "../resources/stored.ts";
import type { Reader } from "../store.ts";
import type { Ending } from "./ending.ts";
import type { EventStream } from "./event-stream.ts";
import { eventOf, type Watched } from "./events.ts";
import { Lines } from "./line.ts";
import { here, type Logged, look } from "./log.ts";
import { type Position, writePosition } from "./position.ts";
import { covers, parseSnapshot, type Snapshot, sees } from "./snapshot.ts";
import { bookmarkEvery, followWithin } from "./times.ts";

/** Waits before following anew an object that was restarted, in milliseconds. It has moved in a second, or it has not. */
const again = [0, 100, 400, 1_000, 2_000, 4_000] as const;

export interface Start {
  from: Position;
  /** A version that must not come again. */
  seen?: { id: string; revision: number };
}

interface Parts {
  db: Reader;
  kind: NamedKind;
  watched: Watched;
  out: EventStream;
  /** A stream of lines from the kind's object. */
  follow(): Promise<ReadableStream<Uint8Array>>;
  ending: Ending;
}

export class Watcher {
  readonly #parts: Parts;
  #position: Position = { base: "1:1:" };
  #base: Snapshot = { xmin: 1n, xmax: 1n, running: [] };
  /** Versions that were shown already, until the log has been read beyond them. */
  readonly #shown = new Map<string, number>();
  /** The position that the client was told last, or came with. */
  #told = "";
  #toldAt = Date.now();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Goes on until it has to end. @throws the reason: a Refusal, or Gone. */
  async run(start: Start | undefined): Promise<never> {
    if (start) {
      this.#move(start.from);
      this.#told = writePosition(this.#position);
      if (start.seen) this.#shown.set(start.seen.id, start.seen.revision);
    } else await this.#showAll();
    for (let failures = 0; ; ) {
      const lines = await this.#follow(failures);
      try {
        if (lines && (await this.#goOn(lines))) failures = 0;
        else failures++;
      } finally {
        lines?.cancel();
      }
    }
  }

  /** What is there now, page by page; what happens meanwhile comes afterwards. */
  async #showAll(): Promise<void> {
    const { db, kind, watched, out } = this.#parts;
    const order = { by: "name", descending: false };
    const visible = watched.visible === "all" ? "all" : [...watched.visible];
    let after: Awaited<ReturnType<typeof listRows>>["next"];
    let first = true;
    this.#move(await here(db));
    do {
      const page = await this.#orEnd(listRows(db, kind, { ...watched, visible, order, limit: greatestLimit, after }));
      for (const row of page.rows) {
        if (!first) this.#shown.set(row.id, row.revision);
        await this.#orEnd(out.send("ADDED", present(kind.name, row, Date.now())));
      }
      if (first && page.snapshot) this.#move({ base: page.snapshot });
      first = false;
      after = page.next;
    } while (after);
    await this.#bookmark({ initialEventsEnd: true });
  }

  /** @returns undefined where the object can't be followed just now. @throws Refusal when it never could. */
  async #follow(failures: number): Promise<Lines | undefined> {
    const wait = again[failures];
    if (wait === undefined)
      throw new Refusal("store_unavailable", "Changes can't be followed at the moment.", {
        hint: "Resume from the last event's id in a few seconds.",
        retryAfter: 2,
      });
    if (wait > 0) await this.#orEnd(new Promise((resolve) => setTimeout(resolve, wait)));
    try {
      return new Lines(await this.#orEnd(this.#parts.follow()));
    } catch (error) {
      if (this.#parts.ending.reached) throw error;
      return undefined;
    }
  }

  /** Catches up with the log, and hands on what comes, until the stream breaks. @returns whether it ever worked. */
  async #goOn(lines: Lines): Promise<boolean> {
    // From this line on nothing is missed: what was written before it is in the log by now.
    if (!(await this.#next(lines, followWithin))) return false;
    await this.#catchUp();
    for (;;) {
      const line = await this.#next(lines);
      if (!line) return true;
      await this.#hand(line.changes, line.upto, line.whole);
      if (Date.now() - this.#toldAt >= bookmarkEvery && writePosition(this.#position) !== this.#told)
        await this.#bookmark();
    }
  }

  async #catchUp(): Promise<void> {
    for (let more = true; more; ) {
      const found = await this.#orEnd(look(this.#parts.db, this.#parts.kind.name, this.#position));
      await this.#hand(found.changes, found.upto, found.position.part === undefined);
      ({ more } = found);
    }
    this.#shown.clear();
  }

  async #hand(changes: readonly Logged[], upto: string, whole: boolean): Promise<void> {
    const { watched, out } = this.#parts;
    for (const change of changes) {
      if (sees(this.#base, BigInt(change.xid))) continue;
      this.#position = { base: this.#position.base, part: { upto, seq: change.seq } };
      if (change.revision <= (this.#shown.get(change.id) ?? 0)) continue;
      const event = eventOf(watched, change, Date.now());
      if (!event) continue;
      const id = writePosition(this.#position);
      await this.#orEnd(out.send(event.type, event.object, id));
      this.#told = id;
      this.#toldAt = Date.now();
    }
    const reached = parseSnapshot(upto);
    if (whole && reached && covers(reached, this.#base)) this.#move({ base: upto });
  }

  #move(to: Position): void {
    const base = parseSnapshot(to.base);
    if (!base) throw new Error("the store said something that is no snapshot");
    this.#position = to;
    this.#base = base;
  }

  async #bookmark(more: Record<string, unknown> = {}): Promise<void> {
    const { kind, out } = this.#parts;
    const id = writePosition(this.#position);
    await this.#orEnd(out.send("BOOKMARK", { kind: kind.name, resourceVersion: id, ...more }, id));
    this.#told = id;
    this.#toldAt = Date.now();
  }

  /** @returns undefined where the stream ended or broke, or nothing came in time. */
  async #next(lines: Lines, within?: number) {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<undefined>((resolve) => {
      if (within !== undefined) timer = setTimeout(() => resolve(undefined), within);
    });
    try {
      return await this.#orEnd(Promise.race([lines.next().catch(() => undefined), late]));
    } finally {
      clearTimeout(timer);
    }
  }

  #orEnd<T>(work: Promise<T>): Promise<T> {
    return this.#parts.ending.or(work);
  }
}
