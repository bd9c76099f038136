// The command line as one script, which starts in less than a third of the time: `dist/bundle.cjs` of node-runner.
import { writeFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { crc32 } from "node:zlib"
import { type Plugin, rolldown } from "rolldown"

const source = join(dirname(import.meta.dirname), "packages/node-runner/src")
const dist = join(dirname(source), "dist")

/** What comes before each module of a user's, which the launcher has foreseen: the bundle must not load one. */
const never = `export const installFallback = () => {
  throw new Error("a workflow was given to this run while the command began; call it again")
}`

/** Lets a module find the files beside it, where it lies without the bundle. */
const inPlace: Plugin = {
  name: "in place",
  transform: (code, id) => {
    if (id === join(source, "cli/module/resolveFallback.ts")) return never
    if (!id.startsWith(source) || !code.includes("import.meta.url")) return undefined
    const built = relative(source, id).replace(/\.ts$/u, ".js")
    return code.replaceAll("import.meta.url", `new URL(${JSON.stringify(built)}, import.meta.url).href`)
  }
}

/** Effect makes one as it is loaded, which takes a tenth of a short command, and needs it for help only. */
const lateSegmenter: Plugin = {
  name: "late segmenter",
  transform: (code, id) => {
    if (!/[/\\]effect[/\\].*[/\\]CliOutput\.js$/u.test(id)) return undefined
    const late = code.replace(
      /new Intl\.Segmenter\([^)]*\)/u,
      (made) => `((late) => ({ segment: (text) => (late ??= ${made}).segment(text) }))()`
    )
    if (late === code) throw new Error(`${id} makes no segmenter: nothing needs to be done about it`)
    return late
  }
}

export const bundle = async (): Promise<void> => {
  const built = await rolldown({
    input: join(source, "main.ts"),
    platform: "node",
    // what is heavy and seldom used is loaded where it is installed; with that of a cluster this script is not used at all
    external: ["openai", "@anthropic-ai/sdk", "open", "@stepwright/cluster", "@effect/sql-pg"],
    transform: { define: { "import.meta.env": "undefined" } },
    plugins: [inPlace, lateSegmenter],
    onLog: (level, log) => {
      if (level === "warn") throw new Error(log.message)
    }
  })
  const { output } = await built.generate({
    format: "cjs",
    codeSplitting: false,
    // a script cannot import without a warning of Node's
    dynamicImportInCjs: false,
    // names stay, for whoever reads a stack
    minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } }
  })
  const [{ code }] = output
  writeFileSync(join(dist, "bundle.cjs"), `// ${crc32(code).toString(16).padStart(8, "0")}\n${code}`)
}
