/**
 * Names under which SFTP clients upload before they rename to the final one: WinSCP (`.filepart`), curl and
 * FileZilla plug-ins (`.part`), rclone (`.partial`), and the common `.tmp`. Globs on the file name. An object with
 * such a name is never routed; the rename that follows makes one that is.
 */
export const temporaryNames: readonly string[] = ["*.filepart", "*.part", "*.partial", "*.tmp"];
