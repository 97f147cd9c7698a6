CREATE SEQUENCE "public"."revision" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1;
--> statement-breakpoint
CREATE TABLE "secretbackend" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"scope_id" text,
	"labels" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"spec" jsonb NOT NULL,
	"status" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"sealed" jsonb,
	"revision" bigint DEFAULT nextval('revision') NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);

--> statement-breakpoint
CREATE TABLE "secret" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"scope_id" text,
	"labels" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"spec" jsonb NOT NULL,
	"status" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"sealed" jsonb,
	"revision" bigint DEFAULT nextval('revision') NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);

--> statement-breakpoint
CREATE TABLE "llm" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"scope_id" text,
	"labels" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"spec" jsonb NOT NULL,
	"status" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"sealed" jsonb,
	"revision" bigint DEFAULT nextval('revision') NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);

--> statement-breakpoint
CREATE TABLE "user" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"scope_id" text,
	"labels" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"spec" jsonb NOT NULL,
	"status" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"sealed" jsonb,
	"revision" bigint DEFAULT nextval('revision') NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);

--> statement-breakpoint
CREATE TABLE "group" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"scope_id" text,
	"labels" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"spec" jsonb NOT NULL,
	"status" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"sealed" jsonb,
	"revision" bigint DEFAULT nextval('revision') NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);

--> statement-breakpoint
CREATE TABLE "project" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"scope_id" text,
	"labels" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"spec" jsonb NOT NULL,
	"status" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"sealed" jsonb,
	"revision" bigint DEFAULT nextval('revision') NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);

--> statement-breakpoint
CREATE TABLE "rbac" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"scope_id" text,
	"labels" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"spec" jsonb NOT NULL,
	"status" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"sealed" jsonb,
	"revision" bigint DEFAULT nextval('revision') NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);

--> statement-breakpoint
CREATE TABLE "mcptoken" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"scope_id" text,
	"labels" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"spec" jsonb NOT NULL,
	"status" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"sealed" jsonb,
	"revision" bigint DEFAULT nextval('revision') NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);

--> statement-breakpoint
CREATE TABLE "publisher" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"scope_id" text,
	"labels" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"spec" jsonb NOT NULL,
	"status" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"sealed" jsonb,
	"revision" bigint DEFAULT nextval('revision') NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);

--> statement-breakpoint
CREATE TABLE "secret_to_secretbackend" (
	"from_id" text NOT NULL,
	"path" text NOT NULL,
	"to_id" text NOT NULL,
	CONSTRAINT "secret_to_secretbackend_pk" PRIMARY KEY("from_id","path")
);

--> statement-breakpoint
CREATE TABLE "llm_to_secret" (
	"from_id" text NOT NULL,
	"path" text NOT NULL,
	"to_id" text NOT NULL,
	CONSTRAINT "llm_to_secret_pk" PRIMARY KEY("from_id","path")
);

--> statement-breakpoint
CREATE TABLE "group_to_user" (
	"from_id" text NOT NULL,
	"path" text NOT NULL,
	"to_id" text NOT NULL,
	CONSTRAINT "group_to_user_pk" PRIMARY KEY("from_id","path")
);

--> statement-breakpoint
CREATE TABLE "project_to_user" (
	"from_id" text NOT NULL,
	"path" text NOT NULL,
	"to_id" text NOT NULL,
	CONSTRAINT "project_to_user_pk" PRIMARY KEY("from_id","path")
);

--> statement-breakpoint
CREATE TABLE "rbac_to_user" (
	"from_id" text NOT NULL,
	"path" text NOT NULL,
	"to_id" text NOT NULL,
	CONSTRAINT "rbac_to_user_pk" PRIMARY KEY("from_id","path")
);

--> statement-breakpoint
CREATE TABLE "rbac_to_group" (
	"from_id" text NOT NULL,
	"path" text NOT NULL,
	"to_id" text NOT NULL,
	CONSTRAINT "rbac_to_group_pk" PRIMARY KEY("from_id","path")
);

--> statement-breakpoint
CREATE TABLE "rbac_to_mcptoken" (
	"from_id" text NOT NULL,
	"path" text NOT NULL,
	"to_id" text NOT NULL,
	CONSTRAINT "rbac_to_mcptoken_pk" PRIMARY KEY("from_id","path")
);

