-- When an upload began: what was stored before cannot be its part.
ALTER TABLE upload_end ADD COLUMN started_at timestamptz;

-- A failure that named no etag may have been taken for another upload's, until that one's own event comes.
INSERT INTO allowed_move VALUES ('transfer', 'truncated', 'received');
CREATE INDEX transfer_truncated ON transfer (bucket, object_key) WHERE state = 'truncated';

-- In which order the files of one name are delivered: that of their uploads, whenever their events came. Without the
-- zeros at its end, S3's sequencer compares as it does when the shorter one is padded with them.
ALTER TABLE delivery ADD COLUMN sequencer text COLLATE "C" NOT NULL DEFAULT '';
UPDATE delivery SET sequencer = rtrim(transfer.sequencer, '0') FROM transfer WHERE transfer.id = delivery.transfer;
DROP INDEX delivery_under_way;
CREATE INDEX delivery_under_way ON delivery (subscription, final_name, sequencer, id)
  WHERE state IN ('waiting', 'transforming', 'ready', 'sending');
-- Also what a rename needs.
DROP INDEX delivery_of_subscription;
CREATE INDEX delivery_in_order ON delivery (subscription, final_name, sequencer);

-- Routing reads the subscriptions to all publishers of a group, and those to one.
DROP INDEX subscription_by_file_group;
CREATE INDEX subscription_by_file_group ON subscription (file_group, publisher) WHERE active;

-- News of a transfer that was not passed on, until its publisher has been told.
ALTER TABLE transfer ADD COLUMN untold_since timestamptz;
CREATE INDEX transfer_untold ON transfer (untold_since) WHERE untold_since IS NOT NULL;
