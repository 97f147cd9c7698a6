/**
 * `npm run bench [-- --quick] [--rounds N] [--without portkey] [--only TEXT]`: what mcpctl's edge costs, measured beside bare workerd and a
 * peer, in turn, on this machine. Ratios hold from one machine to the next; absolute figures do not.
 */
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { startBare } from "./bare.ts";
import { commandLineTime } from "./command-line.ts";
import { startMcpctl } from "./edge.ts";
import { measure, startLoad } from "./measure.ts";
import { startPortkeys } from "./portkey.ts";
import { atMost, scenarioTable, type Verdict, verdictsOf, verdictTable } from "./report.ts";
import { scenarios } from "./scenarios.ts";
import { startProvider, type Target } from "./targets.ts";
import { warmPath } from "./warm-path.ts";

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    rounds: { type: "string" },
    without: { type: "string", multiple: true, default: [] },
    only: { type: "string", default: "" },
  },
});
const quick = values.quick;
const rounds = Number(values.rounds ?? (quick ? 3 : 5));
const say = (text: string) => process.stdout.write(`${text}\n`);

const targets: Target[] = [];
const stops: (() => Promise<void>)[] = [];
const kept = <T extends { stop(): Promise<void> }>(it: T): T => {
  stops.unshift(() => it.stop());
  return it;
};

try {
  const provider = kept(await startProvider());
  const bare = kept(await startBare(provider.url));
  const edge = kept(await startMcpctl(provider.url));
  targets.push(provider, bare, edge);
  try {
    if (values.without.includes("portkey")) throw new Error("left out by --without");
    targets.push(...(await startPortkeys(provider.url)).map(kept));
  } catch (e) {
    say(`Portkey is skipped: ${e instanceof Error ? e.message : String(e)}`);
  }
  const load = kept(startLoad());

  const cpu = cpus();
  say(
    `${cpu.length} × ${cpu[0]?.model ?? "unknown CPU"}, Node ${process.version}, medians of ${rounds} rounds in turn\n`,
  );
  const verdicts: Verdict[] = [];
  for (const scenario of scenarios.filter((s) => s.name.includes(values.only))) {
    const measured = await measure(load, targets, scenario, rounds, quick);
    say(`${scenario.name}\n\n${scenarioTable(measured)}\n`);
    for (const m of measured) if (m.firstError) say(`${m.target}: ${m.errors} failed, the first: ${m.firstError}\n`);
    verdicts.push(...verdictsOf(scenario, measured));
  }
  const chat = scenarios[0];
  if (chat) {
    const warm = await warmPath(load, edge, chat);
    verdicts.push(
      atMost(`statements per 1,000 warm answers, audit batches included`, 20, (warm.queries / warm.requests) * 1000),
    );
  }
  try {
    const runs = quick ? 5 : 11;
    const listing = await commandLineTime(edge, runs, ["get", "llms"]);
    const completing = await commandLineTime(edge, runs, ["__complete", "--", "get", "llms", ""]);
    verdicts.push(atMost("`mcpctl get llms`, whole process, ms", 300, listing));
    verdicts.push(atMost("completing a name that the edge is asked for, whole process, ms", 150, completing));
  } catch (e) {
    say(`mcpctl get llms was not measured: ${e instanceof Error ? e.message : String(e)}\n`);
  }
  say(verdictTable(verdicts));
} finally {
  for (const stop of stops) await stop();
}
