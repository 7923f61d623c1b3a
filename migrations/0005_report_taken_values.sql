-- breaking
-- A write that wants what another object holds is told all that is held of those pools, so that its next try picks from
-- what is free: told one value a try, it would give up in pools that are nearly full. Nothing else differs from 0002.
--
-- Answers each write of an array on its own, in order, in one round trip (the contract is Store.write). The tenant's
-- row lock is taken first and held to the commit, so that revision order is commit order. Returns null when there is no
-- such tenant. A write that fails leaves nothing behind, because all that can fail is asked before anything is changed.
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
    END IF;

    CASE v_write.op
    WHEN 'create' THEN
      INSERT INTO objects (tenant, resource, namespace, name, uid, revision, labels, fields, owners, node, body)
        VALUES (p_tenant, v_write.resource, v_write.namespace, v_write.name, v_write.uid, v_revision,
                v_write.labels, v_write.fields, v_write.owners, v_node, v_write.body);
      INSERT INTO changes (tenant, revision, slot, type, resource, namespace, name, uid, labels, fields, body)
        VALUES (p_tenant, v_revision, v_slot, 'ADDED', v_write.resource, v_write.namespace, v_write.name,
                v_write.uid, v_write.labels, v_write.fields, v_write.body);
    WHEN 'update' THEN
      UPDATE objects SET revision = v_revision, labels = v_write.labels, fields = v_write.fields,
                         owners = v_write.owners, node = v_node, body = v_write.body
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
