import { kinds } from "#db/kinds/index";
import { type Kind, referencesOf } from "#db/schema/kind";
import { formatValue } from "../render/object.ts";
import { parseFormat } from "../render/output.ts";
import { table } from "../render/table.ts";
import { toggle, verb } from "../verb.ts";

export default verb({
  about: "List the kinds.",
  args: {},
  examples: ["mcpctl api-resources -o wide"],
  flags: { noHeaders: toggle("--no-headers", "Don't print the headings.") },
  async run({ noHeaders }, { io, globals }) {
    if (globals.output === "name") return io.out(kinds.map((k) => `${k.plural}\n`).join(""));
    const format = parseFormat(globals.output);
    if (format.is !== "table" && format.is !== "wide") {
      const facts = kinds.map((k) => ({ name: k.plural, ...factsOf(k) }));
      return io.out((await formatValue(format.is === "jsonpath" ? { items: facts } : facts, globals.output)) ?? "");
    }
    const rows = kinds.map((k) => {
      const { kind, shortNames, within, verbs, permission, refersTo, about } = factsOf(k);
      const joined = (words: readonly string[]) => words.join(",") || "-";
      const basic = [k.plural, kind, joined(shortNames), within ?? "-"];
      return format.is === "wide" ? [...basic, joined(verbs), permission, joined(refersTo), about] : [...basic, about];
    });
    const headings = ["NAME", "KIND", "SHORT NAMES", "WITHIN"];
    const more = format.is === "wide" ? ["VERBS", "PERMISSION", "REFERS TO", "ABOUT"] : ["ABOUT"];
    await io.out(
      table([...headings, ...more], rows, {
        columns: io.columns,
        colour: io.colour.out,
        headings: !noHeaders,
      }),
    );
  },
});

const factsOf = (k: Kind) => ({
  kind: k.name,
  shortNames: k.shortNames,
  ...(k.scope ? { within: k.scope } : {}),
  verbs: k.verbs,
  permission: k.permission,
  refersTo: [...new Set(referencesOf(k).map((r) => r.kind))],
  about: k.about,
});
