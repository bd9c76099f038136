// A reporter of vitest that writes each test down when it begins and when it ends, for a run that is stopped has no
// other report, and says now and then how far it is.
import { appendFileSync } from "node:fs"
import { dirname, join } from "node:path"
import type { Reporter, TestCase, TestModule } from "vitest/node"
import type { Line } from "./report.ts"

export const file = join(dirname(import.meta.dirname), "node_modules", ".vitest-tests.jsonl")

/** **Units** milliseconds */
const pause = 30_000

const nameOf = ({ fullName, module }: TestCase) => `${module.relativeModuleId} > ${fullName}`

export default class implements Reporter {
  readonly #begun = new Set<string>()
  readonly #ended = new Set<string>()
  #said = performance.now()

  onTestCaseReady(test: TestCase) {
    this.#begun.add(test.id)
    // What a worker tells may overtake what it told before.
    if (!this.#ended.has(test.id)) this.#write({ id: test.id, name: nameOf(test), status: "running" })
  }

  onTestCaseResult(test: TestCase) {
    const { needs } = test.meta()
    this.#ended.add(test.id)
    this.#write({ id: test.id, name: nameOf(test), status: test.result().state, ...(needs !== undefined && { needs }) })
    if (performance.now() - this.#said < pause) return
    this.#said = performance.now()
    console.log(`   ${this.#ended.size} tests so far`)
  }

  onTestModuleEnd(module: TestModule) {
    if (module.state() !== "failed") return
    const errors = [...module.errors(), ...[...module.children.allSuites()].flatMap((suite) => suite.errors())]
    const isNamed = [...module.children.allTests()].some((test) => test.result().state === "failed")
    if (!isNamed)
      this.#write({ broken: `${module.relativeModuleId}: ${errors.map((error) => error.message).join("; ")}` })
  }

  onTestRunEnd(modules: ReadonlyArray<TestModule>) {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    for (const test of tests) {
      const isCutOff = test.result().state === "pending" && this.#begun.has(test.id)
      if (!this.#ended.has(test.id) && !isCutOff) this.onTestCaseResult(test)
    }
    this.#write({ isWhole: true })
  }

  #write(line: Line) {
    appendFileSync(file, `${JSON.stringify(line)}\n`)
  }
}
