/** What happened: the audit trail, newest first. */

import { kindsByName } from "#db/kinds/index";
import { auditEventKinds } from "#db/protocol/audit";
import { usage } from "../failure.ts";
import type { Io } from "../io.ts";
import { newest } from "../kinds/auditevent.ts";
import { parseTargets } from "../kinds.ts";
import { parseFormat, show } from "../render/output.ts";
import { many, text, toggle, verb } from "../verb.ts";

const kind = kindsByName.auditevent;
const most = 1_000;

export default verb({
  about: "List audit events, newest first: who did what to which resource.",
  examples: [
    "mcpctl events",
    "mcpctl events llm gpt --since 7d",
    "mcpctl events --type auth --principal ada",
    "mcpctl events --since 2026-03-01 --until 2026-04-01 -o json",
  ],
  args: { about: many("A kind and a name, or kind/name: show only events of this resource.", { from: "kinds" }) },
  flags: {
    since: text(
      "--since <time>",
      "Only events after this time: an age such as 90m, 2h, 7d or 2w, or an ISO date or date-time.",
    ),
    until: text("--until <time>", "Only events before this time."),
    type: text("--type <type>", "Only events of this type.", { words: { from: "words", words: auditEventKinds } }),
    principal: text("--principal <name>", "Only events of this user, token or service account."),
    usedToken: text("--with-token <name>", "Only events of requests with this token."),
    limit: text("--limit <n>", "Maximum number of events.", { otherwise: "50" }),
    noHeaders: toggle("--no-headers", "Don't print the headings."),
  },
  async run(given, tools) {
    const limit = Number(given.limit ?? "50");
    if (!Number.isInteger(limit) || limit < 1 || limit > most)
      throw usage(`--limit must be a whole number from 1 to ${most}.`);
    const format = parseFormat(tools.globals.output);
    const selected = {
      about: about(given.about, tools.io),
      type: given.type,
      principal: given.principal,
      token: given.usedToken,
      project: tools.globals.project,
    };
    const fields = Object.entries(selected).flatMap(([field, value]) =>
      value === undefined ? [] : `${field}=${value}`,
    );
    const found = await newest(await tools.api(), { fields, limit, since: given.since, until: given.until });
    if (found.length === 0 && (format.is === "table" || format.is === "wide")) {
      tools.io.err("No events found.\n");
      return;
    }
    const options = {
      format,
      single: false,
      status: true,
      headings: !given.noHeaders,
      labels: false,
      nameless: format.is === "table",
    };
    await show([{ kind, resources: found }], options, tools);
  },
});

/** @throws Failure usage for more than one resource */
function about(words: readonly string[], io: Pick<Io, "err">): string | undefined {
  if (words.length === 0) return undefined;
  const [target, ...others] = parseTargets(words);
  const [name, another] = target?.names ?? [];
  if (!target || name === undefined || another !== undefined || others.length > 0)
    throw usage("Name exactly one resource.", "mcpctl events llm gpt");
  const slash = target.kind.scope ? name.indexOf("/") : -1;
  if (slash < 0) return `${target.kind.name}/${name}`;
  // The trail knows a resource by its name alone.
  const own = name.slice(slash + 1);
  io.err(`The list contains the events of every ${target.kind.name} with the name ${own}.\n`);
  return `${target.kind.name}/${own}`;
}
