-- What lets an attempt find out what became of the one before it, and keeps the two out of each other's way.
ALTER TABLE delivery
  -- How often a job has claimed it. Unlike attempts it never goes back, so a name made with it is of one claim alone.
  ADD COLUMN claims integer NOT NULL DEFAULT 0,
  -- Beside renaming_to, of a push: the server (host:port), which may be another one by now, and the remote path of the
  -- temporary file that was about to be renamed there.
  ADD COLUMN renaming_server text,
  ADD COLUMN renaming_from text,
  -- When that file was last changed, by the server's clock: an older file in renaming_to is not this one. Null where
  -- the server does not say.
  ADD COLUMN renaming_modified_at timestamptz,
  -- How often a job's lease of it lapsed: the job died, perhaps of this file, perhaps of one beside it.
  ADD COLUMN lapses integer NOT NULL DEFAULT 0;
