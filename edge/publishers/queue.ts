/** What a publisher has been asked, and which of it may go out: pure. Each model has slots of its own; all together may have fewer. */
import type { RegisterRequest } from "#db/protocol/publisher";

export interface Task {
  llm: string;
  /** `queued` waits for a slot or the channel; `sent` is at the publisher; `answering` has a result under way. */
  phase: "queued" | "sent" | "answering";
  /** Which form of result answers it: one streaming body, or chunks each posted by itself. */
  by?: "body" | "chunks";
  /** When it fails by time. */
  deadline: number;
  /** Milliseconds that the publisher has from sending until the result begins. */
  firstByte: number;
  /** When a result that has begun is cut off, however lively it is. */
  until?: number;
}

/** In order of arrival. */
export type Tasks = ReadonlyMap<string, Task>;

/** Requests answered at a time. */
export interface Slots {
  /** By all models together; absent: as many as each of them allows. */
  total?: number;
  /** By one model. One that is not named has no limit but the total. */
  of: Readonly<Record<string, number>>;
}

/**
 * What a publisher said it can do. One that says nothing of a model means the total, which is what those did that knew nothing else;
 * who says neither has one slot.
 */
export function slotsIn({ llms, capacity }: Pick<RegisterRequest, "llms" | "capacity">): Slots {
  const total = capacity.slots;
  const said = llms.some((l) => l.slots !== undefined);
  const of = llms.flatMap(({ name, slots = total === undefined && said ? 1 : undefined }) =>
    slots === undefined ? [] : [[name, slots] as const],
  );
  const shared = total ?? (said ? undefined : 1);
  return { of: Object.fromEntries(of), ...(shared === undefined ? {} : { total: shared }) };
}

/** At most so many requests of these models are answered at a time. */
export function slotsInAll({ total = Number.POSITIVE_INFINITY, of }: Slots, llms: readonly string[]): number {
  const each = llms.reduce((sum, name) => sum + (of[name] ?? total), 0);
  return Math.max(1, Math.min(total, each));
}

export const isOut = (task: Task): boolean => task.phase !== "queued";

/** @param llm of this model only */
export function slotsUsed(tasks: Tasks, llm?: string): number {
  return count(tasks, (t) => isOut(t) && (llm === undefined || t.llm === llm));
}

export function waitingFor(tasks: Tasks, llm: string): number {
  return count(tasks, (t) => !isOut(t) && t.llm === llm);
}

function count(tasks: Tasks, which: (task: Task) => boolean): number {
  let n = 0;
  for (const task of tasks.values()) if (which(task)) n++;
  return n;
}

/** Those that may go out now, in the order in which they came; a model whose slots are taken holds up no other. */
export function sendable(tasks: Tasks, slots: Slots): string[] {
  const used = new Map<string, number>();
  let free = slots.total ?? Number.POSITIVE_INFINITY;
  const take = (llm: string) => {
    used.set(llm, (used.get(llm) ?? 0) + 1);
    free--;
  };
  for (const task of tasks.values()) if (isOut(task)) take(task.llm);
  const out: string[] = [];
  for (const [id, task] of tasks) {
    if (free <= 0) break;
    if (isOut(task) || (used.get(task.llm) ?? 0) >= (slots.of[task.llm] ?? Number.POSITIVE_INFINITY)) continue;
    take(task.llm);
    out.push(id);
  }
  return out;
}
