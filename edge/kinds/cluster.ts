import { kindsByName, type SpecOf, type StatusOf } from "#db/kinds/index";
import { refuse } from "#db/protocol/errors";
import { publishedKeys, unfetchable } from "../identity/key-sets.ts";
import { grantsOfCluster, mayGive } from "../rights/escalation.ts";
import type { Behaviour, Write } from "./behaviour.ts";

const { spec: specSchema } = kindsByName.cluster;
const unseen: StatusOf<"cluster"> = { state: "pending" };

export const cluster: Behaviour = {
  async beforeWrite(write) {
    const { caller, deps, previous, next } = write;
    const { serviceAccounts } = specSchema.parse(next.spec);
    if (!previous) next.status = unseen;
    const before = previous && specSchema.parse(previous.spec).serviceAccounts;
    if (!serviceAccounts || JSON.stringify(before) === JSON.stringify(serviceAccounts)) return;
    if (previous)
      await mayGive(
        deps.store.db,
        caller,
        await grantsOfCluster(deps.store.db, previous.id),
        "Changing whose tokens count as this cluster's",
      );
    if (!serviceAccounts.jwks) await tryIssuer(write, serviceAccounts);
  },
};

/** An address that is never asked is refused; one that does not answer now may do so later. */
async function tryIssuer(
  { deps, warn }: Write,
  { issuer }: NonNullable<SpecOf<"cluster">["serviceAccounts"]>,
): Promise<void> {
  const allow = deps.settings.allowPrivateUpstreams;
  const why = unfetchable(issuer, allow);
  const path = "serviceAccounts.issuer";
  if (why)
    refuse("invalid_request", `${path}: the edge can't fetch its keys: ${new URL(issuer).host} ${why}.`, {
      param: path,
      faults: [{ path, message: why, expected: "an https URL of a public address, or serviceAccounts.jwks" }],
      hint: "Give the keys with it, as serviceAccounts.jwks: `kubectl get --raw /openid/v1/jwks`.",
    });
  try {
    await publishedKeys(issuer, { fetch: (url, init) => fetch(url, init), allow });
  } catch (error) {
    warn(`Its keys can't be had from ${issuer} now: ${error instanceof Error ? error.message : "no answer"}`);
  }
}
