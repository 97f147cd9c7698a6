CREATE TABLE "template" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"scope_id" text,
	"labels" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"spec" jsonb NOT NULL,
	"status" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"sealed" jsonb,
	"applied" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"revision" bigint DEFAULT nextval('revision') NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);

--> statement-breakpoint
CREATE TABLE "cluster" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"scope_id" text,
	"labels" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"spec" jsonb NOT NULL,
	"status" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"sealed" jsonb,
	"applied" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"revision" bigint DEFAULT nextval('revision') NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);

--> statement-breakpoint
CREATE TABLE "server" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"scope_id" text,
	"labels" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"spec" jsonb NOT NULL,
	"status" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"sealed" jsonb,
	"applied" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"revision" bigint DEFAULT nextval('revision') NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "server_one_of_packageName" CHECK (jsonb_exists(spec, 'packageName')::int + jsonb_exists(spec, 'dockerImage')::int + jsonb_exists(spec, 'url')::int = 1)
);

--> statement-breakpoint
CREATE TABLE "instance" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"scope_id" text,
	"labels" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"spec" jsonb NOT NULL,
	"status" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"sealed" jsonb,
	"applied" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"revision" bigint DEFAULT nextval('revision') NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);

--> statement-breakpoint
CREATE TABLE "prompt" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"scope_id" text,
	"labels" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"spec" jsonb NOT NULL,
	"status" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"sealed" jsonb,
	"applied" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"revision" bigint DEFAULT nextval('revision') NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "prompt_at_most_one_project" CHECK (jsonb_exists(spec, 'project')::int + jsonb_exists(spec, 'agent')::int <= 1)
);

--> statement-breakpoint
CREATE TABLE "promptrequest" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"scope_id" text,
	"labels" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"spec" jsonb NOT NULL,
	"status" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"sealed" jsonb,
	"applied" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"revision" bigint DEFAULT nextval('revision') NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "promptrequest_at_most_one_project" CHECK (jsonb_exists(spec, 'project')::int + jsonb_exists(spec, 'agent')::int <= 1)
);

--> statement-breakpoint
CREATE TABLE "agent" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"scope_id" text,
	"labels" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"spec" jsonb NOT NULL,
	"status" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"sealed" jsonb,
	"applied" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"revision" bigint DEFAULT nextval('revision') NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);

--> statement-breakpoint
CREATE TABLE "personality" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"scope_id" text,
	"labels" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"spec" jsonb NOT NULL,
	"status" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"sealed" jsonb,
	"applied" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"revision" bigint DEFAULT nextval('revision') NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);

--> statement-breakpoint
CREATE TABLE "secretbackend_to_secret" (
	"from_id" text NOT NULL,
	"path" text NOT NULL,
	"to_id" text NOT NULL,
	CONSTRAINT "secretbackend_to_secret_pk" PRIMARY KEY("from_id","path")
);

--> statement-breakpoint
CREATE TABLE "llm_to_cluster" (
	"from_id" text NOT NULL,
	"path" text NOT NULL,
	"to_id" text NOT NULL,
	CONSTRAINT "llm_to_cluster_pk" PRIMARY KEY("from_id","path")
);

--> statement-breakpoint
CREATE TABLE "llm_to_llm" (
	"from_id" text NOT NULL,
	"path" text NOT NULL,
	"to_id" text NOT NULL,
	CONSTRAINT "llm_to_llm_pk" PRIMARY KEY("from_id","path")
);

--> statement-breakpoint
CREATE TABLE "project_to_server" (
	"from_id" text NOT NULL,
	"path" text NOT NULL,
	"to_id" text NOT NULL,
	CONSTRAINT "project_to_server_pk" PRIMARY KEY("from_id","path")
);

--> statement-breakpoint
CREATE TABLE "server_to_secret" (
	"from_id" text NOT NULL,
	"path" text NOT NULL,
	"to_id" text NOT NULL,
	CONSTRAINT "server_to_secret_pk" PRIMARY KEY("from_id","path")
);

--> statement-breakpoint
CREATE TABLE "server_to_cluster" (
	"from_id" text NOT NULL,
	"path" text NOT NULL,
	"to_id" text NOT NULL,
	CONSTRAINT "server_to_cluster_pk" PRIMARY KEY("from_id","path")
);

