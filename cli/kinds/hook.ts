/** What a verb does differently for one kind. */
import type { Api, Shown } from "../connection/api.ts";
import type { AnyKind } from "../kinds.ts";
import type { Flags, Source, Tools } from "../verb.ts";

export interface KindHook {
  create?: CreateHook;
  /** Sections of `describe` before those that every kind has. */
  describe?: readonly Section[];
}

export interface CreateHook {
  examples?: readonly string[];
  /** Beside those that follow from the schema. */
  flags?: Flags;
  /** Fields whose flag from the schema is left out, because `flags` has a better one. */
  replaces?: readonly string[];
  /** Flag by the field that it writes, for faults to name, where the field's own flag is left out. */
  writtenAs?: Readonly<Record<string, string>>;
  /** Makes this kind from something else: `--from kind/name`, with the values of `--set key=value` for it to use. */
  from?: {
    about: string;
    words?: Source;
    /** Fields that flags then overlay. @throws Failure where there is no such thing, or a value is missing or not known. */
    spec(from: string, values: Readonly<Record<string, string>>, tools: Tools): Promise<Record<string, unknown>>;
  };
  /** May complete the spec; what it returns goes into the body as it is. */
  prepare?(
    spec: Record<string, unknown>,
    given: Readonly<Record<string, unknown>>,
    tools: Tools,
  ): Promise<Record<string, unknown> | undefined>;
}

/** A line, or lines below a heading. */
export type Entry = readonly [label: string, value: string | readonly Entry[]];

/** One that has nothing to tell is left out. */
export interface Section {
  title: string;
  tell(kind: AnyKind, resource: Shown, api: Api, tools: Pick<Tools, "now">): Promise<readonly Entry[]>;
}
