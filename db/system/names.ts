/** What belongs to the system itself: it is there in every store, and nobody takes it away. */

export const systemUser = { name: "system", email: "system@mcpctl.local" } as const;

export const systemProject = "mcpctl-system";
