-- The resources of the program that a row comes from, whatever their inputs: `<function>/<original id>`, two while one
-- replaces the other. An input may be one that the program never noted as applied, or the ledger has forgotten; its
-- resource's end is the partner's end all the same.
ALTER TABLE partner RENAME COLUMN inputs TO sources;
-- From hashes no resource can be told. Until the next apply, the end of any that is for this partner counts.
UPDATE partner SET sources = '{}';
