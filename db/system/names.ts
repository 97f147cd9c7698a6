/** Names of the system's own resources, which exist in every store. */
export { systemProject, systemUser } from "../kinds/system.ts";
