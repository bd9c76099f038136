import { assert, describe, it } from "@effect/vitest"
import { Step } from "@stepwright/core"
import { TaskBreakdownStep } from "@stepwright/steps"
import { Arbitrary, Effect, Result, Schema } from "effect"
import { readFileSync } from "node:fs"
import { foundingTasks } from "./fixtures/foundingTasks.ts"
import { asking } from "./support/model.ts"
import { design, file, module, specification } from "./support/playlist.ts"

const { parser } = TaskBreakdownStep

const founding = readFileSync(new URL("fixtures/founding-tasks.md", import.meta.url), "utf8")

const task = (number: number, file: string, dependsOn: ReadonlyArray<string> = []): TaskBreakdownStep.Task => ({
  number,
  title: `Make ${file}`,
  objective: "…",
  file,
  functionality: "…",
  integration: "…",
  dependsOn
})

const decode = Schema.decodeUnknownResult(TaskBreakdownStep.TaskBreakdown)

const refusal = (...tasks: ReadonlyArray<TaskBreakdownStep.Task>) => {
  const decoded = decode(tasks)
  return Result.isFailure(decoded) ? decoded.failure.message : "accepted"
}

const reply = (
  ...tasks: ReadonlyArray<{ readonly number?: number; readonly file: string; readonly dependsOn?: string }>
) =>
  tasks
    .map(({ dependsOn, file, number }, i) =>
      [
        `#### Task ${number ?? i + 1}: Make it`,
        "#task start#",
        "- **Objective**: a goal",
        `- **File Specification**: ${file}`,
        "- **Functionality Details**: what it does",
        "- **Integration Points**: none",
        ...(dependsOn === undefined ? [] : [`- **Depends on**: ${dependsOn}`]),
        "#task end#"
      ].join("\n")
    )
    .join("\n\n")

const dependsOn = (text: string) => {
  const parsed = parser.parse(
    reply({ file: "a.py" }, { file: "b.py" }, { file: "c.py" }, { file: "d.py", dependsOn: text })
  )
  return Result.isSuccess(parsed) ? parsed.success[3]!.dependsOn : parsed.failure.detail
}

const fileOf = (text: string) => {
  const parsed = parser.parse(reply({ file: text }))
  return Result.isSuccess(parsed) ? parsed.success[0]!.file : parsed.failure.detail
}

const detail = (text: string) => Result.getOrThrow(Result.flip(parser.parse(text))).detail

/** Breakdowns of up to six tasks whose texts hold anything at all; each depends on some of those before it. */
const breakdowns = Arbitrary.schema(
  Schema.Array(
    Schema.Struct({
      texts: Schema.Tuple([
        Schema.NonEmptyString,
        Schema.NonEmptyString,
        Schema.NonEmptyString,
        Schema.Literals([
          "#task end#",
          "- **Objective**: x",
          "```\n#task start#",
          "#### Task 1: x",
          " a\n\n b ",
          "\\",
          "`a/b.py`"
        ])
      ]),
      step: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 3 })),
      needs: Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 5 }))),
      folder: Schema.Literals(["", "a/", "src/b c/", "x-y/z+1/"])
    })
  ).check(Schema.isMinLength(1), Schema.isMaxLength(6))
).pipe(
  Arbitrary.map((drafts): TaskBreakdownStep.TaskBreakdown => {
    let number = 0
    const files = drafts.map(({ folder }, i) => `${folder}f${i}.py`)
    return drafts.map(({ needs, step, texts: [title, objective, functionality, integration] }, i) => ({
      number: (number += step),
      title,
      objective,
      file: files[i]!,
      functionality,
      integration,
      dependsOn: [...new Set(needs.filter((need) => need < i))].map((need) => files[need]!)
    }))
  })
)

