CREATE TABLE "cluster" (
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
CREATE TABLE "rbac_to_cluster" (
	"from_id" text NOT NULL,
	"path" text NOT NULL,
	"to_id" text NOT NULL,
	CONSTRAINT "rbac_to_cluster_pk" PRIMARY KEY("from_id","path")
);

--> statement-breakpoint
ALTER TABLE "rbac_to_cluster" ADD CONSTRAINT "rbac_to_cluster_from" FOREIGN KEY ("from_id") REFERENCES "public"."rbac"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "rbac_to_cluster" ADD CONSTRAINT "rbac_to_cluster_to" FOREIGN KEY ("to_id") REFERENCES "public"."cluster"("id") ON DELETE restrict ON UPDATE no action;
--> statement-breakpoint
CREATE INDEX "cluster_labels" ON "cluster" USING gin ("labels");
--> statement-breakpoint
CREATE UNIQUE INDEX "cluster_name" ON "cluster" USING btree ("name");
--> statement-breakpoint
CREATE UNIQUE INDEX "cluster_serviceAccounts_issuer" ON "cluster" USING btree ((spec->'serviceAccounts'->>'issuer'));
--> statement-breakpoint
CREATE INDEX "rbac_to_cluster_referrers" ON "rbac_to_cluster" USING btree ("to_id");
--> statement-breakpoint
CREATE INDEX "rbac_subjects" ON "rbac" USING gin ((spec->'subjects') jsonb_path_ops);
--> statement-breakpoint
CREATE INDEX "rbac_bindings" ON "rbac" USING gin ((spec->'bindings') jsonb_path_ops);
