CREATE INDEX "llm_status_publisher" ON "llm" USING btree ((status->>'publisher'));
