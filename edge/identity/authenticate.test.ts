import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import type { Settings } from "../settings.ts";
import type { Store } from "../store.ts";
import { Authenticator } from "./authenticate.ts";
import type { CredentialVerdict, GuardPort } from "./guard-port.ts";
import type { Caller } from "./principal.ts";
import { signSession } from "./session-token.ts";

const signingKey: Settings["signingKey"] = {
  ...(generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" }) as { kty: string }),
  kid: "k1",
};

/** What authenticating asks of nobody. */
const unused: Omit<GuardPort, "check"> = {
  async invalidate() {},
  passOn: async () => false,
  depend: async () => true,
  async release() {},
};

test("a cluster's Guard is asked once for many of its accounts, and again when something was written", async () => {
  const asked: string[] = [];
  const guards = {
    getByName: (name: string): GuardPort => ({
      async check() {
        asked.push(name);
        const principal = { kind: "ServiceAccount", id: name, name } as const;
        const operations = name === "user:u1" ? (["impersonate"] as const) : [];
        return { is: "admitted", version: "1", at: 0, caller: { principal, grants: { bindings: [], operations } } };
      },
      ...unused,
    }),
  };
  const authenticator = new Authenticator({ guards, settings: { signingKey } as Settings, store: {} as Store });
  const { accessToken } = await signSession(signingKey, { userId: "u1", sessionId: "s1" }, Date.now());
  const as = (account: string) => {
    const headers = { authorization: `Bearer ${accessToken}`, "x-service-account": account };
    return authenticator.authenticate(new Request("http://edge/", { headers }), () => {});
  };
  for (let i = 0; i < 20; i++) expect((await as(`ci/app-${i}`)).principal.impersonator?.name).toBe("user:u1");
  const times = (name: string) => asked.filter((n) => n === name).length;
  expect([times("cluster:default"), times("account:default/ci/app-7")]).toEqual([1, 1]);
  authenticator.forget(new Set(["cluster:default"]));
  await as("ci/app-7");
  expect([times("cluster:default"), times("account:default/ci/app-7"), times("account:default/ci/app-8")]).toEqual([
    2, 2, 1,
  ]);
});

test("a login is known for what it is although something else was written while it was admitted", async () => {
  const verdict: CredentialVerdict = {
    is: "admitted",
    at: 0,
    version: "1",
    caller: { principal: { kind: "User", id: "u1", name: "ada" }, grants: { bindings: [], operations: [] } },
  };
  const guard: GuardPort = {
    async check() {
      authenticator.forget(new Set(["user:somebody-else"]));
      return verdict;
    },
    ...unused,
  };
  const authenticator = new Authenticator({
    guards: { getByName: () => guard },
    settings: { signingKey } as Settings,
    store: {} as Store,
  });
  const { accessToken } = await signSession(signingKey, { userId: "u1", sessionId: "s1" }, Date.now());
  const request = new Request("http://edge/", { headers: { authorization: `Bearer ${accessToken}` } });
  expect(await authenticator.authenticate(request, () => {})).toEqual(verdict.caller);
  expect(await authenticator.foundFor(request)).toMatchObject({ pointer: { guard: "user:u1", credential: "s1" } });
});

test("who is known passes without anything being waited for", async () => {
  const caller: Caller = {
    principal: { kind: "User", id: "u1", name: "ada" },
    grants: { bindings: [], operations: [] },
  };
  const authenticator = new Authenticator({
    guards: {
      getByName: () => ({ check: async () => ({ is: "admitted", version: "1", at: 0, caller }), ...unused }),
    },
    settings: { signingKey } as Settings,
    store: {} as Store,
  });
  const { accessToken } = await signSession(signingKey, { userId: "u1", sessionId: "s1" }, Date.now());
  const request = new Request("http://edge/", { headers: { authorization: `Bearer ${accessToken}` } });
  expect(authenticator.authenticate(request, () => {})).toBeInstanceOf(Promise);
  await authenticator.authenticate(request, () => {});
  expect(authenticator.authenticate(request, () => {})).toEqual(caller);
});
