// Each example and each code block of the documents runs as it stands, without a key and without a network.
import { execFile } from "node:child_process"
import { existsSync, globSync, readFileSync } from "node:fs"
import { basename, dirname, join } from "node:path"
import { describe, expect, it } from "vitest"

const root = dirname(import.meta.dirname)
const offline = new URL("offline.mjs", import.meta.url).href
const { HOME, NODE_COMPILE_CACHE, PATH, TMPDIR } = process.env
const env = { HOME, PATH, TMPDIR, NODE_COMPILE_CACHE, NODE_OPTIONS: `--import=${offline}` }

const run = (file: string, signal: AbortSignal) =>
  new Promise<{ readonly status: unknown; readonly output: string }>((resolve) => {
    execFile(process.execPath, [file], { cwd: root, env, signal }, (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : (error.code ?? error.signal), output: `${stdout}${stderr}` })
    })
  })

describe.each([
  ["examples", globSync("examples/*.ts", { cwd: root })],
  ["code blocks", globSync(".fences/*.run.ts", { cwd: root })]
])("%s", (_, files) => {
  it.concurrent.for(files.toSorted())("%s runs", async (file, { signal }) => {
    const { output, status } = await run(file, signal)
    expect(status, `${basename(file)} printed:\n${output}`).toBe(0)
    const picture = join(root, `${file}.mmd`)
    expect(output).toContain(existsSync(picture) ? readFileSync(picture, "utf8") : "")
  })
})
