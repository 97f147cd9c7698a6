/** A server out of a template: `--from template/gitea --set url=…`, instead of saying all of it by flags. */
import { kindsByName } from "#db/kinds/index";
import { instantiate } from "#db/kinds/parts/template-rules";
import { Failure, usage } from "../failure.ts";
import type { CreateHook, KindHook } from "./hook.ts";

const { template } = kindsByName;

const create: CreateHook = {
  examples: [
    "mcpctl create server files --from template/filesystem --set directory=/srv",
    "mcpctl create server git --package-name mcp-server-git --runtime python --args --repository --args /srv/repo",
    `mcpctl create server forge --docker-image gitea-mcp --env HOST=git.lan --env '{"name":"TOKEN","valueFrom":{"secretRef":{"name":"git","key":"token"}}}'`,
    "mcpctl create server docs --url https://docs.example.com/mcp",
  ],
  from: {
    about: "Create it from a template: template/NAME. `mcpctl get templates` lists them.",
    words: { from: "names", kind: template.name },
    async spec(from, values, tools) {
      const name = nameIn(from);
      const found = await (await tools.api()).get(template, name);
      const read = template.spec.safeParse(
        Object.fromEntries(Object.keys(template.spec.shape).map((field) => [field, found[field]])),
      );
      if (!read.success)
        throw new Failure(`The template ${name} is not valid for this version of mcpctl.`, {
          hint: "`mcpctl version` compares this program with the edge.",
        });
      const made = instantiate(read.data, values);
      if (made.ok) return { ...made.spec, template: found.name };
      throw new Failure(`The template ${name} can't be used with these values.`, {
        exit: 2,
        faults: made.faults.map((fault) => ({ ...fault, path: `--set ${fault.path}` })),
        hint: `\`mcpctl describe template ${name}\` lists its parameters.`,
      });
    },
  },
};
export default { create } satisfies KindHook;

/** `template/gitea`, by any word for the kind, or the name alone. @throws Failure usage */
function nameIn(from: string): string {
  const [first = "", name, ...more] = from.split("/");
  if (name === undefined && first !== "") return first;
  const words: readonly string[] = [template.name, template.plural, ...template.shortNames];
  if (!words.includes(first.toLowerCase()) || !name || more.length > 0)
    throw usage(`--from ${from} is not a template.`, "Write --from template/NAME.");
  return name;
}
