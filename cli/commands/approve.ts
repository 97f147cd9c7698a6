import { kindsByName } from "#db/resources/index";
import { formOf } from "../render/object.ts";
import { many, verb } from "../verb.ts";
import { namesOf } from "./names-of.ts";

const kind = kindsByName.promptrequest;

export default verb({
  about: "Make a proposed prompt one that counts.",
  examples: ["mcpctl get promptrequests", "mcpctl approve tone", "mcpctl approve promptrequest tone"],
  args: { what: many("Names; or a kind and names, or kind/name.", { from: "names", kind: kind.name }) },
  flags: {},
  async run({ what }, { api, io, globals }) {
    const form = formOf(globals.output);
    const edge = await api();
    for (const name of namesOf(what, kind, "approve")) {
      const answer = await edge.call("POST", `/api/v1/${kind.plural}/${encodeURIComponent(name)}/approve`);
      await io.out((await form?.(answer)) ?? `prompt/${name} approved\n`);
    }
  },
});
