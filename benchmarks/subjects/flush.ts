// One measurement of what nobody can do without who wants a step's result on the disk: one write and one flush.
import { mkdtempSync, rmSync } from "node:fs"
import { open } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { measure } from "../support/measure.ts"

const bytes = Buffer.alloc(Number(process.argv[2]), "a line\n")

const directory = mkdtempSync(join(tmpdir(), "stepwright-bench-"))
const file = await open(join(directory, "file"), "a")
await measure(async () => {
  await file.write(bytes)
  await file.datasync()
}, 1)
await file.close()
rmSync(directory, { recursive: true })
