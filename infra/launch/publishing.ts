/** Which models of this machine are published. */
import { execFile } from "node:child_process";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { stringify } from "yaml";
import { z } from "zod";
import { root } from "../paths.ts";

const execute = promisify(execFile);

export const agentProgram = `${root}/local-agent/main.ts`;

const detected = z.array(z.object({ url: z.string(), kind: z.string(), models: z.array(z.string()) }));

export interface Publication {
  url: string;
  model: string;
  name?: string;
}

/** What model servers run here. @throws Error where the local agent can't look. */
export async function detect(): Promise<Publication[]> {
  const looked = execute(process.execPath, [agentProgram, "detect", "-o", "json"], { timeout: 10_000 });
  const { stdout } = await looked.catch((cause: Error & { code?: unknown }) => {
    throw new Error(`\`mcplocal detect\` failed (${cause.code ?? "it took more than 10 s"})`, { cause });
  });
  return detected.parse(JSON.parse(stdout)).flatMap(({ url, models }) => models.map((model) => ({ url, model })));
}

/** The local agent's configuration. */
export function agentConfig(publish: readonly Publication[]): string {
  return `# Written by every \`npm start\`. Copy it to publish from elsewhere: mcplocal publish --config FILE\n${stringify({ publish })}`;
}

const llms = z.object({
  items: z.array(
    z.looseObject({ name: z.string(), status: z.looseObject({ lifecycle: z.string(), state: z.string() }) }),
  ),
});

/** Names of LLMs that somebody publishes now, in the edge's order. */
async function publishedLlms(edge: string, token: string): Promise<string[]> {
  const answer = await fetch(`${edge}/api/v1/llms`, { headers: { authorization: `Bearer ${token}` } });
  if (!answer.ok) throw new Error(`the edge can't list its LLMs (${answer.status}): ${await answer.text()}`);
  return llms
    .parse(await answer.json())
    .items.filter(({ status }) => status.lifecycle === "virtual" && status.state === "active")
    .map((llm) => llm.name);
}

/** Waits until as many are there as were published, at most `limitMs`. @returns those that are. */
export async function awaitPublished(edge: string, token: string, count: number, limitMs: number): Promise<string[]> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const names = await publishedLlms(edge, token);
    if (names.length >= count || Date.now() > deadline) return names;
    await wait(100);
  }
}
