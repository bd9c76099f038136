import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Step } from "@stepwright/core"
import { type ArchitectureDesignStep, AssemblyStep } from "@stepwright/steps"
import { Effect, Schema } from "effect"
import { needs } from "../support/tool.ts"
import * as pantry from "./pantry.ts"

const module = (path: string, fields: Partial<ArchitectureDesignStep.Module> = {}): ArchitectureDesignStep.Module => ({
  path,
  purpose: `is ${path}`,
  members: [],
  imports: [],
  reexports: [],
  starts: "",
  meets: [],
  ...fields
})

const assembled = (
  modules: ReadonlyArray<ArchitectureDesignStep.Module>,
  written: Readonly<Record<string, string>> = {}
) => Step.run(AssemblyStep.step, { design: { ...pantry.design, modules }, written, samples: [] })

/** Runs Python in a folder that holds these files, and gives what it printed. */
const python = (files: Readonly<Record<string, string>>, args: ReadonlyArray<string>, input = "") =>
  Effect.acquireUseRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "assembled "))),
    (folder) =>
      Effect.sync(() => {
        for (const [path, text] of Object.entries(files)) {
          mkdirSync(dirname(join(folder, path)), { recursive: true })
          writeFileSync(join(folder, path), text)
        }
        return spawnSync("python3", ["-B", ...args], { cwd: folder, input, encoding: "utf8" })
      }),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
  )

const written = {
  "oven/heat.py": "class Heat: ...\n\ndef warm(): return 3\n",
  "oven/cli.py": "from oven import Heat\n\ndef main(argv=None):\n    print(Heat.__module__)\n    return 7\n"
}
const modules = [
  module("oven/heat.py"),
  module("oven/__init__.py", { reexports: [{ module: "oven/heat.py", names: ["warm", "Heat"] }] }),
  module("oven/cli.py"),
  module("oven/__main__.py", { starts: "oven/cli.py:main" })
]

/** What Python takes of each text: the docstring of the module that it is. */
const docstrings = `
import json, sys
def doc(text):
    names = {}
    exec(compile(text, "m", "exec"), names)
    return names["__doc__"]
print(json.dumps([doc(text) for text in json.load(sys.stdin)]))
`

describe("modules that code writes, in Python", () => {
  it.effect(
    "offer what they import, and nothing else with a star",
    () =>
      Effect.gen(function* () {
        const use = "from oven import *; import oven; print(warm(), Heat.__name__, oven.__all__, 'heat' in globals())"
        const { stderr, stdout } = yield* python(yield* assembled(modules, written), ["-c", use])
        assert.strictEqual(stdout, "3 Heat ['Heat', 'warm'] False\n", stderr)
      }),
    needs("python3")
  )

  it.effect(
    "start what they start, and only when they are started",
    () =>
      Effect.gen(function* () {
        const files = yield* assembled(modules, written)
        const started = yield* python(files, ["-m", "oven"])
        assert.deepStrictEqual([started.status, started.stdout], [7, "oven.heat\n"], started.stderr)
        const imported = yield* python(files, ["-c", "import oven.__main__"])
        assert.deepStrictEqual([imported.status, imported.stdout], [0, ""], imported.stderr)
      }),
    needs("python3")
  )

  it.effect(
    "do so below src/ too, and in one file without a package",
    () =>
      Effect.gen(function* () {
        const below = Object.fromEntries(Object.entries(written).map(([path, text]) => [`src/${path}`, text]))
        const at = (path: string) => `src/${path}`
        const files = yield* assembled(
          [
            ...["oven/heat.py", "oven/cli.py"].map((path) => module(at(path))),
            module(at("oven/__init__.py"), { reexports: [{ module: at("oven/heat.py"), names: ["Heat"] }] }),
            module("run.py", { starts: "src/oven/cli.py:main" })
          ],
          below
        )
        const run = "import sys, runpy; sys.path.insert(0, 'src'); runpy.run_path('run.py', run_name='__main__')"
        const { status, stderr, stdout } = yield* python(files, ["-c", run])
        assert.deepStrictEqual([status, stdout], [7, "oven.heat\n"], stderr)
      }),
    needs("python3")
  )

  const Purpose = Schema.Array(
    Schema.Union([Schema.String, Schema.Literals(['"', '"""', "\\", "\n", "\\N{", "\\x", "'''", "{x}", "é"])])
  )

  it.effect.prop(
    "say their purpose, whatever stands in it",
    [Schema.Array(Purpose).check(Schema.isMinLength(1))],
    ([purposes]) =>
      Effect.gen(function* () {
        // Python reads every end of a line as "\n", and no text with a zero or half a character in it
        const plain = (text: string) => text.toWellFormed().replaceAll("\0", "").replace(/\r\n?/g, "\n")
        const texts = purposes.map((parts) => plain(parts.join("")) || ".")
        const files = yield* Effect.forEach(texts, (purpose) =>
          assembled([module("a.py"), module("m.py", { purpose, reexports: [{ module: "a.py", names: ["a"] }] })])
        )
        const heads = files.map((files) => files["m.py"]!.split("\n\nfrom a import a\n")[0]!)
        const { stderr, stdout } = yield* python({}, ["-c", docstrings], JSON.stringify(heads))
        assert.deepStrictEqual(stdout && JSON.parse(stdout), texts, stderr)
      }),
    { arbitrary: { runs: 6 }, ...needs("python3") }
  )
})
