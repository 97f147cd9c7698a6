/** Keeps an answer current until Ctrl-C: drawn over in place on a terminal, as further rows anywhere else. */
import { Failure } from "../failure.ts";
import type { Tools } from "../verb.ts";
import type { Found } from "./output.ts";

const EVERY_MS = 2_000;

export interface Watched {
  look(): Promise<Found[]>;
  /** `first` is false for what follows. */
  draw(found: readonly Found[], first: boolean, tools: Tools): Promise<void>;
}

export async function watch({ look, draw }: Watched, tools: Tools): Promise<void> {
  let seen: ReadonlyMap<string, string> = new Map();
  let lines = 0;
  let first = true;
  let away = false;
  while (!tools.signal.aborted) {
    const found = await look().catch((error: unknown) => {
      // An edge that was there comes back; one that never was is an error.
      if (first || !(error instanceof Failure) || error.exit !== 5) throw error;
      if (!away && !tools.signal.aborted) tools.io.err(`Warning: ${error.message}\n`);
      return undefined;
    });
    away = !found;
    if (found) {
      if (tools.io.terminal.out) lines = await over(lines, (into) => draw(found, true, into), tools);
      else await draw(changed(found, seen), first, tools);
      seen = versions(found);
      first = false;
    }
    // Ctrl-C wakes it.
    await tools.sleep(EVERY_MS).catch(() => undefined);
  }
}

/** Draws over the `lines` that were drawn before. @returns how many it drew. */
async function over(lines: number, draw: (into: Tools) => Promise<void>, tools: Tools): Promise<number> {
  let text = "";
  const io = {
    ...tools.io,
    out: async (more: string) => {
      text += more;
    },
  };
  await draw({ ...tools, io });
  await tools.io.out(`${lines > 0 ? `\u001b[${lines}A\u001b[J` : ""}${text}`);
  return text.split("\n").length - 1;
}

const key = (kind: string, resource: Readonly<Record<string, unknown>>) => `${kind}/${String(resource["id"])}`;

function versions(found: readonly Found[]): Map<string, string> {
  return new Map(found.flatMap(({ kind, resources }) => resources.map((r) => [key(kind.name, r), JSON.stringify(r)])));
}

/** What is new or other than it was. */
export function changed(found: readonly Found[], seen: ReadonlyMap<string, string>): Found[] {
  return found.map(({ kind, resources }) => ({
    kind,
    resources: resources.filter((r) => seen.get(key(kind.name, r)) !== JSON.stringify(r)),
  }));
}