describe("TaskBreakdownStep", () => {
  describe("TaskBreakdown", () => {
    it("takes tasks in any order that their dependencies allow", () => {
      const tasks = [task(1, "a/c.py", ["a/a.py", "a/b.py"]), task(2, "a/b.py", ["a/a.py"]), task(3, "a/a.py")]
      assert.deepStrictEqual(Result.getOrThrow(decode(tasks)), tasks)
    })

    it("refuses by name a task that depends on itself", () => {
      assert.include(refusal(task(1, "a.py"), task(2, "b.py", ["b.py"])), 'Task 2 ("b.py") depends on itself')
    })

    it("refuses by name a dependency that is no task's file", () => {
      assert.include(refusal(task(1, "a.py", ["z.py"])), 'Task 1 ("a.py") depends on "z.py", which is no task\'s file')
    })

    it("refuses tasks that depend on each other in a circle, and names those in it only", () => {
      const message = refusal(task(1, "a.py", ["b.py"]), task(2, "b.py", ["c.py"]), task(3, "c.py", ["b.py"]))
      assert.include(message, 'in a circle: Task 2 ("b.py") → Task 3 ("c.py") → Task 2 ("b.py")')
    })

    it("refuses two tasks that own one file, in other letters too", () => {
      assert.include(refusal(task(1, "a.py"), task(2, "a.py")), 'Task 1 ("a.py") and Task 2 ("a.py") own one file')
      assert.include(refusal(task(1, "a.py"), task(2, "A.py")), "own one file")
      assert.include(refusal(task(1, "\u00e9.py"), task(2, "e\u0301.py")), "own one file")
      assert.include(refusal(task(1, "straße.py"), task(2, "STRASSE.py")), "own one file")
    })

    it("refuses two tasks of one number, and a breakdown without a task", () => {
      assert.include(refusal(task(1, "a.py"), task(1, "b.py")), "two tasks have the number 1")
      assert.notStrictEqual(refusal(), "accepted")
    })

    it.each([
      "/a.py",
      "C:/a.py",
      "C:\\a.py",
      "~/a.py",
      "../a.py",
      "a/../../b.py",
      "./a.py",
      "a//b.py",
      "a\\b.py",
      "a/",
      "",
      "a\0.py",
      "a\nb.py"
    ])("refuses %j as the file of a task", (path) => {
      assert.notStrictEqual(refusal(task(1, path)), "accepted")
    })
  })

  describe("parser", () => {
    it("reads the ten tasks of the founding document", () => {
      assert.deepStrictEqual(Result.getOrThrow(parser.parse(founding)), foundingTasks)
    })

    it.prop(
      "reads back what it prints",
      [breakdowns],
      ([tasks]) => {
        assert.deepStrictEqual(
          Result.getOrThrow(Schema.decodeUnknownResult(TaskBreakdownStep.TaskBreakdown)(tasks)),
          tasks
        )
        assert.deepStrictEqual(Result.getOrThrow(parser.parse(parser.print(tasks))), tasks)
      },
      { arbitrary: { runs: 300 } }
    )

    it("prints a list below its label", () => {
      const [one] = [{ ...task(1, "a.py"), functionality: "- R1.1: one\n  - deep\n- R1.2: two" }]
      const text = parser.print([one])
      assert.include(text, "- **Functionality Details**:\n  - R1.1: one\n    - deep\n  - R1.2: two\n- **Integration")
      assert.deepStrictEqual(Result.getOrThrow(parser.parse(text)), [one])
    })

    it.each([
      ["none", []],
      ["None.", []],
      ["`none`", []],
      ["None (foundation of the package)", []],
      ["—", []],
      ["No dependencies", []],
      ["Task 1, Task 3", ["a.py", "c.py"]],
      ["Task 1 and Task 2", ["a.py", "b.py"]],
      ["Tasks 1, 2 and 3", ["a.py", "b.py", "c.py"]],
      ["Tasks 1-3", ["a.py", "b.py", "c.py"]],
      ["Task 1 to Task 3", ["a.py", "b.py", "c.py"]],
      ["1, 2", ["a.py", "b.py"]],
      ["#2", ["b.py"]],
      ["**Task 2**", ["b.py"]],
      ["Task 2 (the 3 classes of Task 1)", ["b.py"]],
      ["Task 2: Make it, Task 1: Make it too", ["b.py", "a.py"]],
      ["Task 1, Task 1", ["a.py"]],
      ["`a.py`, `./b.py`", ["a.py", "b.py"]],
      ["\n  - Task 1\n  - Task 2", ["a.py", "b.py"]]
    ] as const)("reads the dependencies %j", (text, files) => {
      assert.deepStrictEqual(dependsOn(text), files)
    })

    it.each([
      ["Task 4", 'Task 4 ("d.py") depends on itself'],
      ["Task 9", 'Task 4 ("d.py") depends on "Task 9", which is no task\'s file'],
      ["`e.py`", 'Task 4 ("d.py") depends on "e.py", which is no task\'s file'],
      ["the other ones", "Depends on names no tasks by number"]
    ])("refuses the dependencies %j by name", (text, detail) => {
      assert.strictEqual(dependsOn(text), detail)
    })

    it("refuses a circle and a second owner of a file by name", () => {
      assert.include(
        detail(reply({ file: "a.py", dependsOn: "Task 2" }, { file: "b.py", dependsOn: "Task 1" })),
        'in a circle: Task 1 ("a.py") → Task 2 ("b.py") → Task 1 ("a.py")'
      )
      assert.include(
        detail(reply({ file: "a.py" }, { file: "./a.py" })),
        'Task 1 ("a.py") and Task 2 ("a.py") own one file'
      )
      assert.include(
        detail(`${reply({ file: "a.py" })}\n\n${reply({ file: "b.py" }).replace("Make", "Mend")}`),
        "two tasks have the number 1"
      )
    })

    it("refuses one task that comes twice with different content", () => {
      assert.include(
        detail(reply({ number: 1, file: "a.py" }, { number: 1, file: "b.py" })),
        '"Task 1: Make it" comes twice with different content'
      )
    })

    it("refuses no tasks at all", () => {
      assert.include(detail("(none)"), "there is no task")
    })

    it.each([
      ["`shop/cart.py`", "shop/cart.py"],
      ["shop/cart.py", "shop/cart.py"],
      ["**shop/cart.py**", "shop/cart.py"],
      ["`shop\\cart.py`", "shop/cart.py"],
      ["`./shop/cart.py`", "shop/cart.py"],
      ["`shop/cart.py` (new; holds `Cart`)", "shop/cart.py"],
      ["Add `Cart` to `shop/cart.py`.", "shop/cart.py"],
      ["Create shop/__init__.py.", "shop/__init__.py"],
      ["`Makefile`", "Makefile"],
      ["`docs/設計.md`", "docs/設計.md"],
      ["`templates/{{name}}.html`", "templates/{{name}}.html"],
      ["`données/été.csv` (neu)", "données/été.csv"]
    ])("reads the file %j", (text, file) => {
      assert.strictEqual(fileOf(text), file)
    })

    it.each([
      ["`/shop/cart.py`", "it must be relative"],
      ["`C:\\shop\\cart.py`", "it must be relative"],
      ["`shop/../../cart.py`", 'none may be "." or ".."'],
      ["`shop/cart.py` and `shop/price.py`", "a task adds one file, and this names 2"],
      ["the cart module?", "is no path for a file"],
      ["`.vscode/tasks.json`", "acts on its own"]
    ])("refuses the file %j", (text, detail) => {
      assert.include(fileOf(text), detail)
    })
  })

  describe("step", () => {
    const init = module("p/__init__.py", { reexports: [{ module: "p/a.py", names: ["A"] }] })
    const modules = [module("p/a.py"), module("p/b.py"), init, module("p/__main__.py", { starts: "p/b.py:main" })]
    const asked = (...files: ReadonlyArray<string>) =>
      asking(
        Step.run(TaskBreakdownStep.step, { specification, design: { ...design, modules, files: [file("README.md")] } }),
        parser.print(files.map((file, i) => task(i + 1, file)))
      )

    it.effect("takes one task for each file that somebody has to write", () =>
      Effect.gen(function* () {
        const { prompt, said } = yield* asked("p/b.py", "README.md", "p/a.py")
        assert.strictEqual(said, "accepted")
        assert.include(prompt, "and nothing else is:\n  - `p/a.py`\n  - `p/b.py`\n  - `README.md`\n")
      })
    )

    it.effect.each([
      [["p/a.py", "README.md"], 'no task adds the file "p/b.py"'],
      [["p/a.py", "p/b.py"], 'no task adds the file "README.md"'],
      [["p/a.py", "p/b.py", "README.md", "p/c.py"], 'Task 4 ("p/c.py") adds a file that is not to be written'],
      [["p/__init__.py", "p/a.py", "p/b.py", "README.md"], 'Task 1 ("p/__init__.py") adds a file'],
      [["p/a.py", "p/b.py", "README.md", "p/__main__.py"], 'Task 4 ("p/__main__.py") adds a file']
    ] as const)("asks again for tasks of %j", ([files, detail]) =>
      Effect.gen(function* () {
        assert.include((yield* asked(...files)).said, detail)
      })
    )
  })
})
