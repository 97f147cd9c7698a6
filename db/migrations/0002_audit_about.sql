ALTER TABLE "auditevent" ADD COLUMN "impersonator" text;
--> statement-breakpoint
CREATE INDEX "auditevent_about" ON "auditevent" USING btree ((coalesce((payload->>'resource') || '/' || (payload->>'name'), 'llm/' || (payload->>'llm'))),"time") WHERE (coalesce((payload->>'resource') || '/' || (payload->>'name'), 'llm/' || (payload->>'llm'))) is not null;
