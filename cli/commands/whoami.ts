import { formatValue } from "../render/object.ts";
import { verb } from "../verb.ts";

export default verb({
  about: "Show as whom the edge sees you.",
  args: {},
  flags: {},
  async run(_given, tools) {
    const { io, globals } = tools;
    const api = await tools.api();
    const me = await api.call("GET", "/api/v1/auth/me");
    const { kind, name, email, tokenName, project, groups } = me;
    if (globals.output === "name") return io.out(`${String(name)}\n`);
    const text = await formatValue(me, globals.output);
    if (text !== undefined) return io.out(text);
    const lines = [
      ["Name", name],
      ["Kind", kind],
      ["E-mail", email],
      ["Sent by", sender(me["impersonator"])],
      ["Token", tokenName],
      ["Project", project],
      ["Groups", Array.isArray(groups) && groups.length > 0 ? groups.join(", ") : undefined],
      ["Edge", api.edge],
    ].filter(([, value]) => value !== undefined && value !== null);
    await io.out(lines.map(([label, value]) => `${`${String(label)}:`.padEnd(10)}${String(value)}\n`).join(""));
  },
});

/** Who really is at the keyboard, with `--as`. */
function sender(impersonator: unknown): string | undefined {
  if (typeof impersonator !== "object" || impersonator === null) return undefined;
  const { kind, name } = impersonator as Record<string, unknown>;
  return `${String(name)} (${String(kind)})`;
}
