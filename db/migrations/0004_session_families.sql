DROP INDEX "session_previous";
--> statement-breakpoint
ALTER TABLE "session" ADD COLUMN "family" text;
--> statement-breakpoint
CREATE INDEX "session_family" ON "session" USING btree ("family") WHERE family is not null;
