import { assert, describe, it } from "@effect/vitest"
import { TaskBreakdown } from "@stepwright/steps"
import { Result, Schema } from "effect"

const task = (number: number, file: string, dependsOn: ReadonlyArray<string> = []): TaskBreakdown.Task => ({
  number,
  title: `Make ${file}`,
  objective: "…",
  file,
  functionality: "…",
  integration: "…",
  dependsOn
})

const decode = Schema.decodeUnknownResult(TaskBreakdown.TaskBreakdown)

const refusal = (...tasks: ReadonlyArray<TaskBreakdown.Task>) => {
  const decoded = decode(tasks)
  return Result.isFailure(decoded) ? decoded.failure.message : "accepted"
}

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
