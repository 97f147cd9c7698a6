import { writeOnlyFields } from "#db/resources/kind";
import type { Api } from "../connection/api.ts";
import { canonical } from "../documents/check.ts";
import { loadManifests } from "../documents/files.ts";
import { same } from "../documents/overlay.ts";
import { planApply, type Step, scopeOf } from "../documents/plan.ts";
import { printable } from "../io.ts";
import { paint } from "../render/colour.ts";
import { unified } from "../render/difference.ts";
import { manifest, toYaml } from "../render/manifest.ts";
import { list, verb } from "../verb.ts";

export default verb({
  about: "Show what apply would change.",
  examples: ["mcpctl diff -f llms.yaml    # exits 1 where something differs"],
  args: {},
  flags: {
    filename: list("-f, --filename <file>", "File, directory, URL, or - for stdin.", { words: { from: "files" } }),
  },
  async run({ filename }, tools) {
    const { io } = tools;
    const api = await tools.api();
    const project = await tools.project();
    const steps = await planApply(await loadManifests(filename, tools), api, project);
    let differs = false;
    for (const step of steps) {
      if (step.does === "nothing" || (await rewritesTheSame(step, api, project))) continue;
      const { kind, name } = step.manifest;
      const lines = unified(`${kind.name}/${name}`, await before(step), await after(step));
      if (lines.length === 0) continue;
      differs = true;
      const styled = lines.map((l) =>
        paint(
          printable(l),
          l.startsWith("+") ? "green" : l.startsWith("-") ? "red" : l.startsWith("@@") ? "cyan" : undefined,
          io.colour.out,
        ),
      );
      await io.out(`${styled.join("\n")}\n`);
    }
    return differs ? 1 : 0;
  },
});

/**
 * Where only values that are never shown are written, the edge alone can tell whether they are other than what it has: it
 * rehearses the write.
 */
async function rewritesTheSame(
  { does, manifest: m, current, body }: Step,
  api: Api,
  project: string | undefined,
): Promise<boolean> {
  const hidden = writeOnlyFields(m.kind);
  const visible = Object.fromEntries(Object.entries(body).filter(([field]) => !hidden.includes(field)));
  if (does !== "replace" || !current || !same(canonical(m.kind, visible), canonical(m.kind, manifest(m.kind, current))))
    return false;
  const answer = await api.replace(m.kind, current.id, body, { dryRun: true, project: scopeOf(m, project) });
  return answer.resourceVersion === current.resourceVersion;
}

const full = (step: Step, body: Readonly<Record<string, unknown>>) =>
  manifest(step.manifest.kind, { ...(canonical(step.manifest.kind, body) ?? body) });

async function before(step: Step): Promise<string> {
  return step.current ? toYaml([full(step, manifest(step.manifest.kind, step.current))]) : "";
}

/** What is never shown is not shown here either: only that it is written. */
async function after(step: Step): Promise<string> {
  const shown = full(step, step.body);
  for (const field of writeOnlyFields(step.manifest.kind)) {
    const value = shown[field];
    if (value === undefined) continue;
    shown[field] =
      typeof value === "object" && value !== null
        ? Object.fromEntries(Object.keys(value).map((k) => [k, "(written, not shown)"]))
        : "(written, not shown)";
  }
  return toYaml([shown]);
}
