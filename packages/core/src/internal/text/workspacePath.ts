import { utf8ToBytes } from "@noble/hashes/utils.js"
import { actsAlone } from "./actsAlone.ts"

const reserved = new Set([".git", ".stepwright"])

/** Whether a name is that of a folder that no workflow may write into, on some disk or in Windows' short form. */
export const isReserved = (name: string): boolean => reserved.has(fold(name)) || /^(git|stepwr)~\d+$/i.test(name)

/** Names that Windows keeps for devices. */
const device = /^(con|prn|aux|nul|clock\$|conin\$|conout\$|(com|lpt)[\d¹²³]) *(\.|$)/i

/** A name that Windows gives to a file with a longer one. */
const short = /^[^. ]{1,6}~\d{1,6}(\.[^. ]{0,3})?$/

/** File systems take 255 bytes; what is written beside a file adds some. */
const longestName = 200

/** Systems take 1,024 bytes and more, those of the workspace's folder included. */
const longest = 800

const invisible = /[\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/u

/** In words of these scripts, one that joins two letters or keeps them apart. */
const joiner =
  /(?<=[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Mongolian}\p{Script=Nko}[\p{Mark}--\p{Script=Inherited}]])[\u200c\u200d](?=[\p{Letter}\p{Mark}])/gv

const likeSlash = /[\u2044\u2215\u2216\u29f5\u29f8\u29f9\ufe68\uff0f\uff3c]/

/** A name in quotes, with what nobody sees, or what steers whoever shows it, in words. */
const shown = (name: string): string =>
  JSON.stringify(name).replace(
    /[\p{Other}\p{Default_Ignorable_Code_Point}]/gu,
    (char) => String.raw`\u{${char.codePointAt(0)!.toString(16)}}`
  )

/** Why not every file system takes a name. */
const unusual = (name: string): string | undefined => {
  if (device.test(name)) return "Windows keeps it for a device"
  if (/[.\p{White_Space}]$/u.test(name)) return "it ends in a dot or a blank"
  if (/[<>:"|?*]/.test(name)) return `it has one of < > : " | ? * in it`
  if (short.test(name)) return "Windows gives such names to files with longer ones"
  if (/[\p{Private_Use}\p{Noncharacter_Code_Point}]/u.test(name)) return "it has a character of no language in it"
  return utf8ToBytes(name).length > longestName ? `${longestName} bytes are the most` : undefined
}

/** Why a path cannot be one of a file below the root, in words that say what to change; `undefined` if it can. */
export const problem = (path: string): string | undefined => {
  if (/[\p{Control}\u2028\u2029]/u.test(path) || !path.isWellFormed()) return "the path has a control character in it"
  if (path.includes("\\")) return "the path has a backslash in it; write / between names"
  if (path.startsWith("/") || /^[a-z]:/i.test(path)) return "the path is absolute; make it relative to the workspace"
  if (path.startsWith("~")) return "the path begins in somebody's home; make it relative to the workspace"
  if (utf8ToBytes(path).length > longest) return `the path is too long: ${longest} bytes are the most`
  for (const name of path.split("/")) {
    if (name === "") return "the path has an empty name in it"
    // what some system makes of the name
    const compatible = name.normalize("NFKC")
    if (compatible === "." || compatible === "..") return `the path has "${compatible}" in it; name the file directly`
    if (isReserved(compatible)) return `nothing is written into ${shown(name).slice(1, -1)}`
    if (invisible.test(name.replace(joiner, ""))) return `${shown(name)} has a character in it that nobody sees`
    if (likeSlash.test(name)) return `${shown(name)} has a character in it that looks like a slash`
    if (name.startsWith("-")) return `${shown(name)} would be taken for an option; let it begin otherwise`
    const reason = unusual(name)
    if (reason !== undefined) return `${shown(name)} is no name that every file system takes: ${reason}`
  }
  return actsAlone(fold(path.normalize("NFKC")))
    ? "such a file acts on its own, and only a person puts one there; choose another name for it"
    : undefined
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
