/** The name of a Kubernetes service account: `namespace/name`, or `cluster/namespace/name`. */
import { z } from "zod";
import { dnsLabel } from "../../schema/field.ts";

/** The cluster of an account without a cluster. A fixed name, so that a second cluster can't inherit rights. */
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

/** `prod/ci/deployer`, which is unique. */
export const writeAccount = ({ cluster, name }: ServiceAccount): string => `${cluster}/${name}`;

/** @returns undefined if the text is not an account. */
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
  const fullName = `${namespace}/${name}`;
  const valid = system === "system" && kind === "serviceaccount" && more.length === 0;
  return valid && accountName.safeParse(fullName).success ? fullName : undefined;
}
