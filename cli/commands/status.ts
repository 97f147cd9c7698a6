/** Is the edge there, is its store, am I somebody to it: three questions, asked at once. */
import { type Exit, exitOf, Failure } from "../failure.ts";
import { paint } from "../render/colour.ts";
import { formatValue } from "../render/object.ts";
import { verb } from "../verb.ts";

export default verb({
  about: "Check the health of the edge.",
  args: {},
  flags: {},
  async run(_given, tools) {
    const { io, now, globals } = tools;
    const api = await tools.api();
    const checks = [
      ["edge", "/healthz", true],
      ["store", "/readyz", true],
      ["login", "/api/v1/auth/me", false],
    ] as const;
    const results = await Promise.all(
      checks.map(async ([name, path, anonymous]) => {
        const begun = now();
        try {
          const answer = await api.open("GET", path, { anonymous, timeout: 10_000 });
          await answer.body?.cancel();
          return { name, ok: true, milliseconds: now() - begun, why: undefined, exit: 0 as Exit };
        } catch (error) {
          if (!(error instanceof Failure)) throw error;
          const exit = error.details.status ? exitOf(error.code, error.details.status) : error.exit;
          return { name, ok: false, milliseconds: now() - begun, why: error.message, exit };
        }
      }),
    );
    const line = (r: (typeof results)[number]) =>
      `${r.name.padEnd(8)}${paint(r.ok ? "ok" : "failed", r.ok ? "green" : "red", io.colour.out)}  ${r.why ?? `${r.milliseconds} ms`}\n`;
    const found = { edge: api.edge, checks: results.map(({ exit: _, ...r }) => r) };
    await io.out((await formatValue(found, globals.output)) ?? `${api.edge}\n${results.map(line).join("")}`);
    return results.find((r) => !r.ok)?.exit ?? 0;
  },
});
