-- Where the files of a subscription go as it is now. A delivery whose own send_queue differs was routed before a change.
ALTER TABLE subscription ADD COLUMN send_queue text NOT NULL GENERATED ALWAYS AS (
  CASE delivery ->> 'kind'
    WHEN 'push' THEN 'push:' || partner || '/' || (delivery ->> 'destination')
    ELSE (delivery ->> 'kind') || ':' || partner
  END) STORED;