--> statement-breakpoint
CREATE TABLE "server_to_template" (
	"from_id" text NOT NULL,
	"path" text NOT NULL,
	"to_id" text NOT NULL,
	CONSTRAINT "server_to_template_pk" PRIMARY KEY("from_id","path")
);

--> statement-breakpoint
CREATE TABLE "instance_to_server" (
	"from_id" text NOT NULL,
	"path" text NOT NULL,
	"to_id" text NOT NULL,
	CONSTRAINT "instance_to_server_pk" PRIMARY KEY("from_id","path")
);

--> statement-breakpoint
CREATE TABLE "prompt_to_project" (
	"from_id" text NOT NULL,
	"path" text NOT NULL,
	"to_id" text NOT NULL,
	CONSTRAINT "prompt_to_project_pk" PRIMARY KEY("from_id","path")
);

--> statement-breakpoint
CREATE TABLE "prompt_to_agent" (
	"from_id" text NOT NULL,
	"path" text NOT NULL,
	"to_id" text NOT NULL,
	CONSTRAINT "prompt_to_agent_pk" PRIMARY KEY("from_id","path")
);

--> statement-breakpoint
CREATE TABLE "promptrequest_to_project" (
	"from_id" text NOT NULL,
	"path" text NOT NULL,
	"to_id" text NOT NULL,
	CONSTRAINT "promptrequest_to_project_pk" PRIMARY KEY("from_id","path")
);

--> statement-breakpoint
CREATE TABLE "promptrequest_to_agent" (
	"from_id" text NOT NULL,
	"path" text NOT NULL,
	"to_id" text NOT NULL,
	CONSTRAINT "promptrequest_to_agent_pk" PRIMARY KEY("from_id","path")
);

--> statement-breakpoint
CREATE TABLE "agent_to_llm" (
	"from_id" text NOT NULL,
	"path" text NOT NULL,
	"to_id" text NOT NULL,
	CONSTRAINT "agent_to_llm_pk" PRIMARY KEY("from_id","path")
);

--> statement-breakpoint
CREATE TABLE "agent_to_project" (
	"from_id" text NOT NULL,
	"path" text NOT NULL,
	"to_id" text NOT NULL,
	CONSTRAINT "agent_to_project_pk" PRIMARY KEY("from_id","path")
);

--> statement-breakpoint
CREATE TABLE "agent_to_personality" (
	"from_id" text NOT NULL,
	"path" text NOT NULL,
	"to_id" text NOT NULL,
	CONSTRAINT "agent_to_personality_pk" PRIMARY KEY("from_id","path")
);

--> statement-breakpoint
CREATE TABLE "personality_to_prompt" (
	"from_id" text NOT NULL,
	"path" text NOT NULL,
	"to_id" text NOT NULL,
	CONSTRAINT "personality_to_prompt_pk" PRIMARY KEY("from_id","path")
);

--> statement-breakpoint
CREATE TABLE "rbac_to_cluster" (
	"from_id" text NOT NULL,
	"path" text NOT NULL,
	"to_id" text NOT NULL,
	CONSTRAINT "rbac_to_cluster_pk" PRIMARY KEY("from_id","path")
);

--> statement-breakpoint
CREATE TABLE "seeded" (
	"what" text PRIMARY KEY NOT NULL
);

--> statement-breakpoint
CREATE TABLE "change" (
	"seq" bigserial PRIMARY KEY NOT NULL,
	"xid" "xid8" DEFAULT pg_current_xact_id() NOT NULL,
	"horizon" "xid8" DEFAULT pg_snapshot_xmin(pg_current_snapshot()) NOT NULL,
	"at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"kind" text NOT NULL,
	"verb" text NOT NULL,
	"id" text NOT NULL,
	"name" text NOT NULL,
	"scope_id" text,
	"labels" jsonb NOT NULL,
	"spec" jsonb NOT NULL,
	"status" jsonb NOT NULL,
	"applied" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"revision" bigint NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	"was" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"size" integer NOT NULL
);

--> statement-breakpoint
CREATE TABLE "change_floor" (
	"one" integer PRIMARY KEY DEFAULT 1 NOT NULL,
	"xid" "xid8" NOT NULL
);

--> statement-breakpoint
CREATE TABLE "thread" (
	"id" text PRIMARY KEY NOT NULL,
	"agent_id" text NOT NULL,
	"owner_id" text NOT NULL,
	"owner_name" text NOT NULL,
	"title" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);

