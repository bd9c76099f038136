import { globSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { describe, expect, it } from "vitest"
import { problemsOf, rooms } from "./rooms.ts"

const root = dirname(import.meta.dirname)

/** The source of a package, by path below its `src`. */
const sourceOf = (name: string) => {
  const src = join(root, "packages", name, "src")
  return new Map(globSync("**/*.{ts,tsx}", { cwd: src }).map((file) => [file, readFileSync(join(src, file), "utf8")]))
}

const codeLines = (text: string): number =>
  text
    .replace(/\/\*[\s\S]*?\*\//gu, "")
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.trim().startsWith("//")).length

describe.each(Object.keys(rooms))("the rooms of %s", (name) => {
  const source = sourceOf(name)

  it("import only from rooms before them, and every file has a room", () => {
    expect(problemsOf(source, rooms[name]!)).toEqual([])
  })

  it("have at most fifteen files, public modules and commands excepted, none over 300 lines of code", () => {
    const folders = Map.groupBy(source.keys(), (file) => dirname(file))
    const crowded = [...folders].filter(
      ([folder, files]) => files.length > 15 && folder !== "." && !folder.endsWith("commands")
    )
    expect(crowded).toEqual([])
    expect([...source].filter(([, text]) => codeLines(text) > 300).map(([file]) => file)).toEqual([])
  })
})

describe("problemsOf", () => {
  const order = ["internal/a", ["One"], "internal/b", ["Two", "index"]]
  const of = (files: Readonly<Record<string, string>>) => problemsOf(new Map(Object.entries(files)), order)

  it("takes imports from rooms before, from the same room and from other packages", () => {
    expect(
      of({
        "internal/a/x.ts": `import { a } from "effect"`,
        "internal/b/y.ts": `import { x } from "../a/x.ts"\nimport type { z } from "./z.ts"`,
        "internal/b/z.ts": `export * from "../../One.ts"`,
        "One.ts": `export {\n  x\n} from "./internal/a/x.ts"`,
        "index.ts": `export * as Two from "./Two.ts"`,
        "Two.ts": ""
      })
    ).toEqual([])
  })

  it.each([
    ["import", `import { y } from "../b/y.ts"`],
    ["import type", `import type { y } from "../b/y.ts"`],
    ["import for effect", `import "../b/y.ts"`],
    ["export from", `export { y } from "../b/y.ts"`],
    ["import()", `const y = import("../b/y.ts")`],
    ["typeof import()", `type Y = typeof import("../b/y.ts")`],
    ["an import of several lines", `import {\n  y,\n  z\n} from "../b/y.ts"`]
  ])("sees a wrong %s", (_, text) => {
    expect(of({ "internal/a/x.ts": text, "internal/b/y.ts": "" })).toEqual([
      "internal/a/x.ts imports internal/b/y.ts, which is in a later room"
    ])
  })

  it("sees an import from a room beside", () => {
    const files = {
      "internal/c/x.ts": `import "../d/y.ts"\nimport "./z.ts"`,
      "internal/d/y.ts": "",
      "internal/c/z.ts": ""
    }
    expect(problemsOf(new Map(Object.entries(files)), [{ beside: ["internal/c", "internal/d"] }])).toEqual([
      "internal/c/x.ts imports internal/d/y.ts, which is in a room beside it"
    ])
  })

  it("sees a file without a room", () => {
    expect(of({ "internal/c/x.ts": "" })).toEqual(["internal/c/x.ts has no room"])
  })

  it("turns red with a wrong import among the real ones", () => {
    const source = sourceOf("core")
    source.set("internal/text/fences.ts", `${source.get("internal/text/fences.ts")}\nimport "../run/walk.ts"`)
    expect(problemsOf(source, rooms["core"]!)).toEqual([
      "internal/text/fences.ts imports internal/run/walk.ts, which is in a later room"
    ])
  })
})
