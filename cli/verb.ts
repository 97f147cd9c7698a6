/** Commands as data: what is typed, what it means, and what runs. The program, its help and its completions are loops over them. */

import type { ContextStore } from "#db/client/contexts";
import type { Verb as KindVerb } from "#db/schema/kind";
import type { Api } from "./connection/api.ts";
import type { Exit } from "./failure.ts";
import type { Globals } from "./global-values.ts";
import type { Io } from "./io.ts";

/** Where the words come from that may stand in a place; completion asks there. */
export type Source =
  | { from: "words"; words: readonly string[] }
  /** `can`: only those with which this can be done. */
  | { from: "kinds"; can?: KindVerb }
  /** A kind, or the path of one of its fields: `llm.timeouts`. */
  | { from: "fields" }
  /** Names of resources: of this kind, or of the kind that the first argument names. */
  | { from: "names"; kind?: string }
  | { from: "contexts" }
  | { from: "files" };

export interface Flag<T> {
  /** As commander writes it: `-l, --selector <selector>`. */
  readonly usage: string;
  readonly about: string;
  readonly takes: "switch" | "text" | "list";
  readonly words?: Source;
  readonly hidden?: boolean;
  /** For help: a heading of its own, with others that have the same. */
  readonly group?: string;
  /** For help: what holds when it is not given. */
  readonly otherwise?: string;
  /** Never there; carries the type of the value. */
  readonly value?: T;
}

type FlagOptions = { words?: Source; hidden?: boolean; group?: string; otherwise?: string };

export const text = (usage: string, about: string, options: FlagOptions = {}): Flag<string | undefined> => ({
  usage,
  about,
  takes: "text",
  ...options,
});
export const toggle = (usage: string, about: string, options: FlagOptions = {}): Flag<boolean> => ({
  usage,
  about,
  takes: "switch",
  ...options,
});
/** May be given again and again. */
export const list = (usage: string, about: string, options: FlagOptions = {}): Flag<string[]> => ({
  usage,
  about,
  takes: "list",
  ...options,
});

export interface Arg<T> {
  readonly about: string;
  readonly takes: "one" | "optional" | "many";
  readonly words?: Source;
  readonly value?: T;
}

export const one = (about: string, words?: Source): Arg<string> => ({
  about,
  takes: "one",
  ...(words ? { words } : {}),
});
export const optional = (about: string, words?: Source): Arg<string | undefined> => ({
  about,
  takes: "optional",
  ...(words ? { words } : {}),
});
export const many = (about: string, words?: Source): Arg<string[]> => ({
  about,
  takes: "many",
  ...(words ? { words } : {}),
});

/** In order; the key is what help calls it. */
export type Args = Readonly<Record<string, Arg<unknown>>>;
export type Flags = Readonly<Record<string, Flag<unknown>>>;

type ValueOf<P> = P extends { readonly value?: infer T } ? T : never;
type Values<P> = { [K in keyof P]: ValueOf<P[K]> };

/** All that a verb gets to touch the world with. */
export interface Tools {
  io: Io;
  globals: Globals;
  /** Milliseconds since the epoch. */
  now(): number;
  env: Readonly<Record<string, string | undefined>>;
  /** Relative paths begin here. */
  cwd: string;
  /** Aborted by Ctrl-C. */
  signal: AbortSignal;
  contexts: ContextStore;
  /** The edge that the flags, the environment or the current context name. @throws Failure where none does. */
  api(): Promise<Api>;
  /** Another edge, without a credential. */
  apiAt(edge: string): Promise<Api>;
  /** Project that `-p` or the context names. */
  project(): Promise<string | undefined>;
  /** Opens a file in the person's editor. @throws Failure where it can't be started or fails. */
  editor(file: string): Promise<void>;
  /** Shows a page in the person's browser. @returns whether there seems to be one. */
  browse(url: string): Promise<boolean>;
  /** Text at an http(s) URL, without credentials. */
  download(url: string): Promise<string>;
  /** A verb that asks for nothing itself sleeps here, and wakes on Ctrl-C. */
  sleep(ms: number): Promise<void>;
}

export interface Verb {
  readonly about: string;
  /** Below the help: examples, one a line. */
  readonly examples?: readonly string[];
  readonly args: Args;
  readonly flags: Flags;
  /** What `-o` may name here; without it the verb itself says so. A form that a verb would ignore is refused. */
  readonly forms?: readonly string[];
  run(given: Readonly<Record<string, unknown>>, tools: Tools): Promise<Exit | undefined>;
}

/** The result's `run` takes what the program parsed from these very descriptions, hence the one cast. */
export function verb<A extends Args, F extends Flags>(v: {
  about: string;
  examples?: readonly string[];
  args: A;
  flags: F;
  forms?: readonly string[];
  /** A number is the exit code; anything else is 0. */
  run(given: Values<A> & Values<F>, tools: Tools): Promise<unknown>;
}): Verb {
  return {
    ...v,
    run: async (given, tools) => {
      const exit = await v.run(given as Values<A> & Values<F>, tools);
      return typeof exit === "number" ? (exit as Exit) : undefined;
    },
  };
}

/** A word of the command line: a verb, or a word that others follow. Loaded when it is typed. */
export type Word =
  | { about: string; hidden?: boolean; load(): Promise<Verb> }
  | { about: string; hidden?: boolean; words(): Promise<Readonly<Record<string, Word>>> };
