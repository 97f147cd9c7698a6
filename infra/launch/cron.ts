/** Which minutes a cron expression names, as Cloudflare's triggers do (UTC). Pure. */

const ranges = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
] as const;

/** @param expression five fields: minute, hour, day of month, month, day of week. @throws Error on anything else. */
export function cronMatches(expression: string, at: Date): boolean {
  const fields = expression.trim().split(/\s+/);
  if (fields.length !== 5) throw new Error(`"${expression}" is not a cron expression of five fields`);
  const now = [at.getUTCMinutes(), at.getUTCHours(), at.getUTCDate(), at.getUTCMonth() + 1, at.getUTCDay()];
  const [minute, hour, day, month, weekday] = fields.map((field, i) =>
    fieldMatches(field, now[i] ?? 0, ranges[i] ?? [0, 0]),
  );
  // Where both days are restricted either may hold: POSIX, crontab.
  const bothDays = fields[2] !== "*" && fields[4] !== "*";
  const days = bothDays ? day || weekday : day && weekday;
  return Boolean(minute && hour && month && days);
}

function fieldMatches(field: string, value: number, [least, most]: readonly [number, number]): boolean {
  return field.split(",").some((item) => {
    const [, all, from, to, step] = /^(?:(\*)|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/.exec(item) ?? [];
    if (all === undefined && from === undefined) throw new Error(`"${item}" is not understood in a cron expression`);
    const first = all ? least : Number(from);
    const last = all || (step && !to) ? most : Number(to ?? from);
    const within = (v: number) => v >= first && v <= last && (v - first) % Number(step ?? 1) === 0;
    // Sunday is 0 and 7.
    return within(value) || (most === 7 && value === 0 && within(7));
  });
}
