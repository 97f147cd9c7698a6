/** Checks that model servers have the models to publish, and warns before the first request fails. */
import { z } from "zod";
import { reasonOf } from "#db/client/reason";
import { urlOf } from "#db/protocol/base-url";
import type { Published } from "./admission.ts";

const TIMEOUT_MS = 3_000;
/**
 * A new connection for each request. The model server may close an idle connection just when a request is sent, and then nobody knows
 * whether the server began to work. On the same machine or network, a new connection costs almost nothing.
 */
export const oneUse = { connection: "close" } as const;

/** Maximum number of model names in a message. */
const SHOWN = 5;

/** Without models, Ollama lists `null`. */
const modelList = z.looseObject({ data: z.array(z.looseObject({ id: z.string() })).nullable() });

/**
 * Messages about problems of the model servers; empty if there are none or a server can't be checked. Never rejects, because a server
 * may be started after the agent.
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
          return [
            `The model server at ${url} requires a key (${answer.status}), but mcplocal sends none: requests will fail.`,
          ];
        }
        const listed = modelList.safeParse(await answer.json().catch(() => undefined));
        // A server that doesn't list its models may still serve them.
        return listed.success
          ? missingModels(
              url,
              wanted,
              (listed.data.data ?? []).map((m) => m.id),
            )
          : [];
      } catch (error) {
        return [`No model server answers at ${url} (${reasonOf(error)}): requests will fail until one does.`];
      }
    }),
  );
  return found.flat();
}

/** @param has the models that the server lists. Ollama lists `llama3:latest`, but also accepts `llama3`. Pure. */
export function missingModels(url: string, wanted: readonly string[], has: readonly string[]): string[] {
  const shown = has.length > SHOWN ? `${has.slice(0, SHOWN).join(", ")}, …` : has.join(", ") || "none";
  return wanted
    .filter((model) => !has.includes(model) && !has.includes(`${model}:latest`))
    .map((model) => `The model server at ${url} does not list "${model}". It has: ${shown}.`);
}
