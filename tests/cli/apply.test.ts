/** Describing a team's things in files, over a real edge, with everything that gets in between. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { verifies } from "../requirements.ts";
import { type Desk, startDesk } from "./desk.ts";
import { type Front, refuseFirst } from "./front.ts";
import { type Person, person } from "./person.ts";

let desk: Desk;
let front: Front;
let engineer: Person;
let token: string;

beforeAll(async () => {
  desk = await startDesk();
  ({ front, engineer, token } = desk);
});
afterAll(() => desk?.stop());
afterEach(() => {
  front.interfere = () => false;
  engineer.slept.length = 0;
});

const llm = (name: string, more = "") =>
  `kind: llm\nname: ${name}\ntype: vllm\nmodel: m\nurl: http://127.0.0.1:9\n${more}`;
const apply = (text: string, ...flags: string[]) => engineer.run(["apply", "-f", "-", ...flags], { stdin: text });
const patch = (at: string, body: unknown) =>
  fetch(desk.edge.url + at, {
    method: "PATCH",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
const field = async (what: string, at: string) =>
  (await engineer.run(["get", what, "-o", `jsonpath={.${at}}`])).out.trim();

describe("mcpctl apply", () => {
  test("writes documents in an order in which references exist, whatever their order and form", async () => {
    const said = await apply(`groups: [{name: team, members: [eve]}]
llms: [{name: ordered, type: openai, model: m, apiKeyRef: {name: key, key: k}}]
users: [{name: eve, email: eve@example.com}]
secrets: [{name: key, data: {k: v}}]
`);
    expect(said.err.replace(/^Warning: .*\n/gm, "")).toBe("");
    expect(said.out.trim().split("\n")).toEqual([
      "user/eve created",
      "group/team created",
      "secret/key created",
      "llm/ordered created",
    ]);
    expect(said.exit).toBe(0);
  });

  test(
    verifies("apply.three-way", "removes a field that an earlier file had, and leaves alone what apply never set"),
    async () => {
      await apply(llm("owned", "description: by apply\ntimeouts: {idle: 7000}\nlabels: {a: '1', b: '2'}\n"));
      await engineer.run(["label", "llm", "owned", "theirs=yes"]);
      await patch("/api/v1/llms/owned", { contextWindow: 4096, timeouts: { firstByte: 9000 } });
      expect((await apply(llm("owned", "tier: heavy\nlabels: {b: '3'}\n"))).out).toBe("llm/owned configured\n");
      expect(await field("llm/owned", "description")).toBe("");
      expect(await field("llm/owned", "timeouts")).toBe('{"firstByte":9000,"idle":120000}');
      expect(await field("llm/owned", "labels")).toBe('{"b":"3","theirs":"yes"}');
      expect(await field("llm/owned", "contextWindow")).toBe("4096");
      expect((await apply(llm("owned", "tier: heavy\nlabels: {b: '3'}\ncontextWindow: null\n"))).out).toBe(
        "llm/owned configured\n",
      );
      expect(await field("llm/owned", "contextWindow")).toBe("");
      expect((await apply(llm("owned", "tier: heavy\nlabels: {b: '3'}\n"))).out).toBe("llm/owned unchanged\n");
    },
  );

  test("refuses a file that lost a required field which an earlier one had", async () => {
    await apply(llm("whole"));
    const said = await apply("kind: llm\nname: whole\ntype: vllm\nurl: http://127.0.0.1:9\n");
    expect(said).toMatchObject({ exit: 1, out: "" });
    expect(said.err).toContain("stdin:1: model: was applied before and can't be removed: it is required");
  });

  test("takes ownership of what get printed without changing it, in one write, and only once", async () => {
    await engineer.run(["create", "group", "adopted", "--description", "made by hand"]);
    const text = (await engineer.run(["get", "group/adopted", "-o", "yaml"])).out;
    expect(text).not.toContain("applied");
    front.seen.length = 0;
    expect((await apply(text)).out).toBe("group/adopted unchanged\n");
    expect((await apply(text)).out).toBe("group/adopted unchanged\n");
    expect(front.seen.filter((r) => !r.startsWith("GET"))).toEqual([expect.stringMatching(/^PUT .*apply=true/)]);
    expect(await field("group/adopted", "applied")).toBe('["description","members","name"]');
    expect((await apply("kind: group\nname: adopted\n")).out).toBe("group/adopted configured\n");
    expect(await field("group/adopted", "description")).toBe("");
  });

  test("tells somebody who may only view that nothing differs", async () => {
    await engineer.run(["create", "group", "looked-at"]);
    const text = (await engineer.run(["get", "group/looked-at", "-o", "yaml"])).out;
    await apply(`kind: user
name: looker
email: looker@example.com
password: a long enough password
---
kind: rbac
name: looker
subjects: [{kind: User, name: looker}]
bindings: [{role: view, resource: groups}]
`);
    const looker = person();
    const stdin = "a long enough password";
    await looker.run(["login", front.url, "--email", "looker@example.com", "--password-stdin"], { stdin });
    expect(await looker.run(["apply", "-f", "-"], { stdin: text })).toEqual({
      exit: 0,
      out: "group/looked-at unchanged\n",
      err: "",
    });
    expect((await looker.run(["apply", "-f", "-"], { stdin: `${text}description: x\n` })).err).toContain(
      "group/looked-at: ",
    );
    looker.leave();
  });

  test("names a required field that is missing from a resource that does not exist yet", async () => {
    const said = await apply("kind: llm\nname: half\ntier: fast\n");
    expect(said.exit).toBe(1);
    expect(said.err).toContain("stdin:1: type: is missing");
  });

  test("repeats a refused write after the Retry-After, or after ever longer pauses", async () => {
    front.interfere = refuseFirst(2, /^POST .*\/llms/, 429, { "retry-after": "3" });
    expect(await apply(llm("patient"))).toMatchObject({ exit: 0, out: "llm/patient created\n" });
    expect(engineer.slept).toEqual([3000, 3000]);
    engineer.slept.length = 0;
    front.interfere = refuseFirst(3, /^PUT /, 503);
    expect(await apply(llm("patient", "tier: heavy\n"))).toMatchObject({ exit: 0, out: "llm/patient configured\n" });
    expect(engineer.slept).toEqual([250, 500, 1000]);
  });

  test("notices that a create succeeded although its answer got lost", async () => {
    let lost = false;
    front.interfere = (req, res) => {
      if (lost || req.method !== "POST") return false;
      lost = true;
      const body: Buffer[] = [];
      req.on("data", (chunk: Buffer) => body.push(chunk));
      req.on("end", async () => {
        const { authorization = "" } = req.headers;
        await fetch(desk.edge.url + req.url, {
          method: "POST",
          headers: { authorization, "content-type": "application/json" },
          body: Buffer.concat(body),
        });
        res.writeHead(503).end();
      });
      return true;
    };
    expect(await apply(llm("lost"))).toMatchObject({ exit: 0, out: "llm/lost unchanged\n" });
    expect(lost).toBe(true);
  });

  test("keeps what others changed meanwhile", async () => {
    await apply(llm("shared", "tier: fast\n"));
    let changed = false;
    front.interfere = (req, res) => {
      if (changed || req.method !== "PUT") return false;
      changed = true;
      const sent: Buffer[] = [];
      req.on("data", (chunk: Buffer) => sent.push(chunk));
      // Between apply's GET and its PUT somebody else describes it.
      req.on("end", async () => {
        await patch("/api/v1/llms/shared", { description: "theirs" });
        const { authorization = "" } = req.headers;
        const answer = await fetch(desk.edge.url + req.url, {
          method: "PUT",
          headers: { authorization, "content-type": "application/json" },
          body: Buffer.concat(sent),
        });
        res.writeHead(answer.status, { "content-type": "application/json", "mcpctl-outcome": "changed" });
        res.end(await answer.text());
      });
      return true;
    };
    expect(await apply(llm("shared", "tier: heavy\n"))).toMatchObject({ exit: 0, out: "llm/shared configured\n" });
    expect(changed).toBe(true);
    expect(await field("llm/shared", "description")).toBe("theirs");
    expect(await field("llm/shared", "tier")).toBe("heavy");
  });

  test("creates again what was deleted between its read and its write", async () => {
    await apply(llm("fleeting", "tier: fast\n"));
    let gone = false;
    front.interfere = (req) => {
      if (gone || req.method !== "PUT") return false;
      gone = true;
      req.url = "/api/v1/llms/clxxxxxxxxxxxxxxxxxxxxxxx?apply=true";
      return false;
    };
    expect(await apply(llm("fleeting", "tier: heavy\n"))).toMatchObject({ exit: 0, out: "llm/fleeting configured\n" });
    expect(gone).toBe(true);
  });

  test("skips what refers to a document that failed, and nothing else", async () => {
    front.interfere = (req, res) => {
      if (!/^POST .*\/secrets/.test(`${req.method} ${req.url}`)) return false;
      res
        .writeHead(500, { "content-type": "application/problem+json" })
        .end(JSON.stringify({ code: "internal", detail: "Broken." }));
      return true;
    };
    const said = await apply(
      `${llm("needy", "apiKeyRef: {name: sick, key: k}\n")}---\nkind: secret\nname: sick\ndata: {k: v}\n---\n${llm("healthy")}`,
    );
    expect(said.exit).toBe(1);
    expect(said.out).toBe("llm/healthy created\n");
    expect(said.err).toContain("stdin:8: secret/sick: Broken.");
    expect(said.err).toContain("stdin:1: llm/needy: Skipped: it refers to secret/sick, which failed.");
    expect(said.err).toContain("2 of 3 failed.");
  });

  test("changes nothing in a dry run, which may refer to what it would create", async () => {
    const text = `${llm("dry", "apiKeyRef: {name: dry, key: k}\n")}---\nkind: secret\nname: dry\ndata: {k: v}\n`;
    expect(await apply(text, "--dry-run")).toMatchObject({
      exit: 0,
      out: "secret/dry created (server dry run)\nllm/dry created (server dry run)\n",
    });
    front.seen.length = 0;
    expect(await apply(text, "--dry-run=client")).toMatchObject({
      exit: 0,
      out: "secret/dry created (dry run)\nllm/dry created (dry run)\n",
    });
    expect(front.seen.filter((r) => !r.startsWith("GET"))).toEqual([]);
    expect(await apply(text, "--dry-run=nobody")).toMatchObject({ exit: 2, out: "" });
    const shown = await apply(text, "--dry-run=client", "-o", "yaml");
    expect(shown.out).toContain("kind: llm\nname: dry\n");
    expect(shown.out).not.toContain("data:");
    expect((await engineer.run(["get", "llm/dry", "secret/dry"])).exit).toBe(3);
  });

  test("creates a token once, shows it once, and then leaves it", async () => {
    const text = "kind: mcptoken\nname: ci\nbindings: [{role: view, resource: llms}]\n";
    const first = await apply(text);
    expect(first.out).toBe("mcptoken/default/ci created\n");
    expect(first.err).toMatch(/The token of mcptoken\/default\/ci, which is shown once: mcpctl_pat_\w+\n/);
    expect(await apply(text)).toMatchObject({ exit: 0, out: "mcptoken/default/ci unchanged\n", err: "" });
  });

  test("creates a revoked token anew", async () => {
    const text = "kind: mcptoken\nname: spent\nbindings: [{role: view, resource: llms}]\n";
    await apply(text);
    const id = await field("mcptoken/spent", "id");
    await fetch(`${desk.edge.url}/api/v1/mcptokens/${id}/revoke`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
    });
    expect(await field("mcptoken/spent", "status.state")).toBe("revoked");
    expect((await apply(text, "--dry-run")).out).toBe("mcptoken/default/spent created (server dry run)\n");
    const again = await apply(text);
    expect(again.out).toBe("mcptoken/default/spent created\n");
    expect(again.err).toMatch(/shown once: mcpctl_pat_/);
    expect(await field("mcptoken/spent", "status.state")).toBe("active");
    expect((await apply(text)).out).toBe("mcptoken/default/spent unchanged\n");
  });

  test("names what neither the files nor the edge have, before it writes anything", async () => {
    const said = await apply(
      `${llm("early")}---\n${llm("dangling", "apiKeyRef:\n  name: kye\n  key: k\n")}---\nkind: group\nname: g\nmembers: [adm, admin]\n`,
    );
    expect(said).toMatchObject({ exit: 1, out: "" });
    expect(said.err).toContain(
      'stdin:13: apiKeyRef.name: there is no secret "kye", neither in the files nor at the edge (did you mean key?)',
    );
    expect(said.err).toContain('stdin:18: members[0]: there is no user "adm"');
    expect((await engineer.run(["get", "llm/early"])).exit).toBe(3);
  });

  test("drops a field of a former version with a warning, wherever it comes from", async () => {
    const text = "kind: project\nname: old\nproxyMode: direct\nprofiles: [a]\n";
    const said = await apply(text);
    expect(said).toMatchObject({ exit: 0, out: "project/old created\n" });
    expect(said.err).toContain("Warning: stdin:3: proxyMode is a field of an earlier version: ");
    expect(said.err).toContain("Warning: stdin:4: profiles is a field of an earlier version: ");
    expect((await apply(text)).out).toBe("project/old unchanged\n");
    const direct = await fetch(`${desk.edge.url}/api/v1/projects`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ name: "older", profiles: [] }),
    });
    expect([direct.status, direct.headers.get("warning")]).toEqual([201, expect.stringContaining("profiles is no")]);
  });

  test("reads lists instead of single resources for many documents, and writes only what differs", async () => {
    const many = (last: string) =>
      Array.from(
        { length: 30 },
        (_, i) => `---\nkind: group\nname: many-${i}\ndescription: ${i < 29 ? "d" : last}\n`,
      ).join("");
    await apply(many("d"));
    front.seen.length = 0;
    const said = await apply(many("e"));
    expect(said.out.match(/unchanged/g)).toHaveLength(29);
    expect(said.out).toContain("group/many-29 configured\n");
    expect(front.seen).toEqual([
      expect.stringMatching(/^GET \/api\/v1\/groups\?/),
      expect.stringMatching(/^PUT \/api\/v1\/groups\/\w+\?/),
    ]);
  });
});

describe("get, diff and apply together", () => {
  test("apply finds nothing to change in what get prints, for every kind, with status, as YAML and JSON", async () => {
    await apply(llm("trip", "timeouts: {idle: 7000}\ndescription: 'yes: \"quoted\" # not a comment'\n"));
    const kinds = "llms,secrets,secretbackends,users,groups,projects,rbac,mcptokens";
    for (const flags of [
      ["-o", "yaml"],
      ["-o", "yaml", "--show-status"],
      ["-o", "json"],
    ]) {
      const got = await engineer.run(["get", kinds, ...flags]);
      const said = await apply(got.out);
      expect(said.err, said.err).toBe("");
      expect(
        said.out
          .trim()
          .split("\n")
          .filter((l) => !l.endsWith(" unchanged")),
      ).toEqual([]);
    }
    expect((await apply((await engineer.run(["get", "llms", "-l", "none=such", "-o", "yaml"])).out)).exit).toBe(0);
  });

  test("diff exits with 0 for no difference and 1 for one, and shows no secret value", async () => {
    await apply(llm("differs", "tier: fast\n"));
    expect(await engineer.run(["diff", "-f", "-"], { stdin: llm("differs") })).toMatchObject({ exit: 0, out: "" });
    const said = await engineer.run(["diff", "-f", "-"], {
      stdin: `${llm("differs", "tier: heavy\n")}---\nkind: secret\nname: new\ndata: {k: hidden-value}\n`,
    });
    expect(said.exit).toBe(1);
    expect(said.out).toContain("-tier: fast\n+tier: heavy\n");
    expect(said.out).toContain("+  k: (written, not shown)");
    expect(said.out).not.toContain("hidden-value");
    const secret = (value: string) => `kind: secret\nname: compared\ndata: {k: ${value}}\n`;
    await apply(secret("one"));
    expect((await engineer.run(["diff", "-f", "-"], { stdin: secret("one") })).exit).toBe(0);
    expect((await engineer.run(["diff", "-f", "-"], { stdin: secret("two") })).exit).toBe(1);
  });
});
