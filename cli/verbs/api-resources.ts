import { kinds } from "#db/resources/index";
import { table } from "../render/table.ts";
import { toggle, verb } from "../verb.ts";

export default verb({
  about: "The kinds of resource.",
  args: {},
  flags: { noHeaders: toggle("--no-headers", "Only the rows.") },
  async run({ noHeaders }, { io, globals }) {
    if (globals.output === "name") return io.out(kinds.map((k) => `${k.plural}\n`).join(""));
    const rows = kinds.map((k) => [k.plural, k.name, k.shortNames.join(",") || "-", k.verbs.join(","), k.about]);
    await io.out(
      table(["NAME", "KIND", "SHORT NAMES", "VERBS", "ABOUT"], rows, {
        columns: io.columns,
        colour: io.colour.out,
        headings: !noHeaders,
      }),
    );
  },
});
