import { expect, test } from "vitest";
import { kindsByName } from "#db/kinds/index";
import { Refusal } from "#db/protocol/errors";
import type { Env } from "../env.ts";
import { dialectOf } from "./dialects/index.ts";
import type { Target } from "./target.ts";
import { upstreamOf } from "./upstreams.ts";

const spec = kindsByName.llm.spec.parse({ type: "openai", model: "gpt" });
const status = kindsByName.llm.status.parse({ lifecycle: "public", state: "active" });
const llm = { id: "l1", name: "one", spec, status, dialect: dialectOf(spec.type) };
const why = new Refusal("provider_failed", "LLM one can't be called.");

test.each<[Target]>([[{ is: "cluster", ...llm, cluster: "home", why }], [{ is: "nowhere", ...llm, why }]])(
  "an LLM that can't be asked is refused with what is wrong with it (%#)",
  (target) => {
    expect(() => upstreamOf(target, { env: {} as Env })).toThrow(why);
  },
);
