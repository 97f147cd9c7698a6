import { usage } from "../failure.ts";
import { parseTargets } from "../kinds.ts";
import { written } from "../render/object.ts";
import { many, verb } from "../verb.ts";

/** Kinds that can be approved. */
const APPROVED = "promptrequest";

export default verb({
  about: "Make a proposed prompt one that counts.",
  examples: ["mcpctl get promptrequests", "mcpctl approve promptrequest tone"],
  args: { what: many("A kind and names, or kind/name.", { from: "kinds" }) },
  flags: {},
  async run({ what }, { api, io, globals }) {
    const edge = await api();
    for (const { kind, names } of parseTargets(what)) {
      if (kind.name !== APPROVED) throw usage(`A ${kind.name} is not approved.`, `mcpctl approve ${APPROVED} NAME`);
      if (names.length === 0) throw usage("Say which one.", `mcpctl approve ${APPROVED} NAME`);
      for (const name of names) {
        const answer = await edge.call("POST", `/api/v1/${kind.plural}/${encodeURIComponent(name)}/approve`);
        await io.out((await written(answer, globals.output)) ?? `prompt/${name} approved\n`);
      }
    }
  },
});
