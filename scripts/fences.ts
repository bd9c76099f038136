// Turns the ```ts blocks of the documents into files under .fences/, one each, at the line where the document has them.
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"

const documents = ["README.md", "CONTRIBUTING.md", "packages/*/README.md", "docs/**/*.md", "examples/*.md"]

export interface Fence {
  /** The file and the line of the opening fence: `docs/10-concepts.md:12`. */
  readonly origin: string
  readonly line: number
  /** What follows `ts`: `program` is the README's program, `no-run` is only type-checked. */
  readonly marks: ReadonlyArray<string>
  readonly code: string
  /** The picture that stands below it, which it prints. */
  readonly picture: string | undefined
}

export const fencesOf = (root: string): ReadonlyArray<Fence> =>
  globSync(documents, { cwd: root, exclude: (path) => path.includes("node_modules") })
    .toSorted()
    .flatMap((file) => {
      const text = readFileSync(join(root, file), "utf8").replaceAll("\r\n", "\n")
      return [...text.matchAll(/^(`{3,})(.*)\n([\s\S]*?)^\1`*[ \t]*$/gm)].flatMap((match) => {
        const [language, ...marks] = (match[2] ?? "").trim().split(/\s+/)
        const line = text.slice(0, match.index).split("\n").length
        const picture = /^\s*```mermaid\n([\s\S]*?)\n```$/m.exec(text.slice(match.index + match[0].length))
        const below = picture?.index === 0 ? picture[1] : undefined
        return language === "ts"
          ? [{ origin: `${file}:${line}`, line, marks, code: match[3] ?? "", picture: below }]
          : []
      })
    })

const fileName = ({ code, marks, origin }: Fence): string => {
  const kind = marks.includes("no-run") ? "types" : /from "(@effect\/)?vitest"/.test(code) ? "test" : "run"
  return `${origin.replace(/\.md:/, ".").replaceAll("/", "-")}.${kind}.ts`
}

/** Blank lines stand for what comes before a block, so that errors name the document's own lines. */
export const writeFences = (root: string): number => {
  const folder = join(root, ".fences")
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  const fences = fencesOf(root)
  for (const fence of fences) {
    const file = join(folder, fileName(fence))
    writeFileSync(file, "\n".repeat(fence.line) + fence.code)
    if (fence.picture !== undefined) writeFileSync(`${file}.mmd`, fence.picture)
  }
  return fences.length
}
