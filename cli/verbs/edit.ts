import { mkdtemp, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withoutNulls } from "#db/schema/applied";
import type { Shown } from "../connection/api.ts";
import { canonical, wholeFaults, withLines, writable } from "../documents/check.ts";
import { same } from "../documents/overlay.ts";
import { readManifests } from "../documents/read.ts";
import { explainFailure, Failure, faultLine, usage } from "../failure.ts";
import { printable } from "../io.ts";
import { type AnyKind, mustAllow, parseTargets, projectFor } from "../kinds.ts";
import { addressOf } from "../render/address.ts";
import { manifest, toYaml } from "../render/manifest.ts";
import { many, type Tools, verb } from "../verb.ts";

export default verb({
  about: "Change a resource in your editor.",
  examples: ["mcpctl edit llm gpt", "EDITOR='code --wait' mcpctl edit llm/gpt"],
  args: {
    what: many("A kind and names, or kind/name. They are opened one after the other.", { from: "kinds", can: "edit" }),
  },
  flags: {},
  forms: ["name"],
  async run({ what }, tools) {
    const targets = parseTargets(what);
    if (targets.some((t) => t.names.length === 0)) throw usage("The name is missing.", "mcpctl edit llm gpt");
    for (const { kind } of targets) mustAllow(kind, "edit", "edited: they never change");
    for (const { kind, names } of targets) for (const name of names) await edit(kind, name, tools);
  },
});

async function edit(kind: AnyKind, name: string, tools: Tools): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "mcpctl-edit-"));
  const file = join(directory, `${kind.name}-${name.replace(/[^\w.-]/g, "_")}.yaml`);
  let keep = false;
  let opened = 0;
  const open = () => {
    opened++;
    return tools.editor(file);
  };
  try {
    const { does, what } = await session(kind, name, { file, open }, tools);
    if (does === "unchanged") tools.io.err("Edit cancelled, no changes made.\n");
    else await tools.io.out(tools.globals.output === "name" ? `${what}\n` : `${what} edited\n`);
  } catch (error) {
    // Work in an editor is never thrown away: what was saved now, or opened again because it was refused.
    keep = opened > 1 || !(await isUntouched(file));
    if (keep) tools.io.err(`Your text is kept in ${file}\n`);
    throw error;
  } finally {
    if (!keep) await rm(directory, { recursive: true, force: true });
  }
}

/** When a file that nobody has saved was written, in seconds since the epoch. */
const UNTOUCHED = 1_000_000_000;

const isUntouched = async (file: string) => {
  const found = await stat(file).catch(() => undefined);
  return found === undefined || found.mtimeMs === UNTOUCHED * 1000;
};

const HEADER = `# Save the file and close the editor to change the resource. To cancel, leave the file unchanged or empty.
# Lines that begin with '#' are ignored.
`;

/** Opens until what was saved is accepted, or nothing was changed any more. */
async function session(
  kind: AnyKind,
  name: string,
  { file, open }: { file: string; open(): Promise<void> },
  tools: Tools,
): Promise<{ does: "edited" | "unchanged"; what: string }> {
  const api = await tools.api();
  const project = await projectFor(kind, tools);
  let current = await api.get(kind, name, project);
  const what = printable(addressOf(kind, current));
  const original = await toYaml([manifest(kind, current)]);
  let text = original;
  let complaint: string[] = [];
  let conflict = false;
  for (;;) {
    const opened = `${HEADER}${complaint.map((line) => `# ${line}\n`).join("")}${text}`;
    await writeFile(file, opened, { mode: 0o600 });
    // File systems count time in steps of milliseconds; whatever is saved from now on is later than this by far.
    await utimes(file, UNTOUCHED, UNTOUCHED);
    await open();
    const saved = await readFile(file, "utf8");
    const written = withoutComments(saved);
    if (written.trim() === "" || written === withoutComments(original)) return { does: "unchanged", what };
    // Left just as it was refused: the person gives up. After a conflict, saving it so is the answer to a question.
    if (complaint.length > 0 && saved === opened) {
      if (!conflict)
        throw new Failure(`Edit of ${what} cancelled: the saved text is still not valid.`, {
          hint: complaint
            .slice(1, 3)
            .map((line) => line.trim())
            .join("; "),
        });
      if (await isUntouched(file)) throw new Failure("Edit cancelled: the other change stays.");
    }
    conflict = false;
    text = written;
    const read = await understand(kind, current, written);
    if ("faults" in read) {
      complaint = refusedWith(read.faults);
      continue;
    }
    if (same(canonical(kind, read.body), canonical(kind, manifest(kind, current)))) return { does: "unchanged", what };
    try {
      await api.replace(kind, current.id, read.body, { ifMatch: current.resourceVersion });
      return { does: "edited", what };
    } catch (error) {
      if (!(error instanceof Failure) || error.exit === 5 || error.exit === 4) throw error;
      complaint = explainFailure(error, tools.globals.verbose);
      if (error.code === "lost_update") {
        current = await api.get(kind, name, project);
        const now = (await toYaml([manifest(kind, current)])).trimEnd().split("\n");
        conflict = true;
        complaint = [
          "Somebody changed the resource meanwhile. Below is its new state. To overwrite it, save again. To cancel, close the editor without saving:",
          ...now.map((l) => `  ${l}`),
        ];
      }
    }
  }
}

/** What stands on top of a text that is opened again. Lines are told as they are counted there, below all this. */
function refusedWith(faults: readonly string[]): string[] {
  const above = HEADER.split("\n").length - 1 + 1 + faults.length;
  const moved = faults.map((f) => f.replace(/^line:(\d+)/, (_, line) => `line:${Number(line) + above}`));
  return ["It was not accepted:", ...moved.map((f) => `  ${f}`)];
}

const withoutComments = (text: string) =>
  text
    .split("\n")
    .filter((line) => !line.startsWith("#"))
    .join("\n");

async function understand(
  kind: AnyKind,
  current: Shown,
  text: string,
): Promise<{ body: Record<string, unknown> } | { faults: string[] }> {
  const { manifests, faults } = readManifests(text, "line");
  const [m, another] = manifests;
  if (faults.length > 0 || !m)
    return { faults: faults.map(faultLine).concat(m || faults.length > 0 ? [] : ["The file has no resource."]) };
  if (another || m.kind.name !== kind.name || m.name !== current.name)
    return { faults: [`Kind and name can't be changed: this is ${kind.name}/${current.name}.`] };
  const wrong = withLines(m, wholeFaults(kind, m.body));
  if (wrong.length > 0) return { faults: wrong.map(faultLine) };
  return { body: { kind: kind.name, ...withoutNulls(kind, writable(kind, m.body)) } };
}
