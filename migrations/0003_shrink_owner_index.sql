-- Most objects have no owners and need no entry: by this condition the planner knows that the index is small. Without a
-- pending list, which each lookup would have to read whole.
DROP INDEX "objects_by_owner";
CREATE INDEX "objects_by_owner" ON "objects" USING gin ("owners") WITH (fastupdate=false) WHERE "objects"."owners" <> '{}';
