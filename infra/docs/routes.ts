/** What the pages say of a route of the edge. */
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
  return `${role(p.own, "none")} for one's own, else ${role(p.others, "none helps")}`;
}
