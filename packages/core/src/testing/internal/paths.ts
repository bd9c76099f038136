// Names of files that every workspace takes, and files that none does.

import type { SourceFile } from "../../Workspace.ts"

export const odd: ReadonlyArray<string> = [
  "a.py",
  ".hidden",
  " a.py",
  "a b/c d.py",
  "\u00e9.py",
  "e\u0301.py",
  "\u{1f600}.py",
  "__proto__",
  "constructor/toString.py",
  ".a.py.part",
  "%41.py",
  "a.py.new"
]

interface Refused {
  readonly why: string
  /** Where `there.py` and `folder/x.py` are already. */
  readonly files: ReadonlyArray<SourceFile>
}

const one = (why: string, path: string, content = ""): Refused => ({ why, files: [{ path, content }] })

const two = (why: string, ...paths: readonly [string, string]): Refused => ({
  why,
  files: paths.map((path, i) => ({ path, content: `${i + 1}` }))
})

export const refused: ReadonlyArray<Refused> = [
  one("half a character", "a.py", "x = '\ud83d'"),
  one("half a character at the end", "a.py", "\ude00"),
  one("halves in the wrong order", "a.py", "\ude00\ud83d"),
  one("an absolute path", "/etc/passwd"),
  one("a drive", "C:/x.py"),
  one("a way up", "a/../../x.py"),
  one("a dot", "./x.py"),
  one("a NUL", "x\0.py"),
  one("a line break", "x\n.py"),
  one("half a character in a name", "\ud800.py"),
  one("a backslash", "pkg\\x.py"),
  one("git's folder", "a/.GIT/hooks/x"),
  one("git's folder by its short name", "GIT~1/hooks/x"),
  one("git's folder with what a disk leaves out", ".g\u200cit/config"),
  one("git's folder with what a disk leaves out at its end", "a/.git\ufeff"),
  one("the workspace's own folder", ".stepwright/files.json"),
  one("the workspace's own folder in other letters", ".\u017ftepwright/files.json"),
  two("a path that is too long", "a.py", `${"folder/".repeat(200)}x.py`),
  one("an empty name", "a//b.py"),
  one("an empty path", ""),
  one("a trailing dot", "a./b.py"),
  one("a trailing blank", "a.py "),
  one("a device", "con.py"),
  one("a device with a blank", "aux .txt"),
  one("a device with a small digit", "COM\u00b9"),
  one("a stream of a file", "a.py:hidden"),
  one("a name that is too long", `${"n".repeat(300)}.py`),
  two("the same file twice", "a.py", "a.py"),
  two("names that a disk folds into one", "stra\u00dfe.py", "STRASSE.py"),
  two("names with letters that a disk takes for others", "\u017f.py", "s.py"),
  two("names that differ in case only", "a.py", "A.py"),
  two("names that differ in Unicode's form only", "\u00e9.py", "e\u0301.py"),
  two("folders that differ in case only", "pkg/a.py", "Pkg/b.py"),
  two("a file and a folder of one name", "a", "a/b"),
  one("a name that differs in case from what is there", "THERE.py", "1"),
  one("a file in the place of a folder", "folder", "1"),
  one("a folder in the place of a file", "there.py/b", "1")
]
