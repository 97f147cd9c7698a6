import { builtinModules } from "node:module";
import { describe, expect, test } from "vitest";
import { verifies } from "../requirements.ts";
import { boundaries, specifiersOf, trespass } from "./imports.ts";
import { read, sources } from "./repository.ts";

const programs = Object.keys(boundaries);

describe("imports flow one way", () => {
  test("specifiers are found in every form, and not in comments", () => {
    const code = `import type { A } from "./a.ts";
      import {
        b,
      } from "./b.ts";
      import "./c.ts";
      export * from './d.ts'; const e = await import("./e.ts"); // import "./f.ts"`;
    expect(specifiersOf(code)).toEqual(["./a.ts", "./b.ts", "./d.ts", "./c.ts", "./e.ts"]);
  });

  test("the check sees each kind of import that is not allowed", () => {
    expect(trespass("edge/app.ts", "../cli/program.ts")).toContain("cli/program.ts");
    expect(trespass("cli/main.ts", "../local-agent/config.ts")).toContain("local-agent/config.ts");
    expect(trespass("db/tables/audit.ts", "../../edge/env.ts")).toContain("edge/env.ts");
    expect(trespass("edge/app.ts", "#db/local/index")).toContain("db/local/index");
    expect(trespass("edge/app.ts", "#db/client/login")).toContain("db/client/login");
    expect(trespass("db/protocol/errors.ts", "../client/failure.ts")).toContain("db/client/failure");
    expect(trespass("db/client/login.ts", "../local/index.ts")).toContain("db/local/index");
    expect(trespass("db/client/login.ts", "../../cli/failure.ts")).toContain("cli/failure.ts");
    expect(trespass("local-agent/contexts.ts", "#db/client/login")).toBeUndefined();
    expect(trespass("db/crypto/token.ts", "node:crypto")).toContain("must run without");
    expect(trespass("edge/app.ts", "node:fs")).toContain("must run without");
    expect(trespass("edge/app.ts", "#db/protocol/errors")).toBeUndefined();
    expect(trespass("edge/inference/index.ts", "../route.ts")).toBeUndefined();
    expect(trespass("cli/main.ts", "node:fs")).toBeUndefined();
    expect(trespass("infra/build.ts", "../edge/env.ts")).toBeUndefined();
  });

  test(verifies("law.imports", "no source file reaches beyond its boundary"), () => {
    const found = sources(...programs).flatMap((file) =>
      specifiersOf(read(file)).flatMap((specifier) => trespass(file, specifier) ?? []),
    );
    expect(found).toEqual([]);
  });

  test("Node's modules are written with node:", () => {
    const bare = new Set(builtinModules);
    const found = sources(...programs, "infra").flatMap((file) => specifiersOf(read(file)).filter((s) => bare.has(s)));
    expect(found).toEqual([]);
  });
});