--> statement-breakpoint
CREATE TABLE "identity" (
	"issuer" text NOT NULL,
	"subject" text NOT NULL,
	"id" text NOT NULL,
	"user_id" text NOT NULL,
	"email" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"last_login_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "identity_pk" PRIMARY KEY("issuer","subject"),
	CONSTRAINT "identity_id_unique" UNIQUE("id")
);

--> statement-breakpoint
CREATE TABLE "provided_member" (
	"user_id" text NOT NULL,
	"group_id" text NOT NULL,
	"issuer" text NOT NULL,
	CONSTRAINT "provided_member_pk" PRIMARY KEY("user_id","group_id","issuer")
);

--> statement-breakpoint
CREATE TABLE "device_login" (
	"hash" text PRIMARY KEY NOT NULL,
	"user_code" text NOT NULL,
	"client" text NOT NULL,
	"address" text,
	"state" text DEFAULT 'pending' NOT NULL,
	"user_id" text,
	"interval" integer NOT NULL,
	"polled_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "device_login_user_code_unique" UNIQUE("user_code")
);

--> statement-breakpoint
DROP INDEX "session_previous";
--> statement-breakpoint
ALTER TABLE "secretbackend" ADD COLUMN "applied" jsonb DEFAULT '[]'::jsonb NOT NULL;
--> statement-breakpoint
ALTER TABLE "secret" ADD COLUMN "applied" jsonb DEFAULT '[]'::jsonb NOT NULL;
--> statement-breakpoint
ALTER TABLE "llm" ADD COLUMN "applied" jsonb DEFAULT '[]'::jsonb NOT NULL;
--> statement-breakpoint
ALTER TABLE "user" ADD COLUMN "applied" jsonb DEFAULT '[]'::jsonb NOT NULL;
--> statement-breakpoint
ALTER TABLE "group" ADD COLUMN "applied" jsonb DEFAULT '[]'::jsonb NOT NULL;
--> statement-breakpoint
ALTER TABLE "project" ADD COLUMN "applied" jsonb DEFAULT '[]'::jsonb NOT NULL;
--> statement-breakpoint
ALTER TABLE "rbac" ADD COLUMN "applied" jsonb DEFAULT '[]'::jsonb NOT NULL;
--> statement-breakpoint
ALTER TABLE "mcptoken" ADD COLUMN "applied" jsonb DEFAULT '[]'::jsonb NOT NULL;
--> statement-breakpoint
ALTER TABLE "publisher" ADD COLUMN "applied" jsonb DEFAULT '[]'::jsonb NOT NULL;
--> statement-breakpoint
ALTER TABLE "session" ADD COLUMN "family" text;
--> statement-breakpoint
ALTER TABLE "auditevent" ADD COLUMN "impersonator" text;
--> statement-breakpoint
ALTER TABLE "personality" ADD CONSTRAINT "personality_scope" FOREIGN KEY ("scope_id") REFERENCES "public"."agent"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "secretbackend_to_secret" ADD CONSTRAINT "secretbackend_to_secret_from" FOREIGN KEY ("from_id") REFERENCES "public"."secretbackend"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "secretbackend_to_secret" ADD CONSTRAINT "secretbackend_to_secret_to" FOREIGN KEY ("to_id") REFERENCES "public"."secret"("id") ON DELETE restrict ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "llm_to_cluster" ADD CONSTRAINT "llm_to_cluster_from" FOREIGN KEY ("from_id") REFERENCES "public"."llm"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "llm_to_cluster" ADD CONSTRAINT "llm_to_cluster_to" FOREIGN KEY ("to_id") REFERENCES "public"."cluster"("id") ON DELETE restrict ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "llm_to_llm" ADD CONSTRAINT "llm_to_llm_from" FOREIGN KEY ("from_id") REFERENCES "public"."llm"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "llm_to_llm" ADD CONSTRAINT "llm_to_llm_to" FOREIGN KEY ("to_id") REFERENCES "public"."llm"("id") ON DELETE restrict ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "project_to_server" ADD CONSTRAINT "project_to_server_from" FOREIGN KEY ("from_id") REFERENCES "public"."project"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "project_to_server" ADD CONSTRAINT "project_to_server_to" FOREIGN KEY ("to_id") REFERENCES "public"."server"("id") ON DELETE restrict ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "server_to_secret" ADD CONSTRAINT "server_to_secret_from" FOREIGN KEY ("from_id") REFERENCES "public"."server"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "server_to_secret" ADD CONSTRAINT "server_to_secret_to" FOREIGN KEY ("to_id") REFERENCES "public"."secret"("id") ON DELETE restrict ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "server_to_cluster" ADD CONSTRAINT "server_to_cluster_from" FOREIGN KEY ("from_id") REFERENCES "public"."server"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "server_to_cluster" ADD CONSTRAINT "server_to_cluster_to" FOREIGN KEY ("to_id") REFERENCES "public"."cluster"("id") ON DELETE restrict ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "server_to_template" ADD CONSTRAINT "server_to_template_from" FOREIGN KEY ("from_id") REFERENCES "public"."server"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "server_to_template" ADD CONSTRAINT "server_to_template_to" FOREIGN KEY ("to_id") REFERENCES "public"."template"("id") ON DELETE restrict ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "instance_to_server" ADD CONSTRAINT "instance_to_server_from" FOREIGN KEY ("from_id") REFERENCES "public"."instance"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "instance_to_server" ADD CONSTRAINT "instance_to_server_to" FOREIGN KEY ("to_id") REFERENCES "public"."server"("id") ON DELETE restrict ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "prompt_to_project" ADD CONSTRAINT "prompt_to_project_from" FOREIGN KEY ("from_id") REFERENCES "public"."prompt"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "prompt_to_project" ADD CONSTRAINT "prompt_to_project_to" FOREIGN KEY ("to_id") REFERENCES "public"."project"("id") ON DELETE restrict ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "prompt_to_agent" ADD CONSTRAINT "prompt_to_agent_from" FOREIGN KEY ("from_id") REFERENCES "public"."prompt"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "prompt_to_agent" ADD CONSTRAINT "prompt_to_agent_to" FOREIGN KEY ("to_id") REFERENCES "public"."agent"("id") ON DELETE restrict ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "promptrequest_to_project" ADD CONSTRAINT "promptrequest_to_project_from" FOREIGN KEY ("from_id") REFERENCES "public"."promptrequest"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "promptrequest_to_project" ADD CONSTRAINT "promptrequest_to_project_to" FOREIGN KEY ("to_id") REFERENCES "public"."project"("id") ON DELETE restrict ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "promptrequest_to_agent" ADD CONSTRAINT "promptrequest_to_agent_from" FOREIGN KEY ("from_id") REFERENCES "public"."promptrequest"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "promptrequest_to_agent" ADD CONSTRAINT "promptrequest_to_agent_to" FOREIGN KEY ("to_id") REFERENCES "public"."agent"("id") ON DELETE restrict ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "agent_to_llm" ADD CONSTRAINT "agent_to_llm_from" FOREIGN KEY ("from_id") REFERENCES "public"."agent"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "agent_to_llm" ADD CONSTRAINT "agent_to_llm_to" FOREIGN KEY ("to_id") REFERENCES "public"."llm"("id") ON DELETE restrict ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "agent_to_project" ADD CONSTRAINT "agent_to_project_from" FOREIGN KEY ("from_id") REFERENCES "public"."agent"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "agent_to_project" ADD CONSTRAINT "agent_to_project_to" FOREIGN KEY ("to_id") REFERENCES "public"."project"("id") ON DELETE restrict ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "agent_to_personality" ADD CONSTRAINT "agent_to_personality_from" FOREIGN KEY ("from_id") REFERENCES "public"."agent"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "agent_to_personality" ADD CONSTRAINT "agent_to_personality_to" FOREIGN KEY ("to_id") REFERENCES "public"."personality"("id") ON DELETE restrict ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "personality_to_prompt" ADD CONSTRAINT "personality_to_prompt_from" FOREIGN KEY ("from_id") REFERENCES "public"."personality"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "personality_to_prompt" ADD CONSTRAINT "personality_to_prompt_to" FOREIGN KEY ("to_id") REFERENCES "public"."prompt"("id") ON DELETE restrict ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "rbac_to_cluster" ADD CONSTRAINT "rbac_to_cluster_from" FOREIGN KEY ("from_id") REFERENCES "public"."rbac"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "rbac_to_cluster" ADD CONSTRAINT "rbac_to_cluster_to" FOREIGN KEY ("to_id") REFERENCES "public"."cluster"("id") ON DELETE restrict ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "thread" ADD CONSTRAINT "thread_agent_id_agent_id_fk" FOREIGN KEY ("agent_id") REFERENCES "public"."agent"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "identity" ADD CONSTRAINT "identity_user_id_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "provided_member" ADD CONSTRAINT "provided_member_user_id_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "provided_member" ADD CONSTRAINT "provided_member_group_id_group_id_fk" FOREIGN KEY ("group_id") REFERENCES "public"."group"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "device_login" ADD CONSTRAINT "device_login_user_id_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
CREATE INDEX "template_labels" ON "template" USING gin ("labels");
--> statement-breakpoint
CREATE INDEX "template_created" ON "template" USING btree ("created_at","id");
--> statement-breakpoint
CREATE UNIQUE INDEX "template_name" ON "template" USING btree ("name");
--> statement-breakpoint
CREATE INDEX "cluster_labels" ON "cluster" USING gin ("labels");
--> statement-breakpoint
CREATE INDEX "cluster_created" ON "cluster" USING btree ("created_at","id");
--> statement-breakpoint
CREATE UNIQUE INDEX "cluster_name" ON "cluster" USING btree ("name");
--> statement-breakpoint
CREATE UNIQUE INDEX "cluster_serviceAccounts_issuer" ON "cluster" USING btree ((spec->'serviceAccounts'->>'issuer'));
--> statement-breakpoint
CREATE INDEX "server_labels" ON "server" USING gin ("labels");
--> statement-breakpoint
CREATE INDEX "server_created" ON "server" USING btree ("created_at","id");
--> statement-breakpoint
CREATE UNIQUE INDEX "server_name" ON "server" USING btree ("name");
--> statement-breakpoint
CREATE INDEX "instance_labels" ON "instance" USING gin ("labels");
--> statement-breakpoint
CREATE INDEX "instance_created" ON "instance" USING btree ("created_at","id");
--> statement-breakpoint
CREATE UNIQUE INDEX "instance_name" ON "instance" USING btree ("name");
--> statement-breakpoint
CREATE INDEX "prompt_labels" ON "prompt" USING gin ("labels");
--> statement-breakpoint
CREATE INDEX "prompt_created" ON "prompt" USING btree ("created_at","id");
--> statement-breakpoint
CREATE UNIQUE INDEX "prompt_name" ON "prompt" USING btree ("name");
--> statement-breakpoint
CREATE INDEX "promptrequest_labels" ON "promptrequest" USING gin ("labels");
--> statement-breakpoint
CREATE INDEX "promptrequest_created" ON "promptrequest" USING btree ("created_at","id");
--> statement-breakpoint
CREATE UNIQUE INDEX "promptrequest_name" ON "promptrequest" USING btree ("name");
--> statement-breakpoint
CREATE INDEX "agent_labels" ON "agent" USING gin ("labels");
--> statement-breakpoint
CREATE INDEX "agent_created" ON "agent" USING btree ("created_at","id");
--> statement-breakpoint
CREATE UNIQUE INDEX "agent_name" ON "agent" USING btree ("name");
--> statement-breakpoint
CREATE INDEX "agent_status_publisher" ON "agent" USING btree ((status->>'publisher'));
--> statement-breakpoint
CREATE INDEX "personality_labels" ON "personality" USING gin ("labels");
--> statement-breakpoint
CREATE INDEX "personality_created" ON "personality" USING btree ("created_at","id");
--> statement-breakpoint
CREATE UNIQUE INDEX "personality_scope_name" ON "personality" USING btree ("scope_id","name");
--> statement-breakpoint
CREATE INDEX "personality_list" ON "personality" USING btree ("name","id");
--> statement-breakpoint
CREATE INDEX "secretbackend_to_secret_referrers" ON "secretbackend_to_secret" USING btree ("to_id");
--> statement-breakpoint
CREATE INDEX "llm_to_cluster_referrers" ON "llm_to_cluster" USING btree ("to_id");
--> statement-breakpoint
CREATE INDEX "llm_to_llm_referrers" ON "llm_to_llm" USING btree ("to_id");
--> statement-breakpoint
CREATE INDEX "project_to_server_referrers" ON "project_to_server" USING btree ("to_id");
--> statement-breakpoint
CREATE INDEX "server_to_secret_referrers" ON "server_to_secret" USING btree ("to_id");
--> statement-breakpoint
CREATE INDEX "server_to_cluster_referrers" ON "server_to_cluster" USING btree ("to_id");
--> statement-breakpoint
CREATE INDEX "server_to_template_referrers" ON "server_to_template" USING btree ("to_id");
--> statement-breakpoint
CREATE INDEX "instance_to_server_referrers" ON "instance_to_server" USING btree ("to_id");
--> statement-breakpoint
CREATE INDEX "prompt_to_project_referrers" ON "prompt_to_project" USING btree ("to_id");
--> statement-breakpoint
CREATE INDEX "prompt_to_agent_referrers" ON "prompt_to_agent" USING btree ("to_id");
--> statement-breakpoint
CREATE INDEX "promptrequest_to_project_referrers" ON "promptrequest_to_project" USING btree ("to_id");
--> statement-breakpoint
CREATE INDEX "promptrequest_to_agent_referrers" ON "promptrequest_to_agent" USING btree ("to_id");
--> statement-breakpoint
CREATE INDEX "agent_to_llm_referrers" ON "agent_to_llm" USING btree ("to_id");
--> statement-breakpoint
CREATE INDEX "agent_to_project_referrers" ON "agent_to_project" USING btree ("to_id");
--> statement-breakpoint
CREATE INDEX "agent_to_personality_referrers" ON "agent_to_personality" USING btree ("to_id");
--> statement-breakpoint
CREATE INDEX "personality_to_prompt_referrers" ON "personality_to_prompt" USING btree ("to_id");
--> statement-breakpoint
CREATE INDEX "rbac_to_cluster_referrers" ON "rbac_to_cluster" USING btree ("to_id");
--> statement-breakpoint
CREATE INDEX "change_kind" ON "change" USING btree ("kind","xid");
--> statement-breakpoint
CREATE INDEX "change_revision" ON "change" USING btree ("kind","revision");
--> statement-breakpoint
CREATE INDEX "thread_owner" ON "thread" USING btree ("owner_id","updated_at");
--> statement-breakpoint
CREATE INDEX "thread_agent" ON "thread" USING btree ("agent_id");
--> statement-breakpoint
CREATE INDEX "identity_user" ON "identity" USING btree ("user_id");
--> statement-breakpoint
CREATE INDEX "provided_member_group" ON "provided_member" USING btree ("group_id");
--> statement-breakpoint
CREATE INDEX "device_login_expiry" ON "device_login" USING btree ("expires_at");
--> statement-breakpoint
CREATE INDEX "device_login_user" ON "device_login" USING btree ("user_id");
--> statement-breakpoint
CREATE INDEX "secretbackend_created" ON "secretbackend" USING btree ("created_at","id");
--> statement-breakpoint
CREATE INDEX "secret_created" ON "secret" USING btree ("created_at","id");
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
CREATE INDEX "rbac_created" ON "rbac" USING btree ("created_at","id");
--> statement-breakpoint
CREATE INDEX "rbac_subjects" ON "rbac" USING gin ((spec->'subjects') jsonb_path_ops);
--> statement-breakpoint
CREATE INDEX "rbac_bindings" ON "rbac" USING gin ((spec->'bindings') jsonb_path_ops);
--> statement-breakpoint
CREATE INDEX "mcptoken_created" ON "mcptoken" USING btree ("created_at","id");
--> statement-breakpoint
CREATE INDEX "mcptoken_by_status_state" ON "mcptoken" USING btree ((status->>'state'),"name","id");
--> statement-breakpoint
CREATE INDEX "publisher_created" ON "publisher" USING btree ("created_at","id");
--> statement-breakpoint
CREATE INDEX "publisher_by_status_state" ON "publisher" USING btree ((status->>'state'),"name","id");
--> statement-breakpoint
CREATE INDEX "session_family" ON "session" USING btree ("family") WHERE family is not null;
--> statement-breakpoint
CREATE INDEX "auditevent_about" ON "auditevent" USING btree ((coalesce((payload->>'resource') || '/' || (payload->>'name'), 'llm/' || (payload->>'llm'))),"time") WHERE (coalesce((payload->>'resource') || '/' || (payload->>'name'), 'llm/' || (payload->>'llm'))) is not null;
