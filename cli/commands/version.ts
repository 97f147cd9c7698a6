import { version } from "#db/protocol/version";
import { Failure } from "../failure.ts";
import { formatValue } from "../render/object.ts";
import { toggle, verb } from "../verb.ts";

export default verb({
  about: "Show the versions of mcpctl and of the edge.",
  args: {},
  flags: { client: toggle("--client", "Show only the version of mcpctl.") },
  async run({ client }, tools) {
    const { io, globals } = tools;
    const found: Record<string, unknown> = { mcpctl: version };
    let why: string | undefined;
    if (!client)
      try {
        const api = await tools.api();
        const answer = await api.call("GET", "/healthz", { anonymous: true, timeout: 3_000 });
        // An edge may keep its version to itself; that it answers is worth saying all the same.
        found["edge"] = answer["version"] === undefined ? api.edge : `${answer["version"]} at ${api.edge}`;
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        why = error.message;
      }
    const text = await formatValue(found, globals.output);
    await io.out(
      text ??
        Object.entries(found)
          .map(([name, value]) => `${`${name}:`.padEnd(10)}${String(value)}\n`)
          .join(""),
    );
    if (why) io.err(`${why}\n`);
  },
});
