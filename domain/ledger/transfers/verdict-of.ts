/**
 * SQL of the {@link Verdict} on the object version that a row of `table` is about; null while no scan has answered.
 * Several answers count as one, whatever their order: a threat that was found once is there; else one scan that found
 * none will do; else it is the latest failure.
 */
export const verdictOf = (table: "transfer" | "unscanned_placement"): string =>
  `(SELECT jsonb_build_object('status', status, 'threats', threats) FROM scan_result
    WHERE scan_result.bucket = ${table}.bucket AND scan_result.object_key = ${table}.object_key
      AND scan_result.version_id = ${table}.version_id
    ORDER BY status = 'THREATS_FOUND' DESC, status = 'NO_THREATS_FOUND' DESC, at DESC, id DESC LIMIT 1)`;
