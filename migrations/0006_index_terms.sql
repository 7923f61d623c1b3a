-- What a label selector finds in a namespace is found by an index, at a cost that does not grow with the namespace: one
-- entry a label, a hash of where the object is and what the label says, so that one index serves all tenants and what is
-- common elsewhere costs nothing here. Collisions do no harm: labels are compared after that.
ALTER TABLE "objects" ADD COLUMN "terms" bigint[];

CREATE FUNCTION kedge_term(p_tenant text, p_resource text, p_namespace text, p_key text, p_value text) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN hashtextextended(p_tenant || chr(31) || p_resource || chr(31) || p_namespace || chr(31) || p_key || '=' || p_value, 0);

-- Of which resources: those that live in large namespaces and are looked for by label (storage/postgres/terms.ts).
CREATE FUNCTION kedge_indexes_labels(p_resource text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN p_resource IN ('pods', 'endpointslices.discovery.k8s.io');

UPDATE objects SET terms = (
  SELECT array_agg(kedge_term(tenant, resource, namespace, key, value)) FROM jsonb_each_text(labels))
WHERE kedge_indexes_labels(resource);

CREATE INDEX "objects_by_term" ON "objects" USING gin ("terms") WITH (fastupdate=false) WHERE "objects"."terms" is not null;

-- As before, and with the terms of what it writes.
CREATE OR REPLACE FUNCTION kedge_write(p_tenant text, p_writes json) RETURNS json
LANGUAGE plpgsql VOLATILE
-- Every statement here is a lookup by key. Without this, a plan made while a table was small would scan it for ever.
SET enable_seqscan = off
AS $$
DECLARE
  v_start bigint;
  v_revision bigint;
  v_slot smallint;
  v_write record;
  v_old objects%ROWTYPE;
  v_phase text;
  v_open_namespace text;
  v_node text;
  v_terms bigint[];
  v_pools text[];
  v_results json[] := '{}';
BEGIN
  SELECT revision INTO v_start FROM tenants WHERE id = p_tenant FOR UPDATE;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  v_revision := v_start;
  SELECT slot INTO v_slot FROM change_slots ORDER BY began_at DESC LIMIT 1;

  FOR v_write IN
    SELECT * FROM json_to_recordset(p_writes) AS w(
      op text, resource text, namespace text, name text, uid text, "expectedRevision" bigint, body text,
      labels jsonb, fields jsonb, owners text[], claims json)
  LOOP
    IF v_write.op = 'create' AND v_write.namespace <> '' AND v_write.namespace IS DISTINCT FROM v_open_namespace THEN
      SELECT coalesce(fields ->> 'status.phase', '') INTO v_phase FROM objects
        WHERE tenant = p_tenant AND resource = 'namespaces' AND namespace = '' AND name = v_write.namespace;
      IF NOT FOUND THEN
        v_results := v_results || json_build_object('result', 'namespaceNotFound');
        CONTINUE;
      ELSIF v_phase = 'Terminating' THEN
        v_results := v_results || json_build_object('result', 'namespaceTerminating');
        CONTINUE;
      END IF;
      v_open_namespace := v_write.namespace;
    END IF;

    SELECT * INTO v_old FROM objects
      WHERE tenant = p_tenant AND resource = v_write.resource
        AND namespace = v_write.namespace AND name = v_write.name;
    IF v_write.op = 'create' THEN
      IF FOUND THEN
        v_results := v_results || json_build_object('result', 'exists');
        CONTINUE;
      END IF;
    ELSIF NOT FOUND THEN
      v_results := v_results || json_build_object('result', 'notFound');
      CONTINUE;
    ELSIF v_old.uid <> v_write.uid OR v_old.revision <> v_write."expectedRevision" THEN
      v_results := v_results || json_build_object('result', 'conflict', 'current', json_build_object(
        'resource', v_old.resource, 'namespace', v_old.namespace, 'name', v_old.name,
        'uid', v_old.uid, 'revision', v_old.revision, 'body', v_old.body));
      CONTINUE;
    END IF;

    IF v_write.claims IS NOT NULL THEN
      SELECT array_agg(DISTINCT held.pool) INTO v_pools
        FROM json_to_recordset(v_write.claims) AS wanted(pool text, value text)
        JOIN claims held ON held.tenant = p_tenant AND held.pool = wanted.pool AND held.value = wanted.value
        WHERE held.uid <> v_write.uid;
      IF v_pools IS NOT NULL THEN
        v_results := v_results || json_build_object('result', 'claimed', 'taken', (
          SELECT json_object_agg(each.pool, each.held) FROM (
            SELECT pool, json_agg(value) AS held FROM claims
              WHERE tenant = p_tenant AND pool = ANY (v_pools) AND uid <> v_write.uid GROUP BY pool) each));
        CONTINUE;
      END IF;
    END IF;

    -- Nothing can refuse this write any more.
    v_revision := v_revision + 1;
    IF v_write.op = 'delete' OR (v_write.op = 'update' AND v_write.claims IS NOT NULL) THEN
      DELETE FROM claims WHERE tenant = p_tenant AND uid = v_write.uid;
    END IF;
    IF v_write.claims IS NOT NULL THEN
      INSERT INTO claims (tenant, pool, value, resource, namespace, name, uid)
        SELECT DISTINCT p_tenant, wanted.pool, wanted.value,
               v_write.resource, v_write.namespace, v_write.name, v_write.uid
        FROM json_to_recordset(v_write.claims) AS wanted(pool text, value text);
    END IF;
    IF v_write.resource = 'namespaces' THEN
      v_open_namespace := NULL;
    END IF;
    IF v_write.op <> 'delete' THEN
      v_node := CASE WHEN v_write.resource = 'pods' THEN nullif(v_write.fields ->> 'spec.nodeName', '') END;
      IF v_write.op = 'update' AND v_old.labels = v_write.labels THEN
        v_terms := v_old.terms;
      ELSIF kedge_indexes_labels(v_write.resource) THEN
        SELECT array_agg(kedge_term(p_tenant, v_write.resource, v_write.namespace, key, value)) INTO v_terms
          FROM jsonb_each_text(v_write.labels);
      ELSE
        v_terms := NULL;
      END IF;
    END IF;

    CASE v_write.op
    WHEN 'create' THEN
      INSERT INTO objects (tenant, resource, namespace, name, uid, revision, labels, fields, owners, node, terms, body)
        VALUES (p_tenant, v_write.resource, v_write.namespace, v_write.name, v_write.uid, v_revision,
                v_write.labels, v_write.fields, v_write.owners, v_node, v_terms, v_write.body);
      INSERT INTO changes (tenant, revision, slot, type, resource, namespace, name, uid, labels, fields, body)
        VALUES (p_tenant, v_revision, v_slot, 'ADDED', v_write.resource, v_write.namespace, v_write.name,
                v_write.uid, v_write.labels, v_write.fields, v_write.body);
    WHEN 'update' THEN
      UPDATE objects SET revision = v_revision, labels = v_write.labels, fields = v_write.fields,
                         owners = v_write.owners, node = v_node, terms = v_terms, body = v_write.body
        WHERE tenant = p_tenant AND resource = v_write.resource
          AND namespace = v_write.namespace AND name = v_write.name;
      INSERT INTO changes (tenant, revision, slot, type, resource, namespace, name, uid, labels, fields, body,
                           previous_revision, previous_labels, previous_fields, previous_body)
        VALUES (p_tenant, v_revision, v_slot, 'MODIFIED', v_write.resource, v_write.namespace, v_write.name,
                v_write.uid, v_write.labels, v_write.fields, v_write.body, v_old.revision,
                CASE WHEN v_old.labels <> v_write.labels THEN v_old.labels END,
                CASE WHEN v_old.fields <> v_write.fields THEN v_old.fields END,
                v_old.body);
    WHEN 'delete' THEN
      DELETE FROM objects
        WHERE tenant = p_tenant AND resource = v_write.resource
          AND namespace = v_write.namespace AND name = v_write.name;
      INSERT INTO changes (tenant, revision, slot, type, resource, namespace, name, uid, labels, fields, body,
                           previous_revision)
        VALUES (p_tenant, v_revision, v_slot, 'DELETED', v_old.resource, v_old.namespace, v_old.name,
                v_old.uid, v_old.labels, v_old.fields, v_old.body, v_old.revision);
    END CASE;
    v_results := v_results || json_build_object('result', 'ok', 'revision', v_revision);
  END LOOP;

  IF v_revision > v_start THEN
    UPDATE tenants SET revision = v_revision WHERE id = p_tenant;
  END IF;
  RETURN array_to_json(v_results);
END $$;
