/** What the pages say of a route of the edge. */
export interface DocumentedRoute {
  method: string;
  path: string;
  permission: { is: string; role?: string; resource?: string; action?: string };
  doc: { summary: string; tag: string };
}

/** `view:llms`, as `mcpctl auth can-i` takes it. */
export function permissionOf({ permission: p }: DocumentedRoute): string {
  if (p.is === "resource") return `\`${p.role}:${p.resource}\``;
  return p.is === "operation" ? `\`run:${p.action}\`` : p.is;
}
