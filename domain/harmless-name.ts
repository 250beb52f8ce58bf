/**
 * The name as one path segment that does nothing but be there, wherever it ends up: publishers choose the names, and a
 * subscriber's folder may be the one that its login starts in. What is not harmless becomes an underscore:
 *
 * - separators and control characters;
 * - leading dots: `.bash_profile`, `.forward`, `.netrc` and `.htaccess` are obeyed by the server that they lie on, and
 *   `.` and `..` are folders;
 * - `:`, which on Windows separates a file from a stream inside it, and trailing dots and blanks, which Windows drops, so
 *   that `report.csv.` would be `report.csv`.
 *
 * The empty name stays empty.
 */
export function harmlessName(name: string): string {
  return name
    .replace(/[/\\:\p{Cc}]/gu, "_")
    .replace(/^\.+/, underscores)
    .replace(/[. ]+$/, underscores);
}

const underscores = (dots: string) => "_".repeat(dots.length);
