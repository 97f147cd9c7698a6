/** Service accounts of clusters in the store: whose keys verify their tokens, and what definitions give them. */

import { sql } from "drizzle-orm";
import type { JSONWebKeySet } from "jose";
import { z } from "zod";
import { parseAccount, type ServiceAccount, writeAccount } from "#db/kinds/parts/service-account";
import { resources } from "#db/tables/index";
import type { Store } from "../store.ts";
import type { Trust } from "./account-token.ts";
import type { Profile } from "./guard-machine.ts";
import { definitionsSql, grantsOf, type Pointer, readDefinitions } from "./profile.ts";

const { cluster, rbac } = resources;

type Reader = Pick<Store["db"], "execute">;

export const guardOfAccount = (account: ServiceAccount): string => `account:${writeAccount(account)}`;
export const guardOfCluster = (name: string): string => `cluster:${name}`;

/** An account's Guard answers for its permissions alone: whether it may call is its cluster's to say. */
const ACCOUNT = "account";
/** What is valid as long as there is the cluster: for who acts as one of its accounts without a token of it. */
const EXISTS = "exists";

/** Good as long as the cluster stays as it was when the token was verified. */
export const verifiedPointer = (account: ServiceAccount, fingerprint: string): Pointer => ({
  guard: guardOfAccount(account),
  credential: ACCOUNT,
  within: { guard: guardOfCluster(account.cluster), credential: fingerprint },
});

export const impersonatedPointer = (account: ServiceAccount): Pointer => verifiedPointer(account, EXISTS);

const accounts = sql`${cluster.spec}->'serviceAccounts'`;
const fingerprint = sql`md5(${cluster.id} || coalesce((${accounts})::text, ''))`;

const trustRow = z.object({
  cluster: z.string(),
  fingerprint: z.string(),
  accounts: z.object({
    issuer: z.string(),
    audiences: z.array(z.string()),
    jwks: z.custom<JSONWebKeySet>().optional(),
  }),
});

/** The cluster whose tokens have this issuer, by unique index. */
export async function findTrust(db: Reader, issuer: string): Promise<Trust | undefined> {
  const { rows } = await db.execute(sql`
    select ${cluster.name} as cluster, ${fingerprint} as fingerprint, ${accounts} as accounts from ${cluster}
      where (spec->'serviceAccounts'->>'issuer') = ${issuer}`);
  if (!rows[0]) return undefined;
  const row = trustRow.parse(rows[0]);
  return { cluster: row.cluster, fingerprint: row.fingerprint, ...row.accounts };
}

/** @returns undefined for a cluster that does not exist: none of its accounts is anybody then. */
export async function loadCluster(db: Reader, name: string): Promise<Profile | undefined> {
  const { rows } = await db.execute(
    sql`select ${cluster.id} as id, ${fingerprint} as fingerprint from ${cluster} where ${cluster.name} = ${name}`,
  );
  if (!rows[0]) return undefined;
  const row = z.object({ id: z.string(), fingerprint: z.string() }).parse(rows[0]);
  return {
    caller: { principal: { kind: "Cluster", id: row.id, name }, grants: { bindings: [], operations: [] } },
    credentials: [{ id: row.fingerprint }, { id: EXISTS }],
  };
}

/** Its definitions by the index on subjects: the cost does not grow with those of others. */
export async function loadAccount(db: Reader, written: string): Promise<Profile | undefined> {
  const account = parseAccount(written);
  if (!account) return undefined;
  const subject = JSON.stringify([{ kind: "ServiceAccount", ...account }]);
  const { rows } = await db.execute(
    sql`select ${definitionsSql} as definitions from ${rbac} where (spec->'subjects') @> ${subject}::jsonb`,
  );
  if (!rows[0]) return undefined;
  return {
    caller: {
      principal: { kind: "ServiceAccount", id: written, name: written },
      grants: grantsOf(readDefinitions(rows[0]["definitions"])),
    },
    credentials: [{ id: ACCOUNT }],
  };
}
