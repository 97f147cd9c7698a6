/** The data of a route that the pages show. */
export interface DocumentedRoute {
  method: string;
  path: string;
  permission: {
    is: string;
    role?: string;
    resource?: string;
    action?: string;
    own?: string;
    others?: string;
    secret?: { of: string };
  };
  doc: { summary: string; tag: string };
}

/** `view:llms`, as `mcpctl auth can-i` takes it. */
export function permissionOf({ permission: p }: DocumentedRoute): string {
  if (p.is === "resource") return `\`${p.role}:${p.resource}\``;
  if (p.is === "operation") return `\`run:${p.action}\``;
  if (p.is === "object") return `secret of ${p.secret?.of}`;
  if (p.is !== "owned") return p.is;
  const role = (r: string | undefined, otherwise: string) => (r ? `\`${r}:${p.resource}\`` : otherwise);
  return `your own: ${role(p.own, "none")}; others: ${role(p.others, "not possible")}`;
}
