-- Entitlements: written by reconcile alone, one partner a transaction.
CREATE TABLE partner (
  id         text PRIMARY KEY,
  name       text NOT NULL,
  state      text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'disabled')),
  updated_at timestamptz NOT NULL DEFAULT now(),
  -- SHA-256 (hex) of the reconcile input this row comes from; two after an update that did not finish.
  -- A delete whose input is not among them is of a resource that was replaced, and changes nothing.
  inputs     text[] NOT NULL DEFAULT '{}'
);

CREATE TABLE login (
  username         text PRIMARY KEY,
  partner          text NOT NULL UNIQUE REFERENCES partner (id),
  endpoint         text NOT NULL CHECK (endpoint IN ('partner', 'internal')),
  password_version integer,
  source_addresses cidr[] NOT NULL DEFAULT '{}',
  public_keys      text[] NOT NULL DEFAULT '{}'
);

CREATE TABLE folder (
  partner       text NOT NULL REFERENCES partner (id),
  virtual_path  text NOT NULL,
  object_prefix text NOT NULL UNIQUE CHECK (object_prefix LIKE '%/'),
  access        text NOT NULL CHECK (access IN ('upload', 'download', 'both')),
  file_group    text,
  PRIMARY KEY (partner, virtual_path)
);

-- A subscriber's own SFTP server. Rows are never deleted: the history of deliveries refers to them.
CREATE TABLE destination (
  id             text PRIMARY KEY,          -- partner/name
  partner        text NOT NULL REFERENCES partner (id),
  name           text NOT NULL,
  host           text NOT NULL,
  port           integer NOT NULL CHECK (port BETWEEN 1 AND 65535),
  username       text NOT NULL,
  host_keys      text[] NOT NULL CHECK (cardinality(host_keys) BETWEEN 1 AND 2),
  authentication text NOT NULL CHECK (authentication IN ('password', 'key')),
  secret_name     text NOT NULL,
  active         boolean NOT NULL DEFAULT true,
  UNIQUE (partner, name)
);

-- Never deleted either; one that left the files is inactive.
CREATE TABLE subscription (
  id         text PRIMARY KEY,              -- partner/name
  partner    text NOT NULL REFERENCES partner (id),
  name       text NOT NULL,
  file_group text NOT NULL,
  publisher  text,
  match      text,
  transform  jsonb NOT NULL,                -- TransformStep[]
  delivery   jsonb NOT NULL,                -- Delivery
  active     boolean NOT NULL DEFAULT true,
  UNIQUE (partner, name)
);
CREATE INDEX subscription_by_file_group ON subscription (file_group) WHERE active;

-- One received object version.
CREATE TABLE transfer (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  bucket       text NOT NULL,
  object_key   text NOT NULL,
  version_id   text NOT NULL,
  partner      text NOT NULL REFERENCES partner (id),   -- the publisher
  file_group   text NOT NULL,
  file_name    text NOT NULL,
  size         bigint NOT NULL CHECK (size >= 0),       -- bytes
  etag         text NOT NULL,                           -- without quotes
  sequencer    text NOT NULL,                           -- orders events of one key, right-pad with 0 to compare
  state        text NOT NULL DEFAULT 'received' CHECK (state IN ('received', 'routed', 'truncated', 'held')),
  reason       text,
  sha256       text,                                    -- hex; known once a job has read the object
  uploaded_at  timestamptz NOT NULL,                    -- S3's event time
  received_at  timestamptz NOT NULL DEFAULT now(),
  settled_at   timestamptz,                             -- routed or truncated
  UNIQUE (bucket, object_key, version_id)
);
CREATE INDEX transfer_unsettled ON transfer (bucket, object_key) WHERE state IN ('received', 'held');
CREATE INDEX transfer_by_time ON transfer (received_at);

-- What Transfer Family said of an upload's end. It may come before S3's event, so it is kept on its own.
CREATE TABLE upload_end (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event_id   text NOT NULL UNIQUE,                      -- EventBridge's id: a repeat changes nothing
  bucket     text NOT NULL,
  object_key text NOT NULL,
  outcome    text NOT NULL CHECK (outcome IN ('completed', 'failed', 'renamed')),
  etag       text,                                      -- without quotes; absent from some events
  bytes      bigint,
  detail     jsonb NOT NULL,
  at         timestamptz NOT NULL,
  transfer   bigint REFERENCES transfer (id)            -- the transfer it settled; null while none has matched
);
CREATE INDEX upload_end_unmatched ON upload_end (bucket, object_key) WHERE transfer IS NULL;

