// The problems of MBPP, each as a package, and what becomes of them in a sandbox. MBPP is by Google Research (CC BY 4.0);
// its file is no part of this repository.
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { isGreen, TestRunner, type TestReport, type TestRunnerError } from "@stepwright/core/TestRunner"
import type { SourceFile } from "@stepwright/core/Workspace"
import { Effect, Schema } from "effect"
import type { TestOptions } from "vitest"

const Problem = Schema.Struct({
  task_id: Schema.Int,
  /** The reference solution. */
  code: Schema.String,
  test_setup_code: Schema.String,
  /** Statements that assert. */
  test_list: Schema.Array(Schema.String)
})
type Problem = typeof Problem.Type

const root = join(import.meta.dirname, "../..")

/** The file that `MBPP` names, or that is in a folder beside the repository. */
const file =
  process.env["MBPP"] ??
  readdirSync(dirname(root))
    .map((folder) => join(dirname(root), folder, "data/mbpp.jsonl"))
    .find((path) => existsSync(path))

const decode = Schema.decodeSync(Schema.fromJsonString(Problem))

/** All problems, in order; none where there is no file. */
export const problems = (): ReadonlyArray<Problem> =>
  (file === undefined ? "" : readFileSync(file, "utf8"))
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => decode(line))

/** Those that are unlike the others: names such as tests have, private names, classes, modules that few import. */
const odd = new Set([
  19, 46, 801, 160, 798, 880, 963, 342, 367, 601, 927, 100, 124, 137, 303, 307, 381, 442, 531, 596, 736, 865, 910
])

/** Always the same fifty: the odd ones, and of the others one of 37. */
export const sample = (): ReadonlyArray<Problem> =>
  problems().filter(({ task_id }) => odd.has(task_id) || task_id % 37 === 5)

/** A package of two files: the solution, and a class of tests with a method for each statement. */
const packageOf = ({ code, test_list, test_setup_code }: Problem): ReadonlyArray<SourceFile> => {
  const hidden = [...code.matchAll(/^def (_\w+)/gmu)].map(([, name]) => name)
  const methods = test_list.map((statement, n) => `    def test_${n + 1}(self):\n        ${statement}\n`)
  const imports = ["*", ...hidden].map((name) => `from solution import ${name}`)
  const lines = [
    "import unittest",
    test_setup_code,
    ...imports,
    "",
    "class SolutionTest(unittest.TestCase):",
    ...methods
  ]
  return [
    { path: "solution.py", content: code },
    { path: "test_solution.py", content: lines.join("\n") }
  ]
}

/** The same problems with functions that return nothing, by Python's own syntax trees. */
export const emptied = (problems: ReadonlyArray<Problem>) =>
  Effect.gen(function* () {
    const { evaluate } = yield* TestRunner
    const codes = yield* evaluate(
      `import ast

class Emptied(ast.NodeTransformer):
    def visit_FunctionDef(self, function):
        function.body = [ast.Return(ast.Constant(None))]
        return function

def main(codes):
    return [ast.unparse(Emptied().visit(ast.parse(code))) for code in codes]
`,
      problems.map(({ code }) => code)
    )
    const texts = yield* Schema.decodeUnknownEffect(Schema.Array(Schema.String))(codes)
    return problems.map((problem, n) => ({ ...problem, code: texts[n]! }))
  })

/** What a report comes to. Green is only what passed with each of its tests, all of which assert. */
const verdictOf = (report: TestReport, { test_list }: Problem): string => {
  if (isGreen(report))
    return report.tests.filter(({ asserts }) => asserts).length === test_list.length ? "green" : "odd"
  const isRed = report.tests.some(({ outcome }) => outcome === "failed" || outcome === "error")
  return report.doubts.length > 0 ? "doubtful" : isRed ? "red" : "unsupported"
}

/** What became of each problem, by its id, in a process of its own each. */
export const verdicts = Effect.fnUntraced(function* (problems: ReadonlyArray<Problem>) {
  const { run } = yield* TestRunner
  const all = yield* Effect.forEach(
    problems,
    (problem) =>
      run(packageOf(problem)).pipe(
        Effect.match({
          onFailure: ({ reason }: TestRunnerError): string => reason,
          onSuccess: (report) => verdictOf(report, problem)
        }),
        Effect.map((verdict) => [problem.task_id, verdict] as const)
      ),
    { concurrency: 2 }
  )
  return Object.fromEntries(all)
})

const noNode = "the code that sets the tests up uses a class of the solution, which is not there by then"
const anyTest =
  "pytest takes what is named test… for a test wherever it comes from, and has no values for its parameters"

/** Problems whose right solutions are red: in each sandbox, and in some. */
const red: Readonly<Record<number, string>> = { 367: noNode, 927: noNode }
const redIn: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  "bubblewrap with pytest": { 19: anyTest, 46: anyTest, 801: anyTest }
}

/** The verdicts of solutions that are right. */
export const expected = (problems: ReadonlyArray<Problem>, sandbox: string) => {
  const known = { ...red, ...redIn[sandbox] }
  return Object.fromEntries(problems.map(({ task_id }) => [task_id, task_id in known ? "red" : "green"]))
}

/** Options of a test that runs problems in a sandbox which needs something itself. */
export const needing = (needs: TestOptions): TestOptions =>
  file === undefined ? { skip: true, meta: { needs: "data/mbpp.jsonl" } } : needs
