import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import type { Env, Settings } from "../env.ts";
import type { Store } from "../store.ts";
import { Authenticator } from "./authenticate.ts";
import type { Verdict } from "./guard.ts";
import { signSession } from "./session-token.ts";

const signingKey: Settings["signingKey"] = {
  ...(generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" }) as { kty: string }),
  kid: "k1",
};

test("a login is known for what it is although something else was written while it was admitted", async () => {
  const verdict: Verdict = {
    is: "admitted",
    version: "1",
    caller: { principal: { kind: "User", id: "u1", name: "ada" }, grants: { bindings: [], operations: [] } },
  };
  const guard = {
    check: async () => {
      authenticator.forget(new Set(["user:somebody-else"]));
      return verdict;
    },
  };
  const authenticator = new Authenticator({
    env: { GUARD: { getByName: () => guard } } as unknown as Env,
    settings: { signingKey } as Settings,
    store: {} as Store,
  });
  const { accessToken } = await signSession(signingKey, { userId: "u1", sessionId: "s1" }, Date.now());
  const request = new Request("http://edge/", { headers: { authorization: `Bearer ${accessToken}` } });
  expect(await authenticator.authenticate(request, () => {})).toEqual(verdict.caller);
  expect(await authenticator.pointerOf(request)).toEqual({ guard: "user:u1", credential: "s1" });
});
