/**
 * Names under which SFTP clients upload before they rename to the final one: WinSCP (`.filepart`), curl and
 * FileZilla plug-ins (`.part`), rclone (`.partial`), and the common `.tmp`. Globs on the file name. An object with
 * such a name is never routed; the rename that follows makes one that is.
 */
export const temporaryNames: readonly string[] = ["*.filepart", "*.part", "*.partial", "*.tmp"];

/**
 * What a stack may name instead: endings, each a `*` and a separator with what follows it (`*.part`, `*_tmp`, `*~`). They
 * become resources of session policies, below the partner's prefix, and there `*` takes slashes as well: `part*` would be
 * every key of a folder `/partner-claims`, to read and to delete. An ending without a slash or another wildcard means the
 * same to IAM as to us.
 */
export const temporaryNameForm = /^\*[._~#@+=-][\w.~#@+=-]*$/;
