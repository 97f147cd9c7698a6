import { usage } from "../failure.ts";
import { kindWords, parseTargets } from "../kinds.ts";
import { written } from "../render/object.ts";
import { many, verb } from "../verb.ts";

/** Kinds that can be approved. */
const APPROVED = "promptrequest";

/** There is one kind of which this can be said, so its names will do. */
const named = ([first, ...rest]: readonly string[]): string[] =>
  first === undefined || first.includes("/") || kindWords().includes(first.toLowerCase())
    ? [first, ...rest].filter((word) => word !== undefined)
    : [APPROVED, first, ...rest];

export default verb({
  about: "Make a proposed prompt one that counts.",
  examples: ["mcpctl get promptrequests", "mcpctl approve tone", "mcpctl approve promptrequest tone"],
  args: { what: many("Names; or a kind and names, or kind/name.", { from: "names", kind: APPROVED }) },
  flags: {},
  async run({ what }, { api, io, globals }) {
    const edge = await api();
    for (const { kind, names } of parseTargets(named(what))) {
      if (kind.name !== APPROVED) throw usage(`A ${kind.name} is not approved.`, `mcpctl approve ${APPROVED} NAME`);
      if (names.length === 0) throw usage("Say which one.", `mcpctl approve ${APPROVED} NAME`);
      for (const name of names) {
        const answer = await edge.call("POST", `/api/v1/${kind.plural}/${encodeURIComponent(name)}/approve`);
        await io.out((await written(answer, globals.output)) ?? `prompt/${name} approved\n`);
      }
    }
  },
});
