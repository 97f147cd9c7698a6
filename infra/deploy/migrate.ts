/** `npm run migrate`: brings the PostgreSQL of DATABASE_URL to where this version expects it. Again does nothing. */
import { migrate } from "#db/migrate";

const url = process.env["DATABASE_URL"] ?? "";
if (!/^postgres(ql)?:\/\//.test(url)) {
  console.error(
    "Set DATABASE_URL to the store's URL (postgresql://user:password@host/database); `ps` shows arguments.",
  );
  process.exit(2);
}
try {
  await migrate(url);
  console.log("The store is up to date.");
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
