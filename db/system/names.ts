/** What belongs to the system itself: it is there in every store, and nobody takes it away. */
export { systemProject, systemUser } from "../kinds/system.ts";
