/** One per principal: holds what the store says about it, and judges its credentials. The shell around guard-machine.ts. */
import { DurableObject } from "cloudflare:workers";
import { log } from "../log.ts";
import { NamedAlarm } from "../objects/alarm.ts";
import type { Variables } from "../settings.ts";
import { storeOf } from "../store.ts";
import { Dependents } from "./dependents.ts";
import * as machine from "./guard-machine.ts";
import type { CredentialVerdict } from "./guard-port.ts";
import type { Principal } from "./principal.ts";
import { loadProfile } from "./principals.ts";
import { recordUse } from "./profile.ts";
import { type Tellers, tellDependent } from "./tellers.ts";

/** A token's last use is written at most this often, in milliseconds. */
const RECORD_USE_MS = 300_000;

export class Guard extends DurableObject<Variables & Tellers> {
  #state: machine.GuardState = machine.initial;
  #loading: { generation: number; done: Promise<void> } | undefined;
  /** Names one profile as this instance has loaded it; a restarted object must not reuse a number. */
  #version = crypto.randomUUID();

  #useRecordedAt = 0;
  readonly #alarm = new NamedAlarm(this.ctx.storage, ["tell"], { kept: true });
  readonly #dependents = new Dependents(this.ctx.storage, this.#alarm, (name) =>
    tellDependent(this.env, name, this.ctx.id.name ?? ""),
  );

  /** Judges a credential. `have` is the version that the asker holds, so that large permissions travel once. */
  async check(credentialId: string, have?: string): Promise<CredentialVerdict> {
    const plan = machine.plan(this.#state, credentialId, Date.now());
    if (plan.do === "answer") {
      // A failure in the background is remembered by #load; what is held answers until it is too old.
      if (plan.refresh) this.ctx.waitUntil(this.#load().catch(() => {}));
      return this.#verdict(plan.held, credentialId, have);
    }
    const asked = this.#state.generation;
    let held: machine.Held | undefined;
    try {
      await this.#load();
      held = machine.answering(this.#state, asked);
    } catch (error) {
      log("guard-not-loaded", { guard: this.ctx.id.name, cause: error });
      held = machine.fallback(this.#state, credentialId, Date.now());
    }
    if (held) return this.#verdict(held, credentialId, have);
    return machine.hasUnread(this.#state) ? { is: "unavailable", changed: true } : { is: "unavailable" };
  }

  /** Something that concerns the principal was written: nothing read before answers from now on. */
  async invalidate(): Promise<void> {
    this.#state = machine.told(this.#state);
    if (this.#state.held) this.ctx.waitUntil(this.#load().catch(() => {}));
    await this.#dependents.changed();
  }

  /** The Guard of the cluster that vouches for this account says that something has changed. @returns whether anybody hangs here. */
  passOn(): boolean {
    this.ctx.waitUntil(this.#dependents.changed());
    return this.#dependents.any();
  }

  /** A session hangs on this principal, and is told from now on. @returns false where too many do already. */
  depend(name: string): boolean {
    return this.#dependents.add(name);
  }

  release(name: string): void {
    this.#dependents.remove(name);
  }

  /** Somebody has still to be told. */
  override async alarm(): Promise<void> {
    if ((await this.#alarm.fired(Date.now())).includes("tell")) await this.#dependents.due();
  }

  #verdict(held: machine.Held, credentialId: string, have: string | undefined): CredentialVerdict {
    const admission = machine.judge(held.profile, credentialId, Date.now());
    if (!admission) return { is: "denied" };
    this.#recordUse(admission.caller.principal);
    const { at } = held;
    return have === this.#version ? { is: "same", at } : { is: "admitted", version: this.#version, at, ...admission };
  }

  #recordUse({ kind, id }: Principal): void {
    const now = Date.now();
    if (kind !== "McpToken" || now - this.#useRecordedAt < RECORD_USE_MS) return;
    this.#useRecordedAt = now;
    // A use that could not be written is told by the next one.
    this.ctx.waitUntil(recordUse(storeOf(this.env).db, id, now).catch(() => {}));
  }

  /** Reads the principal, or joins a read that began after the last change. @throws whatever the store throws */
  async #load(): Promise<void> {
    const { generation } = this.#state;
    if (this.#loading && this.#loading.generation < generation) await this.#loading.done.catch(() => {});
    if (!this.#loading || this.#loading.generation < generation) {
      const current = this.#state.generation;
      const loading = { generation: current, done: this.#read(current) };
      this.#loading = loading;
      const clear = () => {
        if (this.#loading === loading) this.#loading = undefined;
      };
      loading.done.then(clear, clear);
    }
    await this.#loading.done;
  }

  async #read(generation: number): Promise<void> {
    const at = Date.now();
    const name = this.ctx.id.name;
    if (name === undefined) throw new Error("a Guard is reached by name");
    try {
      const profile = await loadProfile(storeOf(this.env).db, name, at);
      const before = this.#state.held?.profile;
      this.#state = machine.loaded(this.#state, { profile, at, generation });
      if (JSON.stringify(before) !== JSON.stringify(this.#state.held?.profile)) this.#version = crypto.randomUUID();
    } catch (error) {
      this.#state = machine.failed(this.#state, Date.now());
      throw error;
    }
  }
}
