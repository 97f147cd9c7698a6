/** Who is in a group because an OpenID provider says so. */
import type { Api, Shown } from "../connection/api.ts";
import { grouped } from "../grouped.ts";
import type { AnyKind } from "../kinds.ts";
import { records } from "../render/records.ts";
import type { Entry, KindHook } from "./hook.ts";

async function providedMembers(_: AnyKind, { name }: Shown, api: Api): Promise<Entry[]> {
  const { items } = await api.call("GET", `/api/v1/groups/${encodeURIComponent(name)}/members`);
  const provided = records(items).filter((m) => m["from"] !== "members");
  return [...grouped(provided, (m) => String(m["from"]))].map(
    ([issuer, who]): Entry => [issuer, who.map((m) => String(m["name"])).join(", ")],
  );
}

export default { describe: [{ title: "Members from", tell: providedMembers }] } satisfies KindHook;
