-- The whole DDL of a Rowcast ledger: applied at every start, in one transaction under an advisory lock, idempotent.
--
-- The caller sets three settings before: rowcast.ledger (the schema's name), rowcast.views (the schema of the tables'
-- views) and rowcast.server (the role that the server works as), and puts the ledger's schema first in search_path.
-- Everything here belongs to the role that applies it. The server's role may read and append to the log and nothing
-- more; a trigger says so again for whoever owns the tables.

DO $$
BEGIN
  EXECUTE format('CREATE SCHEMA IF NOT EXISTS %I', current_setting('rowcast.ledger'));
  EXECUTE format('CREATE SCHEMA IF NOT EXISTS %I', current_setting('rowcast.views'));
  EXECUTE format('SET LOCAL search_path = %I', current_setting('rowcast.ledger'));
END $$;

-- The log's head: one row, locked by every transaction that writes, so that seq has no hole, no reuse, and is in
-- commit order. (A sequence would give a reader 2 before 1, and a hole where a transaction rolled back.)
CREATE TABLE IF NOT EXISTS head (
  single    boolean PRIMARY KEY DEFAULT true CHECK (single),
  epoch     text COLLATE "C" NOT NULL,
  seq       bigint NOT NULL CHECK (seq >= 0),
  -- When the last change was recorded: time in the log never runs backwards.
  at        timestamptz NOT NULL,
  -- The last change of any table's definition: whoever keeps definitions in memory compares it.
  schema_seq bigint NOT NULL CHECK (schema_seq <= seq),
  -- The right edge of the Merkle tree over the whole log: the roots of its largest complete subtrees, 32 bytes each.
  -- NULL in a ledger from before there was a tree; the server then builds it at its start.
  peaks     bytea
) WITH (fillfactor = 10);
ALTER TABLE head ADD COLUMN IF NOT EXISTS peaks bytea;

-- The log. `entry` is the exact UTF-8 text of the entry, never parsed and re-printed; the columns beside it only find it.
CREATE TABLE IF NOT EXISTS change (
  seq        bigint PRIMARY KEY CHECK (seq > 0),
  -- The table's life: the seq of its creation. A table that is dropped and made again has another.
  table_id   bigint NOT NULL,
  -- NULL when the change is of the table itself.
  key        text COLLATE "C",
  -- Seq of the last change of the same command: where a group ends.
  group_last bigint NOT NULL CHECK (group_last >= seq),
  entry      text NOT NULL
);
CREATE INDEX IF NOT EXISTS change_by_table ON change (table_id, seq);
CREATE INDEX IF NOT EXISTS change_by_row ON change (table_id, key, seq) WHERE key IS NOT NULL;

-- Of the changes of the tables themselves there are few: what they were like is found without a look at their rows.
CREATE INDEX IF NOT EXISTS change_of_table ON change (table_id, seq) WHERE key IS NULL;
-- Deletes, so that a look back passes over rows that were gone before. Others are in there that have this text in a cell;
-- every row is looked up in the log anyhow.
CREATE INDEX IF NOT EXISTS change_deleted ON change (table_id, seq) WHERE key IS NOT NULL AND strpos(entry, '"op":"delete"') > 0;
CREATE INDEX IF NOT EXISTS change_deleted_by_key ON change (table_id, key, seq) WHERE key IS NOT NULL AND strpos(entry, '"op":"delete"') > 0;

-- The Merkle tree over the log (RFC 6962) in tiles of 256, as proofs read it: full tiles only, written when their last
-- leaf is; what is behind the last full one is hashed from the entries. A tile of level n is over 256^(n+1) entries.
CREATE TABLE IF NOT EXISTS tile (
  level  bigint NOT NULL CHECK (level >= 0),
  index  bigint NOT NULL CHECK (index >= 0),
  -- The root of the tile.
  hash   bytea NOT NULL CHECK (octet_length(hash) = 32),
  -- Of level 0: the hashes of its 256 entries, one after another.
  leaves bytea CHECK ((level = 0) = (leaves IS NOT NULL) AND octet_length(leaves) = 8192),
  PRIMARY KEY (level, index)
);
-- Hashes do not compress, and proofs read parts of them.
ALTER TABLE tile ALTER COLUMN leaves SET STORAGE EXTERNAL;
-- Of level 0: roots of subtrees, so that a proof hashes little: over each 16 of its entries, then over 2, 4, 8 ... tiles,
-- as far as they end with this one. NULL in what was written before 0.4.0: there they are hashed when they are asked for.
ALTER TABLE tile ADD COLUMN IF NOT EXISTS nodes bytea
  CHECK (nodes IS NULL OR (level = 0 AND octet_length(nodes) >= 512 AND octet_length(nodes) % 32 = 0));

