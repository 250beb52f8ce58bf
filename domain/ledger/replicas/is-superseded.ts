import type { Replication } from "../../events/replication";
import { compareSequencers } from "../../events/uploaded-object";
import type { Queryable } from "../ledger";

/** Whether the file system had this, or something newer, when this was asked: then there is nothing to fetch. */
export async function isSuperseded(ledger: Queryable, { objectKey, sequencer }: Replication): Promise<boolean> {
  const { rows } = await ledger.query<{ sequencer: string }>("SELECT sequencer FROM replica WHERE object_key = $1", [
    objectKey,
  ]);
  return rows[0] !== undefined && compareSequencers(rows[0].sequencer, sequencer) >= 0;
}
