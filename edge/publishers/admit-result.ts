/** Whether a publisher may hand in a result now: a result counts once, for what was asked. Pure. */
import type { Session } from "./state.ts";

/** Whether a result of this form may be given for the task now, or why not. */
export function admitResult(
  state: Pick<Session, "tasks" | "finished">,
  id: string,
  by: "body" | "chunks",
): "ok" | "unknown" | "finished" | "taken" {
  const task = state.tasks.get(id);
  if (!task) return state.finished.includes(id) ? "finished" : "unknown";
  if (task.phase === "queued") return "unknown";
  if (task.phase === "sent") return "ok";
  return by === "chunks" && task.by === "chunks" ? "ok" : "taken";
}
