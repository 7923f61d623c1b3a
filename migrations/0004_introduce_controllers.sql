DROP INDEX "work_due";
ALTER TABLE "cursors" ADD COLUMN "seen" integer[] DEFAULT '{}' NOT NULL;
ALTER TABLE "cursors" ADD COLUMN "advanced_at" timestamp with time zone DEFAULT now() NOT NULL;
CREATE INDEX "work_next" ON "work" USING btree ("run_at");
CREATE INDEX "work_due" ON "work" USING btree ("tenant","controller","run_at");