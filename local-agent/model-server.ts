/** Whether a model server has what is to be published: told before the first caller finds out. */
import { z } from "zod";
import { reasonOf } from "#db/client/reason";
import { urlOf } from "#db/protocol/base-url";
import type { Published } from "./admission.ts";

const TIMEOUT_MS = 3_000;
/**
 * A connection for each request: one that is kept may be closed by the model server just as a request goes out, and nobody could
 * say whether that was begun. On the same machine or network a new one costs next to nothing.
 */
export const oneUse = { connection: "close" } as const;

/** Names told of those that a server has. */
const SHOWN = 5;

/** Ollama without a model lists `null`. */
const modelList = z.looseObject({ data: z.array(z.looseObject({ id: z.string() })).nullable() });

/**
 * What callers would run into, in words; none where all is well or a server can't be judged. Never rejects: a server may well
 * be started after the agent.
 */
export async function troubles(models: readonly Published[]): Promise<string[]> {
  const servers = new Map(models.map((m) => [m.url, m.base]));
  const found = await Promise.all(
    [...servers].map(async ([url, base]) => {
      const wanted = models.filter((m) => m.url === url).map((m) => m.model);
      try {
        const answer = await fetch(urlOf(base, "/v1/models"), {
          headers: oneUse,
          redirect: "manual",
          signal: AbortSignal.timeout(TIMEOUT_MS),
        });
        if (answer.status === 401 || answer.status === 403) {
          await answer.body?.cancel();
          return [`The model server at ${url} wants a key (${answer.status}), and none is sent to it: calls fail.`];
        }
        const listed = modelList.safeParse(await answer.json().catch(() => undefined));
        // A server need not list its models to serve them.
        return listed.success
          ? absent(
              url,
              wanted,
              (listed.data.data ?? []).map((m) => m.id),
            )
          : [];
      } catch (error) {
        return [`No model server answers at ${url} (${reasonOf(error)}): calls fail until one does.`];
      }
    }),
  );
  return found.flat();
}

/** @param has what the server lists. Ollama lists `llama3:latest` and answers to `llama3` as well. Pure. */
export function absent(url: string, wanted: readonly string[], has: readonly string[]): string[] {
  const shown = has.length > SHOWN ? `${has.slice(0, SHOWN).join(", ")}, …` : has.join(", ") || "none";
  return wanted
    .filter((model) => !has.includes(model) && !has.includes(`${model}:latest`))
    .map((model) => `The model server at ${url} does not list "${model}". It has: ${shown}.`);
}
