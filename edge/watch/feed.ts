/**
 * One per kind: looks at the log of changes for everybody who watches that kind, and hands on what it finds. Each of them
 * decides for itself what of it its caller may see. Keeps nothing; while nobody watches it does nothing.
 */
import { DurableObject } from "cloudflare:workers";
import { type TableKindName, tableKinds } from "#db/kinds/index";
import { Refusal } from "#db/protocol/errors";
import { log } from "../log.ts";
import { SingleTimer } from "../objects/timer.ts";
import type { Variables } from "../settings.ts";
import { storeOf } from "../store.ts";
import * as machine from "./feed-machine.ts";
import { Follower } from "./follower.ts";
import { type Line, writeLine } from "./line.ts";
import { here, type Look, look } from "./log.ts";
import type { Position } from "./position.ts";

export class Feed extends DurableObject<Variables> {
  #feed = machine.idle;
  readonly #followers = new Set<Follower>();
  /** How far it has come; undefined until the first look, and again when the last follower has left. */
  #position: Position | undefined;
  readonly #timer = new SingleTimer(() => this.#on({ is: "due" }));

  /** A stream of lines. The first comes when what is written from then on will come, too. */
  override fetch(request: Request): Response {
    const follower = new Follower(request.signal, () => {
      if (this.#followers.delete(follower)) this.#on({ is: "left" });
    });
    this.#followers.add(follower);
    this.#on({ is: "joined" });
    if (this.#position && !this.#position.part)
      follower.send(writeLine({ changes: [], upto: this.#position.base, whole: true }));
    return new Response(follower.readable, { headers: { "content-type": "application/x-ndjson" } });
  }

  /** Something of this kind was written. @returns whether anybody watches it. */
  told(): boolean {
    this.#on({ is: "told" });
    return this.#followers.size > 0;
  }

  #on(event: machine.Event): void {
    const { feed, look } = machine.step(this.#feed, event, Date.now());
    this.#feed = feed;
    if (this.#followers.size === 0) this.#position = undefined;
    this.#timer.next(feed.lookAt);
    if (look) this.ctx.waitUntil(this.#look());
  }

  async #look(): Promise<void> {
    try {
      const found = await this.#find();
      if (this.#followers.size > 0) {
        this.#position = found.position;
        const line: Line = { changes: found.changes, upto: found.upto, whole: found.position.part === undefined };
        const bytes = writeLine(line);
        for (const follower of [...this.#followers]) follower.send(bytes);
      }
      this.#on({ is: "looked", more: found.more });
    } catch (error) {
      log("changes-not-read", { kind: this.#kind(), cause: error });
      // Too far behind to go on: its followers find out for themselves how far they are.
      if (error instanceof Refusal && error.code === "expired") {
        for (const follower of [...this.#followers]) follower.end();
        this.#position = undefined;
      }
      this.#on({ is: "failed" });
    }
  }

  async #find(): Promise<Look> {
    const { db } = storeOf(this.env);
    if (this.#position) return look(db, this.#kind(), this.#position);
    const position = await here(db);
    return { changes: [], upto: position.base, position, more: false };
  }

  #kind(): TableKindName {
    const kind = tableKinds.find((k) => k.name === this.ctx.id.name);
    if (!kind) throw new Error("a Feed is reached by the name of a kind");
    return kind.name;
  }
}
