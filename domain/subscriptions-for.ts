import { fileNameMatches } from "./file-name-match";

export interface Upload {
  /** Original id of the partner that uploaded. */
  publisher: string;
  fileGroup: string;
  fileName: string;
}

/** The subscriptions that take an uploaded file. A subscriber's own uploads count too, if it asked for the group. */
export function subscriptionsFor<
  Candidate extends { fileGroup: string; publisher: string | null; match: string | null },
>(upload: Upload, subscriptions: readonly Candidate[]): Candidate[] {
  return subscriptions.filter(
    ({ fileGroup, publisher, match }) =>
      fileGroup === upload.fileGroup &&
      (publisher === null || publisher === upload.publisher) &&
      (match === null || fileNameMatches(match, upload.fileName)),
  );
}
