CREATE INDEX "secretbackend_created" ON "secretbackend" USING btree ("created_at","id");
--> statement-breakpoint
CREATE INDEX "secret_created" ON "secret" USING btree ("created_at","id");
--> statement-breakpoint
CREATE INDEX "template_created" ON "template" USING btree ("created_at","id");
--> statement-breakpoint
CREATE INDEX "cluster_created" ON "cluster" USING btree ("created_at","id");
--> statement-breakpoint
CREATE INDEX "llm_created" ON "llm" USING btree ("created_at","id");
--> statement-breakpoint
CREATE INDEX "llm_by_type" ON "llm" USING btree ((spec->>'type'),"name","id");
--> statement-breakpoint
CREATE INDEX "llm_by_status_state" ON "llm" USING btree ((status->>'state'),"name","id");
--> statement-breakpoint
CREATE INDEX "user_created" ON "user" USING btree ("created_at","id");
--> statement-breakpoint
CREATE INDEX "group_created" ON "group" USING btree ("created_at","id");
--> statement-breakpoint
CREATE INDEX "project_created" ON "project" USING btree ("created_at","id");
--> statement-breakpoint
CREATE INDEX "server_created" ON "server" USING btree ("created_at","id");
--> statement-breakpoint
CREATE INDEX "instance_created" ON "instance" USING btree ("created_at","id");
--> statement-breakpoint
CREATE INDEX "prompt_created" ON "prompt" USING btree ("created_at","id");
--> statement-breakpoint
CREATE INDEX "promptrequest_created" ON "promptrequest" USING btree ("created_at","id");
--> statement-breakpoint
CREATE INDEX "agent_created" ON "agent" USING btree ("created_at","id");
--> statement-breakpoint
CREATE INDEX "personality_created" ON "personality" USING btree ("created_at","id");
--> statement-breakpoint
CREATE INDEX "rbac_created" ON "rbac" USING btree ("created_at","id");
--> statement-breakpoint
CREATE INDEX "mcptoken_created" ON "mcptoken" USING btree ("created_at","id");
--> statement-breakpoint
CREATE INDEX "mcptoken_by_status_state" ON "mcptoken" USING btree ((status->>'state'),"name","id");
--> statement-breakpoint
CREATE INDEX "publisher_created" ON "publisher" USING btree ("created_at","id");
--> statement-breakpoint
CREATE INDEX "publisher_by_status_state" ON "publisher" USING btree ((status->>'state'),"name","id");
