/** What a tree of processes has cost so far, from Linux's /proc; elsewhere there is nothing to read and costs are absent. */
import { readdirSync, readFileSync } from "node:fs";

/** Clock ticks per second of /proc/<pid>/stat: 100 on every Linux that Node runs on (USER_HZ). */
const TICKS = 100;

export interface Cost {
  cpuSeconds: number;
  /** Sum over the tree of each process's highest resident size, MB. */
  peakMb: number;
}

interface ProcessRow {
  pid: number;
  parent: number;
  ticks: number;
}

/** One line of /proc/<pid>/stat (proc_pid_stat(5)): the name may hold spaces and brackets, so fields count from its end. */
export function parseStat(line: string): ProcessRow {
  const close = line.lastIndexOf(")");
  const fields = line.slice(close + 2).split(" ");
  return {
    pid: Number.parseInt(line, 10),
    parent: Number(fields[1]),
    ticks: Number(fields[11]) + Number(fields[12]),
  };
}

function everyProcess(): ProcessRow[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [parseStat(readFileSync(`/proc/${pid}/stat`, "latin1"))];
      } catch {
        return [];
      }
    });
}

/** A process and all that descend from it. */
export function treeOf(root: number, all: readonly ProcessRow[]): ProcessRow[] {
  const tree = all.filter((p) => p.pid === root);
  for (let i = 0; i < tree.length; i++) tree.push(...all.filter((p) => p.parent === tree[i]?.pid));
  return tree;
}

export function costOf(root: number): Cost | undefined {
  if (process.platform !== "linux") return undefined;
  const tree = treeOf(root, everyProcess());
  const peak = (pid: number) => {
    try {
      return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1] ?? 0) / 1024;
    } catch {
      return 0;
    }
  };
  return {
    cpuSeconds: tree.reduce((sum, p) => sum + p.ticks, 0) / TICKS,
    peakMb: tree.reduce((sum, p) => sum + peak(p.pid), 0),
  };
}