-- Names for seqs, given once and for ever.
CREATE TABLE IF NOT EXISTS tag (
  name    text COLLATE "C" PRIMARY KEY,
  seq     bigint NOT NULL CHECK (seq >= 0),
  at      timestamptz NOT NULL DEFAULT clock_timestamp(),
  by      text NOT NULL,
  why     text,
  -- The request that set it and what it asked for, so that the same one again is answered again.
  request text COLLATE "C" NOT NULL,
  asked   text NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS tag_by_request ON tag (request);

-- Commands that were accepted, for ever: an id takes effect once, and its first answer is kept.
CREATE TABLE IF NOT EXISTS command (
  id     text COLLATE "C" PRIMARY KEY,
  -- HMAC-SHA256 of who asked for what, so that values of sealed columns cannot be tried against it (in older ledgers: SHA-256): the same id with another body is an error.
  body   bytea NOT NULL,
  answer text NOT NULL
);

CREATE OR REPLACE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the % is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON change
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON tile
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON tag
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON command
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

-- Projections: what the log adds up to, written in the transaction that appends. They can be made again from the log.

CREATE TABLE IF NOT EXISTS table_projection (
  id         bigint PRIMARY KEY,
  name       text COLLATE "C" NOT NULL,
  definition json NOT NULL,
  -- Seq of the last change of the definition.
  changed    bigint NOT NULL,
  -- Seq of the drop. A dropped table stays, so that its history can be found by name.
  dropped    bigint
);
CREATE UNIQUE INDEX IF NOT EXISTS table_projection_living ON table_projection (name) WHERE dropped IS NULL;
CREATE INDEX IF NOT EXISTS table_projection_by_name ON table_projection (name);
-- Rows of lives of a table name them by their id. No foreign key says so: it would look up the table of each row that is
-- written, a sixth of what PostgreSQL does for a large insert. The server writes rows of tables only that it has read under
-- the head's lock, lives stay for ever, as this trigger says, and `verify --database` finds rows of a table that there is not.
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OF id OR DELETE OR TRUNCATE ON table_projection
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

CREATE TABLE IF NOT EXISTS row_projection (
  table_id bigint NOT NULL,
  key      text COLLATE "C" NOT NULL,
  version  bigint NOT NULL,
  -- The row's last change: seq, when, by whom.
  seq      bigint NOT NULL,
  at       text COLLATE "C" NOT NULL,
  by       text NOT NULL,
  -- json, not jsonb: it keeps the text as it was written, and with it the order of names inside a json cell.
  cells    json NOT NULL,
  PRIMARY KEY (table_id, key)
);

-- Which row holds a value of a unique column. The value is hashed, as an index takes no long ones.
CREATE TABLE IF NOT EXISTS unique_projection (
  table_id bigint NOT NULL,
  "column" text COLLATE "C" NOT NULL,
  value    bytea NOT NULL,
  key      text COLLATE "C" NOT NULL,
  PRIMARY KEY (table_id, "column", value)
);

-- Until 0.4.0 both had foreign keys to the tables' lives.
DO $$
DECLARE
  reference record;
BEGIN
  FOR reference IN
    SELECT conrelid::regclass AS of_table, conname AS name FROM pg_constraint
    WHERE contype = 'f' AND confrelid = 'table_projection'::regclass
      AND conrelid IN ('row_projection'::regclass, 'unique_projection'::regclass)
  LOOP
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', reference.of_table, reference.name);
  END LOOP;
END $$;

-- What sealed cells stand for: the values, with the salts that keep their commitments from being guessed. Of all tables
-- this one only has them; the log and the projections have the commitments. An erase deletes rows for good.
CREATE TABLE IF NOT EXISTS sealed_cell (
  -- base64url of SHA-256(0x02, salt, value): see protocol/sealed.ts.
  commitment text COLLATE "C" PRIMARY KEY,
  table_id   bigint NOT NULL,
  key        text COLLATE "C" NOT NULL,
  -- As the column is called now.
  "column"   text COLLATE "C" NOT NULL,
  salt       bytea NOT NULL CHECK (octet_length(salt) = 32),
  -- The cell's JSON, to the letter.
  value      text NOT NULL
);

-- Commands of large batches that are laid ready, part by part, until they are committed: then they are deleted, and so
-- are those that nobody goes on with. They hold values of sealed columns as sealed_cell does, for that time.
CREATE TABLE IF NOT EXISTS staged_part (
  stage    text COLLATE "C" NOT NULL,
  part     bigint NOT NULL CHECK (part >= 0),
  by       text COLLATE "C" NOT NULL,
  -- How many commands, as JSON, in how many bytes.
  steps    bigint NOT NULL,
  bytes    bigint NOT NULL,
  commands text NOT NULL,
  added    timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (stage, part)
);
CREATE INDEX IF NOT EXISTS staged_part_by_user ON staged_part (by);

-- Lays a part ready, unless the very same is there, or `bytes_max` would be passed: `outcome` says which, and `staged` how
-- many bytes the account has then, or would have. One statement, as a large batch has many parts and others wait meanwhile.
CREATE OR REPLACE FUNCTION stage_part(
  of_stage text, nth bigint, owner text, step_count bigint, byte_count bigint, text_of_commands text, bytes_max bigint,
  OUT outcome text, OUT staged bigint
) LANGUAGE plpgsql AS $$
DECLARE
  found text;
BEGIN
  -- One part of an account at a time, or two at once would both find room for the last bytes.
  PERFORM pg_advisory_xact_lock(hashtextextended('rowcast stages of ' || owner, 0));
  SELECT coalesce(sum(bytes), 0) INTO staged FROM staged_part WHERE by = owner;
  SELECT by INTO found FROM staged_part WHERE stage = of_stage LIMIT 1;
  IF found <> owner THEN
    outcome := 'foreign';
    RETURN;
  END IF;
  SELECT commands INTO found FROM staged_part WHERE stage = of_stage AND part = nth;
  IF found IS NOT NULL THEN
    outcome := CASE WHEN found = text_of_commands THEN 'kept' ELSE 'another' END;
    RETURN;
  END IF;
  staged := staged + byte_count;
  IF staged > bytes_max THEN
    outcome := 'too much';
    RETURN;
  END IF;
  INSERT INTO staged_part (stage, part, by, steps, bytes, commands)
  VALUES (of_stage, nth, owner, step_count, byte_count, text_of_commands);
  outcome := 'kept';
END $$;

-- Who may do what, and who is here. Nothing of this is in the log, and nothing of the log depends on it.

CREATE TABLE IF NOT EXISTS account (
  name     text COLLATE "C" PRIMARY KEY,
  role     text NOT NULL CHECK (role IN ('viewer', 'administrator')),
  -- scrypt$N$r$p$salt$hash
  password text NOT NULL,
  disabled boolean NOT NULL DEFAULT false,
  created  timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Which lines of [administrators] were applied, as SHA-256: one that is unchanged is not applied again, so that what was
-- changed from a client stays.
CREATE TABLE IF NOT EXISTS applied_administrator (
  name text COLLATE "C" PRIMARY KEY,
  line bytea NOT NULL
);

-- Sessions from before there were accounts: their tokens are none any more.
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('session') AND attname = 'token_hash') THEN
    DROP TABLE session;
  END IF;
END $$;

-- Who is logged in. The secret that proves a session is not kept: servers derive it from the id and their signing key.
CREATE TABLE IF NOT EXISTS session (
  id      text COLLATE "C" PRIMARY KEY,
  "user"  text COLLATE "C" NOT NULL REFERENCES account ON DELETE CASCADE,
  created timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- Its last use, written at most once a minute.
  used    timestamptz NOT NULL DEFAULT clock_timestamp(),
  expires timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS session_by_user ON session ("user");

-- The client keys that a session has opened the feed to.
CREATE TABLE IF NOT EXISTS session_key (
  session text COLLATE "C" NOT NULL REFERENCES session ON DELETE CASCADE,
  key     text COLLATE "C" NOT NULL,
  added   timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (session, key)
);
CREATE INDEX IF NOT EXISTS session_key_by_key ON session_key (key);

-- What happened to sessions and accounts, for administrators.
CREATE TABLE IF NOT EXISTS audit (
  seq     bigint PRIMARY KEY CHECK (seq > 0),
  at      timestamptz NOT NULL DEFAULT clock_timestamp(),
  what    text COLLATE "C" NOT NULL,
  by      text COLLATE "C" NOT NULL,
  details json NOT NULL,
  -- Of a request that changes an account: its id, which takes effect once, who asked for what (an HMAC), and the answer.
  request text COLLATE "C" UNIQUE,
  body    bytea,
  answer  text,
  CHECK ((request IS NULL) = (body IS NULL) AND (request IS NULL) = (answer IS NULL))
);
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

-- The typed view of a table, for psql and reporting tools. It is replaced whenever the table's columns change.
-- SECURITY DEFINER: the server's role may not create anything by itself.
CREATE OR REPLACE FUNCTION refresh_view(life bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  described table_projection;
  columns   text;
  -- Not a setting of ours: only a superuser may put one of those on a function.
  views     text := current_schema() || '_tables';
BEGIN
  SELECT * INTO STRICT described FROM table_projection WHERE id = life;
  EXECUTE format('DROP VIEW IF EXISTS %I.%I', views, described.name);
  IF described.dropped IS NOT NULL THEN
    RETURN;
  END IF;
  SELECT coalesce(string_agg(
    CASE
      WHEN item.value ->> 'sealed' = 'true' THEN
        format('cells -> %L ->> ''sealed'' AS %I', item.value ->> 'name', item.value ->> 'name')
      WHEN item.value ->> 'type' = 'json' THEN format('cells -> %L AS %I', item.value ->> 'name', item.value ->> 'name')
      ELSE format('(cells ->> %L)::%s AS %I', item.value ->> 'name', sql_type(item.value ->> 'type'), item.value ->> 'name')
    END || ', ', '' ORDER BY item.position), '')
  INTO columns
  FROM json_array_elements(described.definition -> 'columns') WITH ORDINALITY AS item (value, position);
  EXECUTE format(
    'CREATE VIEW %I.%I AS SELECT %s key AS _key, version AS _version, seq AS _seq, at::timestamptz AS _at, by AS _by '
    'FROM row_projection WHERE table_id = %s',
    views, described.name, columns, life);
  EXECUTE format('GRANT SELECT ON %I.%I TO PUBLIC', views, described.name);
END $$;

-- A text as the JSON that it is; NULL of one that is none.
CREATE OR REPLACE FUNCTION json_or_null(candidate text) RETURNS json LANGUAGE plpgsql IMMUTABLE STRICT AS $$
BEGIN
  RETURN candidate::json;
EXCEPTION WHEN invalid_text_representation THEN
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION sql_type(type text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE type
    WHEN 'text' THEN 'text'
    WHEN 'integer' THEN 'bigint'
    WHEN 'number' THEN 'double precision'
    WHEN 'decimal' THEN 'numeric'
    WHEN 'boolean' THEN 'boolean'
    WHEN 'date' THEN 'date'
    WHEN 'timestamp' THEN 'timestamptz'
  END
$$;

-- Rights of the server's role, given anew at every start. SELECT ... FOR UPDATE on the head asks for UPDATE.
DO $$
DECLARE
  server text := current_setting('rowcast.server');
BEGIN
  IF server = current_user THEN
    -- One role for both: it keeps what applying this again needs, and gives up what would rewrite the log.
    EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON change, tile, tag, command, audit FROM %I', server);
    RETURN;
  END IF;
  EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA %I FROM PUBLIC, %I', current_setting('rowcast.ledger'), server);
  EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', current_setting('rowcast.ledger'), server);
  EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', current_setting('rowcast.views'), server);
  EXECUTE format('GRANT SELECT, INSERT ON change, tile, tag, command, audit TO %I', server);
  EXECUTE format('GRANT SELECT, UPDATE ON head TO %I', server);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE ON table_projection TO %I', server);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON row_projection, unique_projection, sealed_cell TO %I', server);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON account, applied_administrator TO %I', server);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON session, session_key, staged_part TO %I', server);
  EXECUTE format('REVOKE ALL ON FUNCTION refresh_view FROM PUBLIC');
  EXECUTE format('GRANT EXECUTE ON FUNCTION refresh_view TO %I', server);
END $$;
