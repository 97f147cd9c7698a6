import { kindsByName } from "#db/resources/index";
import { projectFor } from "../kinds.ts";
import { addressOf } from "../render/address.ts";
import { formOf } from "../render/object.ts";
import { many, verb } from "../verb.ts";
import { namesOf } from "./names-of.ts";

const kind = kindsByName.mcptoken;

export default verb({
  about: "End a token for good, and keep its record.",
  examples: ["mcpctl get mcptokens", "mcpctl revoke ci", "mcpctl revoke ci -p web"],
  args: { what: many("Names; or a kind and names, or kind/name.", { from: "names", kind: kind.name }) },
  flags: {},
  async run({ what }, tools) {
    const { io, globals } = tools;
    const form = formOf(globals.output);
    const edge = await tools.api();
    const project = await projectFor(kind, tools);
    for (const name of namesOf(what, kind, "revoke")) {
      // Of several of one name, the project or `project/name` says which.
      const found = await edge.get(kind, name, project);
      const { id } = found;
      const answer = await edge.call("POST", `/api/v1/${kind.plural}/${encodeURIComponent(id)}/revoke`);
      await io.out((await form?.(answer)) ?? `${addressOf(kind, found)} revoked\n`);
    }
  },
});
