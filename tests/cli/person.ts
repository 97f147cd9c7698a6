/** Somebody at a command line, in this process: a home of their own, what they type, and what they see. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Exit } from "../../cli/failure.ts";
import { mcpctl } from "../../cli/program.ts";
import type { Surroundings } from "../../cli/surroundings.ts";

export interface Said {
  exit: Exit;
  out: string;
  err: string;
}

export interface Doing {
  stdin?: string | Uint8Array;
  /** What they type when they are asked, in order. Without it there is no terminal. */
  answers?: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** What their editor makes of a file. */
  editor?(file: string): Promise<number> | number;
  /** What their browser does with a page. Without it there is none. */
  browse?(url: string): void;
  signal?: AbortSignal;
  /** Standard output is a terminal. */
  terminal?: boolean;
  /** Lines of that terminal. */
  rows?: number;
  now?(): number;
  /** Called with everything on stdout as it comes. */
  onOut?(text: string): void;
}

export interface Person {
  home: string;
  run(args: readonly string[], doing?: Doing): Promise<Said>;
  /** How long each wait was that the program asked for; none of them is waited. */
  slept: number[];
  leave(): void;
}

export function person(env: Readonly<Record<string, string>> = {}): Person {
  const home = mkdtempSync(path.join(tmpdir(), "mcpctl-person-"));
  const slept: number[] = [];
  return {
    home,
    slept,
    leave: () => rmSync(home, { recursive: true, force: true }),
    async run(args, doing = {}) {
      const said: Said = { exit: 0, out: "", err: "" };
      const answers = [...(doing.answers ?? [])];
      const around: Surroundings = {
        io: {
          async out(text) {
            said.out += text;
            doing.onOut?.(text);
          },
          err(text) {
            said.err += text;
          },
          columns: undefined,
          rows: doing.rows,
          colour: { out: false, err: false },
          terminal: { in: doing.answers !== undefined, out: doing.terminal === true, err: false },
          input: async () => Buffer.from(doing.stdin ?? "").toString(),
          bytes: async () => Buffer.from(doing.stdin ?? ""),
          async ask(question) {
            said.err += question;
            return answers.shift() ?? "";
          },
        },
        env: { MCPCTL_HOME: path.join(home, "mcpctl"), ...env, ...doing.env },
        cwd: home,
        home,
        now: doing.now ?? Date.now,
        signal: doing.signal ?? new AbortController().signal,
        fetch: (input, init) => fetch(input, init),
        version: "0.0.0-test",
        async browse(url) {
          doing.browse?.(url);
          return doing.browse !== undefined;
        },
        editor: async (_command, file) => (await doing.editor?.(file)) ?? 0,
        async sleep(ms) {
          slept.push(ms);
        },
      };
      said.exit = await mcpctl(args, around);
      return said;
    },
  };
}
