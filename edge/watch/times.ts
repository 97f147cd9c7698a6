/** How long, how often and how much, in one place. Times are milliseconds. */

/** For how long the log of changes is kept: who was away longer lists again. */
export const keptFor = 3_600_000;

/** Changes that one look at the log takes, and characters after which it stops. */
export const mostChanges = 200;
export const mostBytes = 2_000_000;

/** An isolate that was told that nobody watches a kind says nothing of its writes for so long. */
export const nobodyFor = 5_000;
/** Meanwhile an object that somebody watches looks at the log by itself this often … */
export const lookWhileUntold = 1_000;
/** … and afterwards this often: for what was written past every Worker, or told in vain. */
export const lookAnyway = 10_000;
/** After the store could not be read. */
export const lookAfterFailure = 2_000;

/** What nobody has taken from a watcher's stream at the object. More, and the stream is cut: the log has it. */
export const backlogBytes = 4_000_000;

/** A stream that has been silent this long gets a comment, which finds out whether anybody is there. */
export const pingAfter = 10_000;
/** A client that takes nothing for so long has gone, or should. */
export const writeWithin = 60_000;
/** A silent watcher is told this often how far it has come, so that it does not fall behind the log. */
export const bookmarkEvery = 60_000;
/** How long the object may take until it follows. */
export const followWithin = 10_000;
