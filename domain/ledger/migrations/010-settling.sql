-- When an upload began: what was stored before cannot be its part.
ALTER TABLE upload_end ADD COLUMN started_at timestamptz;

-- A failure that named no etag may have been taken for another upload's, until that one's own event comes.
INSERT INTO allowed_move VALUES ('transfer', 'truncated', 'received');
CREATE INDEX transfer_truncated ON transfer (bucket, object_key) WHERE state = 'truncated';
