-- Folders whose files are copied to the stack's file system.
ALTER TABLE folder ADD COLUMN replicate boolean NOT NULL DEFAULT false;

-- What a malware scan said of an object version. It may come before S3's own event, more than once, and again after an
-- operator has asked for another scan; every answer is kept.
CREATE TABLE scan_result (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event_id    text NOT NULL UNIQUE,                     -- EventBridge's id: a repeat changes nothing
  bucket      text NOT NULL,
  object_key  text NOT NULL,
  version_id  text NOT NULL,
  status      text NOT NULL CHECK
                (status IN ('NO_THREATS_FOUND', 'THREATS_FOUND', 'UNSUPPORTED', 'ACCESS_DENIED', 'FAILED')),
  threats     text[] NOT NULL DEFAULT '{}',             -- their names
  at          timestamptz NOT NULL,
  received_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX scan_result_of_version ON scan_result (bucket, object_key, version_id);

-- An upload whose end is known may still wait for its scan.
CREATE INDEX upload_end_of_transfer ON upload_end (transfer) WHERE transfer IS NOT NULL;

ALTER TABLE transfer
  DROP CONSTRAINT transfer_state_check,
  ADD CONSTRAINT transfer_state_check CHECK (state IN ('received', 'routed', 'truncated', 'held', 'quarantined'));
INSERT INTO allowed_move VALUES ('transfer', 'received', 'quarantined'), ('transfer', 'held', 'quarantined');

-- Versions that we placed into a replicated folder, as long as they wait for their scan. Uploads wait as transfers.
CREATE TABLE unscanned_placement (
  bucket        text NOT NULL,
  object_key    text NOT NULL,
  version_id    text NOT NULL,
  size          bigint NOT NULL,
  sequencer     text NOT NULL,
  placed_at     timestamptz NOT NULL,                   -- S3's event time
  received_at   timestamptz NOT NULL DEFAULT now(),
  missed_at     timestamptz,                            -- when the sweep said that no scan result came
  PRIMARY KEY (bucket, object_key, version_id)
);

-- What the file system holds of each object key, and what it must not go back to.
CREATE TABLE replica (
  object_key    text PRIMARY KEY,
  sequencer     text NOT NULL,                          -- of the newest event; right-pad with 0 to compare
  version_id    text NOT NULL,
  removed       boolean NOT NULL,
  replicated_at timestamptz NOT NULL DEFAULT now()
);

GRANT SELECT, INSERT ON scan_result TO quayside_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON unscanned_placement TO quayside_service;

DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'quayside_replicate') THEN
    CREATE ROLE quayside_replicate LOGIN;
  END IF;
END $$;
GRANT rds_iam TO quayside_replicate;

-- replicate knows nothing of partners and transfers.
GRANT SELECT, INSERT, UPDATE ON replica TO quayside_replicate;
