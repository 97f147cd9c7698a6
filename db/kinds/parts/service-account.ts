/** How a Kubernetes service account is written: `namespace/name` of the cluster that is meant, or with the cluster before it. */
import { z } from "zod";
import { dnsLabel } from "../../schema/field.ts";

/** Whose accounts are meant where no cluster is named. Not whichever there is: a second one must not inherit rights. */
export const defaultCluster = "default";

const label = "[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?";
/** RFC 1123: a namespace is a label, an account's name a subdomain. */
const account = new RegExp(`^(${label})/(${label}(?:\\.${label})*)$`);

export const accountName = z
  .string()
  .max(317)
  .regex(account, "expected namespace/name of a service account, as in ci/deployer");

export interface ServiceAccount {
  cluster: string;
  /** `namespace/name`. */
  name: string;
}

/** `prod/ci/deployer`: the same for no two. */
export const writeAccount = ({ cluster, name }: ServiceAccount): string => `${cluster}/${name}`;

/** Undefined for what is no account. */
export function parseAccount(text: string): ServiceAccount | undefined {
  const parts = text.split("/");
  const [cluster, name] = parts.length === 3 ? [parts[0], parts.slice(1).join("/")] : [defaultCluster, text];
  if (!dnsLabel.safeParse(cluster).success || !accountName.safeParse(name).success || cluster === undefined)
    return undefined;
  return { cluster, name };
}

/** From a token's `sub`: `system:serviceaccount:ci:deployer`. */
export function accountOfSubject(sub: string): string | undefined {
  const [system, kind, namespace, name, ...more] = sub.split(":");
  if (namespace === undefined || name === undefined) return undefined;
  const written = `${namespace}/${name}`;
  const sound = system === "system" && kind === "serviceaccount" && more.length === 0;
  return sound && accountName.safeParse(written).success ? written : undefined;
}
