import { execFile } from "node:child_process"
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { assert, beforeAll, describe, expectTypeOf, it } from "@effect/vitest"
import { Effect } from "effect"
import type { LlmClient, LlmError, Step, WorkflowError } from "@stepwright/core"
import { binds, nests } from "./design/many.ts"
import { program, provided } from "./design/program.ts"

const mistakes = "test/design/mistakes"

/** What is to be said where: `// code → sentence` stands above the line with the code, where the mistake begins. */
const expected = readdirSync(mistakes)
  .filter((file) => file.endsWith(".ts"))
  .flatMap((file) => {
    const lines = readFileSync(join(mistakes, file), "utf8").split("\n")
    return lines.flatMap((line, i) => {
      const [, code, sentence] = /^ *\/\/ (\S.*?) → (.*)$/.exec(line) ?? []
      if (code === undefined || sentence === undefined) return []
      const below = lines.findIndex((line, j) => j > i && !line.trim().startsWith("//"))
      return [{ place: `${file}(${below + 1},${lines[below]!.indexOf(code) + 1})`, sentence }]
    })
  })

const run = (compiler: string, ...argv: ReadonlyArray<string>) =>
  new Promise<string>((resolve) => {
    const tsc = join("node_modules", compiler, "bin", "tsc")
    execFile(process.execPath, [tsc, ...argv, "--pretty", "false"], (_, stdout) => resolve(stdout))
  })

/** What a compiler says of the mistakes, by place; without the backslashes in front of quotes and others. */
const compile = async (compiler: string): Promise<ReadonlyMap<string, string>> => {
  const said = (await run(compiler, "-p", mistakes)).split(`${mistakes}/`).slice(1)
  return new Map(
    said.map((text) => {
      const [place = "", ...message] = text.split(": error ")
      return [place, message.join("").replaceAll(/\\(.)/g, "$1")]
    })
  )
}

describe("the program of the design", () => {
  it.effect("runs as it stands", () =>
    Effect.gen(function* () {
      const output = yield* provided
      assert.strictEqual(output.draft, "…")
      assert.deepStrictEqual(output.outline, { title: "Effect", points: ["a", "b", "c"] })
    })
  )

  it("has the type that the design claims", () => {
    expectTypeOf<Effect.Success<typeof program>>().toEqualTypeOf<{
      readonly input: { readonly topic: string }
      readonly outline: { readonly title: string; readonly points: ReadonlyArray<string> }
      readonly draft: string
    }>()
    expectTypeOf<Effect.Error<typeof program>>().toEqualTypeOf<
      WorkflowError.WorkflowError<LlmError.LlmError | Step.StepOutputError>
    >()
    expectTypeOf<Effect.Services<typeof program>>().toEqualTypeOf<LlmClient.LlmClient>()
    expectTypeOf<Effect.Services<typeof provided>>().toEqualTypeOf<never>()
  })
})

// the declarations that users get, which also take the compilers half the time of the sources: mostly they are there
beforeAll(async () => assert.strictEqual(await run("typescript", "-b", "packages/core"), ""))

describe("a mistake", () => {
  for (const compiler of ["typescript-5.9", "typescript-6.0", "typescript"]) {
    it.concurrent(`is told by ${compiler} at its place, in words, and nothing else is`, async () => {
      const said = await compile(compiler)
      const found = expected.map(({ place, sentence }) => {
        const message = said.get(place) ?? "nothing"
        return { place, says: message.includes(sentence) ? sentence : message }
      })
      assert.deepStrictEqual(
        found,
        expected.map(({ place, sentence }) => ({ place, says: sentence }))
      )
      assert.deepStrictEqual([...said.keys()].toSorted(), expected.map(({ place }) => place).toSorted())
    })
  }
})

describe("a definition of many names", () => {
  // as many as there were when this was written; they are the same for each compiler
  for (const [name, text, counted] of [
    ["90 steps in one workflow", binds, 235_287],
    ["1,000 steps in workflows in workflows", nests, 62_032]
  ] as const) {
    it(`makes the compiler no more than a tenth more work than it did: ${name}`, async () => {
      const folder = join("node_modules/.cache/stepwright-types", name.replaceAll(/\W+/g, "-"))
      mkdirSync(folder, { recursive: true })
      writeFileSync(join(folder, "program.ts"), text)
      const config = { extends: resolve(mistakes, "tsconfig.json"), include: ["."] }
      writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config))
      const said = await run("typescript", "-p", folder, "--singleThreaded", "--extendedDiagnostics")
      assert.notInclude(said, "error TS")
      const instantiations = Number(/^Instantiations: +(\d+)$/m.exec(said)?.[1])
      assert.isAtMost(instantiations, counted * 1.1)
    })
  }
})
