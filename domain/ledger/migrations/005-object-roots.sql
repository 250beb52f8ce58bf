-- Which partner the objects below a first segment of the bucket (`acme/`) are of, for good: also after the partner was
-- renamed, has left, or has no folder there any more. No other may ever get the segment as the root of its folders.
CREATE TABLE object_root (
  root    text PRIMARY KEY,                             -- an original id
  partner text NOT NULL REFERENCES partner (id) ON UPDATE CASCADE
);
INSERT INTO object_root
  SELECT split_part(object_prefix, '/', 1), min(partner) FROM folder GROUP BY 1;
INSERT INTO object_root
  SELECT id, id FROM partner WHERE NOT EXISTS (SELECT FROM object_root WHERE object_root.partner = partner.id)
  ON CONFLICT DO NOTHING;

GRANT SELECT, INSERT ON object_root TO quayside_service;
