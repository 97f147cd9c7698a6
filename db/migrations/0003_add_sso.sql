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
ALTER TABLE "identity" ADD CONSTRAINT "identity_user_id_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "provided_member" ADD CONSTRAINT "provided_member_user_id_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "provided_member" ADD CONSTRAINT "provided_member_group_id_group_id_fk" FOREIGN KEY ("group_id") REFERENCES "public"."group"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "device_login" ADD CONSTRAINT "device_login_user_id_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
CREATE INDEX "identity_user" ON "identity" USING btree ("user_id");
--> statement-breakpoint
CREATE INDEX "provided_member_group" ON "provided_member" USING btree ("group_id");
--> statement-breakpoint
CREATE INDEX "device_login_expiry" ON "device_login" USING btree ("expires_at");
--> statement-breakpoint
CREATE INDEX "device_login_user" ON "device_login" USING btree ("user_id");
