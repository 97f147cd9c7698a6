import { describe, expect, test } from "vitest";
import type { CredentialVerdict } from "./guard-port.ts";
import type { Grants } from "./principal.ts";
import type { Pointer } from "./profile.ts";
import { guardsOf, judgeTie, type Tie, tieOf } from "./tie.ts";

const demand = { role: "create", resource: "llms" } as const;
const mayPublish: Grants = { bindings: [{ role: "create", resource: "llms" }], operations: [] };
const mayAct: Grants = { bindings: [], operations: ["impersonate"] };
const nothing: Grants = { bindings: [], operations: [] };

const cluster: Pointer = { guard: "cluster:default", credential: "exists" };
const account: Pointer = { guard: "account:default/ci/app", credential: "account", within: cluster };
const user: Pointer = { guard: "user:1", credential: "c" };

type Said = Exclude<CredentialVerdict, { is: "same" }>;
const yes = (grants: Grants, at = 1_000, expiresAt?: number): Said => ({
  is: "admitted",
  version: "v",
  at,
  caller: { principal: { kind: "User", id: "1", name: "u" }, grants },
  ...(expiresAt === undefined ? {} : { expiresAt }),
});
const look = (tie: Tie, said: Record<string, Said>, now = 2_000) =>
  judgeTie(tie, demand, (p) => said[p.guard] ?? { is: "unavailable" }, now);

describe("a tie", () => {
  test("holds where the credential is judged and through whom it acts, and ends with a signature, not with an access token", () => {
    expect(tieOf({ pointer: user, expiresAt: 900 }, null)).toEqual({ sender: user });
    expect(tieOf({ pointer: account, expiresAt: 900 }, null)).toEqual({ sender: account, expiresAt: 900 });
    expect(tieOf({ pointer: user, expiresAt: 900 }, "ci/app")).toEqual({ sender: user, as: account });
    expect(tieOf({ pointer: user, expiresAt: 900 }, "not an account")).toBeUndefined();
  });

  test("stands as of its oldest verdict, until whatever ends first", () => {
    expect(look({ sender: user }, { "user:1": yes(mayPublish) })).toEqual({ is: "stands", at: 1_000 });
    const pod = { ...account };
    const said = { [account.guard]: yes(mayPublish, 1_500, 9_000), [cluster.guard]: yes(nothing, 1_200) };
    expect(look({ sender: pod, expiresAt: 5_000 }, said)).toEqual({ is: "stands", at: 1_200, until: 5_000 });
    expect(look({ sender: pod, expiresAt: 10_000 }, said)).toMatchObject({ until: 9_000 });
  });

  test("is lost with the credential, the cluster, the time or the right, and says which", () => {
    const lost = (code: string, message: RegExp) => ({ is: "lost", code, message: expect.stringMatching(message) });
    expect(look({ sender: user }, { "user:1": { is: "denied" } })).toEqual(lost("not_authenticated", /revoked/));
    expect(look({ sender: user, expiresAt: 2_000 }, { "user:1": yes(mayPublish) })).toEqual(
      lost("not_authenticated", /expired/),
    );
    expect(look({ sender: user }, { "user:1": yes(nothing) })).toEqual(lost("not_allowed", /create:llms/));
    const named: Grants = { bindings: [{ role: "create", resource: "llms", name: "one" }], operations: [] };
    expect(look({ sender: user }, { "user:1": yes(named) })).toMatchObject({ is: "lost" });
    const said = { [account.guard]: yes(mayPublish), [cluster.guard]: { is: "denied" } as const };
    expect(look({ sender: account }, said)).toMatchObject({ is: "lost", code: "not_authenticated" });
  });

  test("of who acts as an account needs both: the sender's operation, and the account's right", () => {
    const tie: Tie = { sender: user, as: account };
    const all = { [account.guard]: yes(mayPublish), [cluster.guard]: yes(nothing) };
    expect(look(tie, { ...all, "user:1": yes(mayAct) })).toMatchObject({ is: "stands" });
    expect(look(tie, { ...all, "user:1": yes(mayPublish) })).toMatchObject({
      is: "lost",
      message: expect.stringContaining("run:impersonate"),
    });
    expect(look(tie, { ...all, [account.guard]: yes(nothing), "user:1": yes(mayAct) })).toMatchObject({ is: "lost" });
    expect(guardsOf(tie)).toEqual(["user:1", "account:default/ci/app", "cluster:default"]);
  });

  test("is not known where a Guard can't say, unless another says no", () => {
    const tie: Tie = { sender: user, as: account };
    expect(look(tie, { "user:1": yes(mayAct) })).toEqual({ is: "unknown" });
    expect(look(tie, { "user:1": { is: "denied" } })).toMatchObject({ is: "lost" });
  });
});
