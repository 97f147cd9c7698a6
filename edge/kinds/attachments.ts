/**
 * A personality's prompts are its agent's own, those of the agent's project, or everybody's.
 * Three kinds of write can break that, so it is looked at in the transaction of each, in one statement.
 */
import { and, eq, type SQL, sql } from "drizzle-orm";
import { kindsByName } from "#db/kinds/index";
import { type Fault, refuse } from "#db/protocol/errors";
import { edgeBetween, resources } from "#db/tables/index";
import type { Caller } from "../identity/principal.ts";
import { maySee } from "../resources/governor.ts";
import type { Transaction } from "../store.ts";

const { agent, personality, prompt } = resources;
const attached = edgeBetween("personality", "prompt");

const agentOf = sql<string | null>`${prompt.spec}->>'agent'`;
const projectOf = sql<string | null>`${prompt.spec}->>'project'`;
const stray = sql`(${agentOf} is distinct from ${agent.name} and ${agentOf} is not null)
  or (${projectOf} is not null and ${projectOf} is distinct from ${agent.spec}->>'project')`;

/** The id of what was written. */
export type Written = { personality: string } | { agent: string } | { prompt: string };

/** @throws Refusal invalid_request for a personality that attaches too much, still_referred for what takes a prompt out of reach */
export async function keepAttachable(tx: Transaction, caller: Caller, written: Written): Promise<void> {
  await hold(tx, written);
  const rows = await tx
    .select({
      personality: personality.name,
      agent: agent.name,
      prompt: prompt.name,
      path: attached.path,
      promptAgent: agentOf,
      promptProject: projectOf,
    })
    .from(attached)
    .innerJoin(personality, eq(personality.id, attached.fromId))
    .innerJoin(agent, eq(agent.id, personality.scopeId))
    .innerJoin(prompt, eq(prompt.id, attached.toId))
    .where(and(only(written), stray))
    .orderBy(personality.name, attached.path)
    .limit(20);
  const [first] = rows;
  if (!first) return;
  if ("personality" in written) {
    const faults: Fault[] = rows.map((row) => ({
      path: row.path,
      message: `the prompt ${JSON.stringify(row.prompt)} is another ${row.promptAgent === null ? "project" : "agent"}'s`,
      expected: `a prompt of the agent ${row.agent}, of its project, or of nobody`,
      // Whose it is, only who may see the prompt is told.
      ...(sees(caller, "prompt", row.prompt) ? { given: JSON.stringify(row.promptAgent ?? row.promptProject) } : {}),
    }));
    refuse("invalid_request", `${first.path}: ${faults[0]?.message}`, { faults, param: first.path });
  }
  const seen = rows.filter((row) => sees(caller, "personality", row.agent));
  const names = seen.slice(0, 10).map((row) => `personality/${row.personality}`);
  const who = names.join(", ") || "A personality that you may not see";
  refuse("still_referred", `${who} could no longer use ${first.prompt}, which it attaches.`, {
    faults: seen.map((row) => ({
      path: `personality/${row.personality}`,
      message: `attaches ${row.prompt} in ${row.path}`,
    })),
    hint: "Detach the prompt there first.",
  });
}

const sees = ({ grants }: Caller, kind: "prompt" | "personality", governor: string) =>
  maySee(grants, kindsByName[kind], governor);

/**
 * The agents and prompts that are looked at stay as they are until this write has ended: a prompt that is moved while it is
 * being attached would be seen by neither. Deadlocks are tried again.
 */
async function hold(tx: Transaction, written: Written): Promise<void> {
  await tx
    .select({ held: sql`1` })
    .from(attached)
    .innerJoin(personality, eq(personality.id, attached.fromId))
    .innerJoin(agent, eq(agent.id, personality.scopeId))
    .innerJoin(prompt, eq(prompt.id, attached.toId))
    .where(only(written))
    .for("share", { of: [agent, prompt] });
}

function only(written: Written): SQL {
  if ("personality" in written) return eq(personality.id, written.personality);
  return "agent" in written ? eq(agent.id, written.agent) : eq(prompt.id, written.prompt);
}
