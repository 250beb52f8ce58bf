import type { Partner } from "./partner";

/** Whether everything is known of a partner's folders: no slip in its file can be what another file seems to lack. */
export const foldersAreKnown = ({ settings, source }: Partner): boolean =>
  !source.mayLack(["folders"]) &&
  settings.folders.every((_, index) =>
    ["virtualPath", "access", "fileGroup"].every((key) => !source.mayLack(["folders", index, key])),
  );
