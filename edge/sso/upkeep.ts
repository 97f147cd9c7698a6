/** What no login would ever clear away: memberships that the settings no longer give, and devices that nobody asks for. */
import { lt, sql } from "drizzle-orm";
import { z } from "zod";
import { deviceLogin, providedMember, resources } from "#db/tables/index";
import type { Deps } from "../deps.ts";
import { guardOfUser } from "../identity/profile.ts";

const { group } = resources;

/** Memberships in one sweep: each tells a Guard, and an invocation has 1,000 sub-requests (Workers' limits). */
const MOST = 400;

/** Idempotent. Settings that are wrong take nothing away: they are a slip, not a decision. */
export async function sweepSso({ settings: { oidc }, store, access }: Deps): Promise<void> {
  await store.db.delete(deviceLogin).where(lt(deviceLogin.expiresAt, sql`now()`));
  if (oidc.is === "wrong") return;
  const issuer = oidc.is === "on" ? oidc.provider.issuer : "";
  const groups = JSON.stringify(oidc.is === "on" ? [...oidc.provider.groups.values()] : []);
  const { rows } = await store.db.execute(sql`
    delete from ${providedMember} where (user_id, group_id, issuer) in (
      select m.user_id, m.group_id, m.issuer from ${providedMember} m join ${group} on ${group.id} = m.group_id
        where m.issuer <> ${issuer} or ${group.name} not in (select json_array_elements_text(${groups}::json))
        limit ${MOST})
    returning user_id as "userId"`);
  const users = new Set(
    z
      .array(z.object({ userId: z.string() }))
      .parse(rows)
      .map((r) => r.userId),
  );
  await Promise.all([...users].map((id) => access.credentialsChanged(guardOfUser(id))));
}
