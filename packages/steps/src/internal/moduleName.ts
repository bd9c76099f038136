/** The name by which a Python file is imported, where `src/` is looked through as the project folder is. */
export const moduleName = (path: string): string =>
  path
    .replace(/^src\//, "")
    .replace(/\.py$/, "")
    .replace(/\/__init__$/, "")
    .replaceAll("/", ".")