-- One transfer × one subscription.
CREATE TABLE delivery (
  id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  transfer        bigint NOT NULL REFERENCES transfer (id),
  subscription    text NOT NULL REFERENCES subscription (id),
  state           text NOT NULL CHECK (state IN
                    ('waiting', 'transforming', 'ready', 'sending', 'delivered', 'failed', 'cancelled')),
  -- Which drain works on it next: 'transform:<partner>', 'push:<partner>/<destination>' or 'place:<partner>'.
  queue           text NOT NULL,
  send_queue      text NOT NULL,                        -- the queue once it is ready
  -- What is sent: the original, or the transform's result. Exactly this version is read.
  object_key      text NOT NULL,
  version_id      text NOT NULL,
  size            bigint NOT NULL,
  sha256          text,
  final_name      text NOT NULL,                        -- name under which it is delivered, before a conflict renames it
  delivered_as    text,                                 -- remote path or object key it ended under
  attempts        integer NOT NULL DEFAULT 0,           -- of the current stage
  next_attempt_at timestamptz NOT NULL DEFAULT now(),
  lease_owner     text,
  lease_until     timestamptz,
  -- Set in its own transaction right before the rename: what makes a crash after the rename recognisable.
  renaming_to     text,
  reason          text,
  created_at      timestamptz NOT NULL DEFAULT now(),
  ready_at        timestamptz,
  delivered_at    timestamptz,
  UNIQUE (transfer, subscription),
  CHECK ((state IN ('transforming', 'sending')) = (lease_until IS NOT NULL))
);
-- What the next file of the same name has to wait for.
CREATE INDEX delivery_under_way ON delivery (subscription, final_name, id)
  WHERE state IN ('waiting', 'transforming', 'ready', 'sending');
CREATE INDEX delivery_claimable ON delivery (queue, next_attempt_at, id)
  WHERE state IN ('waiting', 'transforming', 'ready', 'sending');

-- A queue that has, or should have, a job at work. A row is there exactly while somebody must work on the queue.
CREATE TABLE drain (
  queue        text PRIMARY KEY,
  job_id       text,                                    -- Batch job id; null until submitted
  requested_at timestamptz NOT NULL DEFAULT now(),
  -- The job renews it while it works; past it, the sweep submits another.
  lease_until  timestamptz NOT NULL
);

-- Every move of every transfer and delivery.
CREATE TABLE state_change (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  transfer   bigint REFERENCES transfer (id),
  delivery   bigint REFERENCES delivery (id),
  from_state text,
  to_state   text NOT NULL,
  reason     text,
  at         timestamptz NOT NULL DEFAULT clock_timestamp(),
  CHECK ((transfer IS NULL) <> (delivery IS NULL))
);
CREATE INDEX state_change_of_transfer ON state_change (transfer) WHERE transfer IS NOT NULL;
CREATE INDEX state_change_of_delivery ON state_change (delivery) WHERE delivery IS NOT NULL;

-- Rows are written by triggers, so no query can move a state and forget to say so, or take a move that is not allowed.
CREATE TABLE allowed_move (
  subject    text NOT NULL CHECK (subject IN ('transfer', 'delivery')),
  from_state text NOT NULL,
  to_state   text NOT NULL,
  PRIMARY KEY (subject, from_state, to_state)
);
INSERT INTO allowed_move VALUES
  ('transfer', 'received', 'routed'), ('transfer', 'received', 'truncated'), ('transfer', 'received', 'held'),
  ('transfer', 'held', 'routed'), ('transfer', 'held', 'truncated'),
  ('delivery', 'waiting', 'transforming'), ('delivery', 'waiting', 'failed'), ('delivery', 'waiting', 'cancelled'),
  ('delivery', 'transforming', 'waiting'), ('delivery', 'transforming', 'ready'),
  ('delivery', 'transforming', 'failed'), ('delivery', 'transforming', 'cancelled'),
  ('delivery', 'ready', 'sending'), ('delivery', 'ready', 'failed'), ('delivery', 'ready', 'cancelled'),
  ('delivery', 'sending', 'ready'), ('delivery', 'sending', 'delivered'), ('delivery', 'sending', 'failed'),
  ('delivery', 'failed', 'waiting'), ('delivery', 'failed', 'ready');

CREATE FUNCTION record_state_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  subject text := TG_TABLE_NAME;
  previous text := CASE WHEN TG_OP = 'UPDATE' THEN OLD.state END;
BEGIN
  IF previous = NEW.state THEN
    RETURN NEW;
  END IF;
  IF previous IS NOT NULL AND NOT EXISTS (
    SELECT FROM allowed_move m
    WHERE m.subject = TG_TABLE_NAME AND m.from_state = previous AND m.to_state = NEW.state
  ) THEN
    RAISE EXCEPTION '% % may not move from % to %', TG_TABLE_NAME, NEW.id, previous, NEW.state
      USING ERRCODE = 'check_violation';
  END IF;
  IF subject = 'transfer' THEN
    INSERT INTO state_change (transfer, from_state, to_state, reason) VALUES (NEW.id, previous, NEW.state, NEW.reason);
  ELSE
    INSERT INTO state_change (delivery, from_state, to_state, reason) VALUES (NEW.id, previous, NEW.state, NEW.reason);
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER record_state_change AFTER INSERT OR UPDATE OF state ON transfer
  FOR EACH ROW EXECUTE FUNCTION record_state_change();
CREATE TRIGGER record_state_change AFTER INSERT OR UPDATE OF state ON delivery
  FOR EACH ROW EXECUTE FUNCTION record_state_change();