--> statement-breakpoint
CREATE TABLE "password" (
	"user_id" text PRIMARY KEY NOT NULL,
	"hash" text NOT NULL,
	"changed_at" timestamp with time zone DEFAULT now() NOT NULL
);

--> statement-breakpoint
CREATE TABLE "session" (
	"id" text PRIMARY KEY NOT NULL,
	"user_id" text NOT NULL,
	"kind" text NOT NULL,
	"name" text NOT NULL,
	"hash" text NOT NULL,
	"previous_hash" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"rotated_at" timestamp with time zone,
	"expires_at" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	CONSTRAINT "session_hash_unique" UNIQUE("hash")
);

--> statement-breakpoint
CREATE TABLE "auditevent" (
	"id" text PRIMARY KEY NOT NULL,
	"time" timestamp with time zone NOT NULL,
	"kind" text NOT NULL,
	"principal" text,
	"token_name" text,
	"token_hash" text,
	"project" text,
	"correlation" text,
	"payload" jsonb NOT NULL
);

--> statement-breakpoint
CREATE TABLE "known_operation" (
	"action" text PRIMARY KEY NOT NULL
);

--> statement-breakpoint
ALTER TABLE "mcptoken" ADD CONSTRAINT "mcptoken_scope" FOREIGN KEY ("scope_id") REFERENCES "public"."project"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "secret_to_secretbackend" ADD CONSTRAINT "secret_to_secretbackend_from" FOREIGN KEY ("from_id") REFERENCES "public"."secret"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "secret_to_secretbackend" ADD CONSTRAINT "secret_to_secretbackend_to" FOREIGN KEY ("to_id") REFERENCES "public"."secretbackend"("id") ON DELETE restrict ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "llm_to_secret" ADD CONSTRAINT "llm_to_secret_from" FOREIGN KEY ("from_id") REFERENCES "public"."llm"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "llm_to_secret" ADD CONSTRAINT "llm_to_secret_to" FOREIGN KEY ("to_id") REFERENCES "public"."secret"("id") ON DELETE restrict ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "group_to_user" ADD CONSTRAINT "group_to_user_from" FOREIGN KEY ("from_id") REFERENCES "public"."group"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "group_to_user" ADD CONSTRAINT "group_to_user_to" FOREIGN KEY ("to_id") REFERENCES "public"."user"("id") ON DELETE restrict ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "project_to_user" ADD CONSTRAINT "project_to_user_from" FOREIGN KEY ("from_id") REFERENCES "public"."project"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "project_to_user" ADD CONSTRAINT "project_to_user_to" FOREIGN KEY ("to_id") REFERENCES "public"."user"("id") ON DELETE restrict ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "rbac_to_user" ADD CONSTRAINT "rbac_to_user_from" FOREIGN KEY ("from_id") REFERENCES "public"."rbac"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "rbac_to_user" ADD CONSTRAINT "rbac_to_user_to" FOREIGN KEY ("to_id") REFERENCES "public"."user"("id") ON DELETE restrict ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "rbac_to_group" ADD CONSTRAINT "rbac_to_group_from" FOREIGN KEY ("from_id") REFERENCES "public"."rbac"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "rbac_to_group" ADD CONSTRAINT "rbac_to_group_to" FOREIGN KEY ("to_id") REFERENCES "public"."group"("id") ON DELETE restrict ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "rbac_to_mcptoken" ADD CONSTRAINT "rbac_to_mcptoken_from" FOREIGN KEY ("from_id") REFERENCES "public"."rbac"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "rbac_to_mcptoken" ADD CONSTRAINT "rbac_to_mcptoken_to" FOREIGN KEY ("to_id") REFERENCES "public"."mcptoken"("id") ON DELETE restrict ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "password" ADD CONSTRAINT "password_user_id_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "session" ADD CONSTRAINT "session_user_id_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
CREATE INDEX "secretbackend_labels" ON "secretbackend" USING gin ("labels");
--> statement-breakpoint
CREATE UNIQUE INDEX "secretbackend_name" ON "secretbackend" USING btree ("name");
--> statement-breakpoint
CREATE UNIQUE INDEX "secretbackend_one_isDefault" ON "secretbackend" USING btree ((spec->>'isDefault')) WHERE spec->>'isDefault' = 'true';
--> statement-breakpoint
CREATE INDEX "secret_labels" ON "secret" USING gin ("labels");
--> statement-breakpoint
CREATE UNIQUE INDEX "secret_name" ON "secret" USING btree ("name");
--> statement-breakpoint
CREATE INDEX "llm_labels" ON "llm" USING gin ("labels");
--> statement-breakpoint
CREATE UNIQUE INDEX "llm_name" ON "llm" USING btree ("name");
--> statement-breakpoint
CREATE INDEX "user_labels" ON "user" USING gin ("labels");
--> statement-breakpoint
CREATE UNIQUE INDEX "user_name" ON "user" USING btree ("name");
--> statement-breakpoint
CREATE UNIQUE INDEX "user_email" ON "user" USING btree ((spec->>'email'));
--> statement-breakpoint
CREATE INDEX "group_labels" ON "group" USING gin ("labels");
--> statement-breakpoint
CREATE UNIQUE INDEX "group_name" ON "group" USING btree ("name");
--> statement-breakpoint
CREATE INDEX "project_labels" ON "project" USING gin ("labels");
--> statement-breakpoint
CREATE UNIQUE INDEX "project_name" ON "project" USING btree ("name");
--> statement-breakpoint
CREATE INDEX "rbac_labels" ON "rbac" USING gin ("labels");
--> statement-breakpoint
CREATE UNIQUE INDEX "rbac_name" ON "rbac" USING btree ("name");
--> statement-breakpoint
CREATE INDEX "mcptoken_labels" ON "mcptoken" USING gin ("labels");
--> statement-breakpoint
CREATE UNIQUE INDEX "mcptoken_scope_name" ON "mcptoken" USING btree ("scope_id","name");
--> statement-breakpoint
CREATE INDEX "mcptoken_list" ON "mcptoken" USING btree ("name","id");
--> statement-breakpoint
CREATE UNIQUE INDEX "mcptoken_status_hash" ON "mcptoken" USING btree ((status->>'hash'));
--> statement-breakpoint
CREATE INDEX "publisher_labels" ON "publisher" USING gin ("labels");
--> statement-breakpoint
CREATE UNIQUE INDEX "publisher_name" ON "publisher" USING btree ("name");
--> statement-breakpoint
CREATE INDEX "secret_to_secretbackend_referrers" ON "secret_to_secretbackend" USING btree ("to_id");
--> statement-breakpoint
CREATE INDEX "llm_to_secret_referrers" ON "llm_to_secret" USING btree ("to_id");
--> statement-breakpoint
CREATE INDEX "group_to_user_referrers" ON "group_to_user" USING btree ("to_id");
--> statement-breakpoint
CREATE INDEX "project_to_user_referrers" ON "project_to_user" USING btree ("to_id");
--> statement-breakpoint
CREATE INDEX "rbac_to_user_referrers" ON "rbac_to_user" USING btree ("to_id");
--> statement-breakpoint
CREATE INDEX "rbac_to_group_referrers" ON "rbac_to_group" USING btree ("to_id");
--> statement-breakpoint
CREATE INDEX "rbac_to_mcptoken_referrers" ON "rbac_to_mcptoken" USING btree ("to_id");
--> statement-breakpoint
CREATE INDEX "session_user" ON "session" USING btree ("user_id");
--> statement-breakpoint
CREATE INDEX "session_previous" ON "session" USING btree ("previous_hash") WHERE previous_hash is not null;
--> statement-breakpoint
CREATE INDEX "auditevent_time" ON "auditevent" USING btree ("time","id");
--> statement-breakpoint
CREATE INDEX "auditevent_kind" ON "auditevent" USING btree ("kind","time");
--> statement-breakpoint
CREATE INDEX "auditevent_principal" ON "auditevent" USING btree ("principal","time");
--> statement-breakpoint
CREATE INDEX "auditevent_token" ON "auditevent" USING btree ("token_name","time");
--> statement-breakpoint
CREATE INDEX "auditevent_project" ON "auditevent" USING btree ("project","time");
