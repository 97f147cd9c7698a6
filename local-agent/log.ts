/** The agent's log: text for people, or JSON for machines. It never contains secrets or bodies. */
export type Level = "info" | "warn" | "error";
export type Log = (level: Level, event: string, text: string, facts?: Readonly<Record<string, unknown>>) => void;

export type LogFormat = "text" | "json";

/** @param write `out` for level info, `err` for all others */
export function createLog(format: LogFormat, write: { out(line: string): void; err(line: string): void }): Log {
  return (level, event, text, facts = {}) => {
    const line =
      format === "json"
        ? JSON.stringify({ time: new Date().toISOString(), level, event, message: text, ...facts })
        : text;
    if (level === "info") write.out(`${line}\n`);
    else write.err(`${line}\n`);
  };
}
