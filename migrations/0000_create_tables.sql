CREATE TABLE "change_slots" (
	"slot" smallint PRIMARY KEY NOT NULL,
	"began_at" timestamp with time zone NOT NULL
);

CREATE TABLE "changes" (
	"tenant" text collate "C" NOT NULL,
	"revision" bigint NOT NULL,
	"slot" smallint NOT NULL,
	"type" text NOT NULL,
	"resource" text collate "C" NOT NULL,
	"namespace" text collate "C" NOT NULL,
	"name" text collate "C" NOT NULL,
	"uid" text NOT NULL,
	"labels" jsonb NOT NULL,
	"fields" jsonb NOT NULL,
	"body" text NOT NULL,
	"previous_revision" bigint,
	"previous_labels" jsonb,
	"previous_fields" jsonb,
	"previous_body" text,
	CONSTRAINT "changes_tenant_revision_slot_pk" PRIMARY KEY("tenant","revision","slot")
) PARTITION BY LIST ("slot");

CREATE TABLE "claims" (
	"tenant" text collate "C" NOT NULL,
	"pool" text collate "C" NOT NULL,
	"value" text collate "C" NOT NULL,
	"resource" text collate "C" NOT NULL,
	"namespace" text collate "C" NOT NULL,
	"name" text collate "C" NOT NULL,
	"uid" text NOT NULL,
	CONSTRAINT "claims_tenant_pool_value_pk" PRIMARY KEY("tenant","pool","value")
);

CREATE TABLE "cursors" (
	"tenant" text collate "C" NOT NULL,
	"name" text collate "C" NOT NULL,
	"revision" bigint NOT NULL,
	CONSTRAINT "cursors_tenant_name_pk" PRIMARY KEY("tenant","name")
);

CREATE TABLE "heartbeats" (
	"tenant" text collate "C" NOT NULL,
	"name" text collate "C" NOT NULL,
	"uid" text NOT NULL,
	"revision" bigint NOT NULL,
	"holder" text NOT NULL,
	"renewed_at" timestamp with time zone NOT NULL,
	"body" text NOT NULL,
	CONSTRAINT "heartbeats_tenant_name_pk" PRIMARY KEY("tenant","name")
);

CREATE TABLE "objects" (
	"tenant" text collate "C" NOT NULL,
	"resource" text collate "C" NOT NULL,
	"namespace" text collate "C" NOT NULL,
	"name" text collate "C" NOT NULL,
	"uid" text NOT NULL,
	"revision" bigint NOT NULL,
	"labels" jsonb NOT NULL,
	"fields" jsonb NOT NULL,
	"owners" text[] NOT NULL,
	"node" text collate "C",
	"body" text NOT NULL,
	CONSTRAINT "objects_tenant_resource_namespace_name_pk" PRIMARY KEY("tenant","resource","namespace","name")
);

CREATE TABLE "replicas" (
	"id" text PRIMARY KEY NOT NULL,
	"url" text NOT NULL,
	"seen_at" timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE "signing_keys" (
	"tenant" text collate "C" NOT NULL,
	"kid" text collate "C" NOT NULL,
	"public_jwk" jsonb NOT NULL,
	"private_jwk" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"retired_at" timestamp with time zone,
	CONSTRAINT "signing_keys_tenant_kid_pk" PRIMARY KEY("tenant","kid")
);

CREATE TABLE "tenants" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"uid" uuid DEFAULT gen_random_uuid() NOT NULL,
	"revision" bigint DEFAULT 1 NOT NULL,
	"compacted" bigint DEFAULT 1 NOT NULL,
	"settings" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"suspended_at" timestamp with time zone
);

CREATE TABLE "tokens" (
	"tenant" text collate "C" NOT NULL,
	"hash" "bytea" NOT NULL,
	"id" uuid DEFAULT gen_random_uuid() NOT NULL,
	"user_name" text NOT NULL,
	"user_uid" text DEFAULT '' NOT NULL,
	"groups" text[] NOT NULL,
	"description" text DEFAULT '' NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	CONSTRAINT "tokens_tenant_hash_pk" PRIMARY KEY("tenant","hash")
);

CREATE TABLE "work" (
	"tenant" text collate "C" NOT NULL,
	"controller" text collate "C" NOT NULL,
	"key" text collate "C" NOT NULL,
	"run_at" timestamp with time zone DEFAULT now() NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"version" bigint DEFAULT 1 NOT NULL,
	"claimed_until" timestamp with time zone,
	"claim" uuid,
	"last_error" text,
	CONSTRAINT "work_tenant_controller_key_pk" PRIMARY KEY("tenant","controller","key")
);

CREATE INDEX "claims_by_holder" ON "claims" USING btree ("tenant","uid");
CREATE INDEX "objects_by_node" ON "objects" USING btree ("tenant","node") WHERE "objects"."node" is not null;
CREATE INDEX "objects_by_owner" ON "objects" USING gin ("owners");
CREATE INDEX "work_due" ON "work" USING btree ("tenant","run_at");