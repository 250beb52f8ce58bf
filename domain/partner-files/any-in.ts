/** Whether any of the files is below a path that ends in `/`. */
export const anyIn = (files: ReadonlySet<string>, folder: string) => [...files].some((file) => file.startsWith(folder));
