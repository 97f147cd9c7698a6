/** What an action does to a row: decided here per kind, carried out by `edge/resources/act.ts` for all of them alike. */
import type { z } from "zod";
import type { KindName, kindsByName, SpecOf, StatusOf } from "#db/kinds/index";
import type { Caller } from "../identity/principal.ts";
import type { Stored } from "../resources/stored.ts";

export interface Asked<Given> {
  /** As it is now; asked again with what it has become, where somebody else wrote meanwhile. */
  row: Stored;
  /** What the action takes, parsed; a reference in the path has become a name. */
  given: Given;
  caller: Caller;
  /** Milliseconds since the epoch. */
  now: number;
}

export interface ActionHook<Given = Readonly<Record<string, unknown>>, Fields = Readonly<Record<string, unknown>>> {
  /**
   * Pure. The fields that change, of what the description says changes; of another resource, all of them. Undefined: it is so
   * already, and nothing is written. @throws Refusal where it can't be done
   */
  change(asked: Asked<Given>): Fields | undefined;
}

type Kinds = typeof kindsByName;
type Given<A> = A extends { takes: infer T extends z.ZodType } ? z.output<T> : Readonly<Record<string, never>>;
type Fields<N extends KindName, A> = A extends { changes: { becomes: infer K extends KindName } }
  ? z.input<Kinds[K]["spec"]>
  : A extends { changes: "status" }
    ? Partial<StatusOf<N>>
    : Partial<SpecOf<N>>;

/** Every action that a kind's description has, and no other. */
export type ActionsOf<N extends KindName> = {
  [A in keyof Kinds[N]["actions"]]: ActionHook<Given<Kinds[N]["actions"][A]>, Fields<N, Kinds[N]["actions"][A]>>;
};

/** Kinds whose description has actions. */
export type Acting = { [N in KindName]: keyof Kinds[N]["actions"] extends never ? never : N }[KindName];

/** By kind, then by action; without one for each that is described it does not compile. */
export type AllActions = { [N in Acting]: ActionsOf<N> };
