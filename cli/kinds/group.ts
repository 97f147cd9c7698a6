/** What `describe` tells of an OpenID provider's word: a user's accounts there, and who is in a group because of it. */

import type { Api, Shown } from "../connection/api.ts";
import type { Entry } from "../describe/sections.ts";
import { grouped } from "../grouped.ts";
import type { AnyKind } from "../kinds.ts";

const records = (value: unknown) => (Array.isArray(value) ? (value as Record<string, unknown>[]) : []);

export async function identities(_: AnyKind, { name }: Shown, api: Api): Promise<Entry[]> {
  const { items, groups } = await api.call("GET", `/api/v1/users/${encodeURIComponent(name)}/identities`);
  const accounts = records(items).map(
    (i): Entry => [
      String(i["issuer"]),
      `${String(i["subject"])}, last on ${String(i["lastLoginAt"])} (id ${String(i["id"])})`,
    ],
  );
  const from = Array.isArray(groups) && groups.length > 0 ? [["groups", groups.join(", ")] as const] : [];
  return [...accounts, ...from];
}

export async function providedMembers(_: AnyKind, { name }: Shown, api: Api): Promise<Entry[]> {
  const { items } = await api.call("GET", `/api/v1/groups/${encodeURIComponent(name)}/members`);
  const provided = records(items).filter((m) => m["from"] !== "members");
  return [...grouped(provided, (m) => String(m["from"]))].map(
    ([issuer, who]): Entry => [issuer, who.map((m) => String(m["name"])).join(", ")],
  );
}
