/** What `describe` says beside the resource itself, of one kind. By kind name. */
import type { Api } from "../connection/api.ts";
import { Failure } from "../failure.ts";

type Entry = readonly [label: string, value: string | readonly Entry[]];
type Hook = (name: string, api: Api) => Promise<Entry[]>;

const records = (value: unknown) => (Array.isArray(value) ? (value as Record<string, unknown>[]) : []);

/** An edge that does not know the question has no answer to it, and neither has one that does not tell. */
const asked = (api: Api, path: string): Promise<Record<string, unknown>> =>
  api.call("GET", path).catch((error: unknown) => {
    if (error instanceof Failure && (error.exit === 3 || error.exit === 4)) return {};
    throw error;
  });

export const describeHooks: Readonly<Record<string, Hook | undefined>> = {
  async user(name, api) {
    const { items, groups } = await asked(api, `/api/v1/users/${encodeURIComponent(name)}/identities`);
    const logins = records(items).map(
      (i): Entry => [
        String(i["issuer"]),
        `${String(i["subject"])}, last on ${String(i["lastLoginAt"])} (id ${String(i["id"])})`,
      ],
    );
    return [
      ["Logs in at", logins],
      ["Groups from there", Array.isArray(groups) ? groups.map(String).join(", ") : ""],
    ];
  },
  async group(name, api) {
    const { items } = await asked(api, `/api/v1/groups/${encodeURIComponent(name)}/members`);
    const provided = records(items).filter((m) => m["from"] !== "members");
    const byIssuer = Map.groupBy(provided, (m) => String(m["from"]));
    return [
      [
        "Members from",
        [...byIssuer].map(([issuer, who]): Entry => [issuer, who.map((m) => String(m["name"])).join(", ")]),
      ],
    ];
  },
};
