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
CREATE INDEX "change_kind" ON "change" USING btree ("kind","xid");
--> statement-breakpoint
CREATE INDEX "change_revision" ON "change" USING btree ("kind","revision");
