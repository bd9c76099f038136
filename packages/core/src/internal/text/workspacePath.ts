import { utf8ToBytes } from "@noble/hashes/utils.js"

const reserved = new Set([".git", ".stepwright"])

/** Whether a name is that of a folder that no workflow may write into, on some disk or in Windows' short form. */
export const isReserved = (name: string): boolean => reserved.has(fold(name)) || /^(git|stepwr)~\d+$/i.test(name)

/** Names that Windows keeps for devices. */
const device = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[\d¹²³]) *(\.|$)/i

/** File systems take 255 bytes; what is written beside a file adds some. */
const isTooLong = (name: string) => utf8ToBytes(name).length > 200

/** Systems take 1,024 bytes and more, those of the workspace's folder included. */
const longest = 800

/** Why a path cannot be one of a file below the root, in words that say what to change; `undefined` if it can. */
export const problem = (path: string): string | undefined => {
  // oxlint-disable-next-line no-control-regex -- it is control characters that are refused
  if (/[\u0000-\u001f\u007f]/.test(path) || !path.isWellFormed()) return "the path has a control character in it"
  if (path.includes("\\")) return "the path has a backslash in it; write / between names"
  if (path.startsWith("/") || /^[a-z]:/i.test(path)) return "the path is absolute; make it relative to the workspace"
  if (utf8ToBytes(path).length > longest) return `the path is too long: ${longest} bytes are the most`
  for (const name of path.split("/")) {
    if (name === "") return "the path has an empty name in it"
    if (name === "." || name === "..") return `the path has "${name}" in it; name the file directly`
    if (isReserved(name)) return `nothing is written into ${name}`
    if (device.test(name) || /[. ]$|[<>:"|?*]/.test(name) || isTooLong(name))
      return `"${name}" is no name that every file system takes`
  }
  return undefined
}

/** What is wrong with paths taken together: one twice, two that differ in case only, a file that is a folder too. */
export const conflict = (
  paths: ReadonlyArray<string>
): { readonly path: string; readonly detail: string } | undefined => {
  const folded = new Map<string, string>()
  const folders = new Map<string, string>()
  for (const path of paths) {
    const other = folded.get(fold(path))
    if (other === path) return { path, detail: "the file is there twice" }
    if (other !== undefined)
      return { path, detail: `the path differs from "${other}" in case only, or in Unicode's form` }
    folded.set(fold(path), path)
    for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) {
      const folder = path.slice(0, end)
      const same = folders.get(fold(folder))
      if (same !== undefined && same !== folder) {
        return { path, detail: `the folder "${folder}" differs from "${same}" in case only` }
      }
      folders.set(fold(folder), folder)
    }
  }
  for (const path of paths) {
    if (folders.has(fold(path))) return { path, detail: "it is a file here and a folder of another path" }
  }
  return undefined
}

/** What some file system takes as one name: it ignores case, Unicode's form, or characters that nobody sees. */
export const fold = (path: string): string =>
  path
    .replace(/\p{Default_Ignorable_Code_Point}/gu, "")
    // both ways: ß is SS, and ſ is S
    .toUpperCase()
    .toLowerCase()
    .normalize("NFC")
