import { spawnSync } from "node:child_process"
import { assert, describe, it } from "@effect/vitest"
import * as processes from "../../../../../test/support/cli.ts"
import { until } from "../../support/folder.ts"
import { place, placeIn } from "../../support/place.ts"

const words = ["run", "--workflow", "tool.ts", "--input", '{"text":"one two"}']

/** Closes a stream of a process as `head -1` does, once it has said something, and lets the process go on. */
const closeEarly = async ({ process }: processes.Started, stream: "stdout" | "stderr") => {
  await new Promise((resolve) => process[stream]!.once("data", resolve))
  process[stream]!.destroy()
}

describe("output", () => {
  it("may be closed by its reader: the run goes on to its end with its own status", async () => {
    const here = processes.place(["tool.ts"])
    const run = here.start(...words, "--json")
    await closeEarly(run, "stderr")
    here.write("go", "")
    const { status, stdout } = await run.ended
    assert.strictEqual(status, 0)
    assert.strictEqual(JSON.parse(stdout).status, "COMPLETED")

    const shown = here.start("export")
    shown.process.stdout!.destroy()
    assert.deepInclude(await shown.ended, { status: 0, stderr: "" })
  })

  it("that cannot be written is told once on the other stream, ends no run, and makes the status 1", async () => {
    const here = processes.place(["tool.ts"])
    here.write("go", "")
    const full = await here.startWith({ stdout: "/dev/full" }, ...words).ended
    assert.strictEqual(full.status, 1, full.stderr)
    assert.match(full.stderr, /\nstepwright: standard output cannot be written: no space left on device\n$/)
    assert.include((await placeIn(here).stepwright("status")).stdout, "COMPLETED")

    const silent = await here.startWith({ stderr: "/dev/full" }, ...words).ended
    assert.strictEqual(silent.status, 1)
    assert.match(silent.stdout, /^stepwright: standard error cannot be written: no space left on device\nCOMPLETED/m)
    const json = await here.startWith({ stderr: "/dev/full" }, ...words, "--json").ended
    assert.deepStrictEqual([json.status, JSON.parse(json.stdout).status], [1, "COMPLETED"])
    const state = await here.startWith({ stdout: "/dev/full" }, "export").ended
    assert.deepStrictEqual([state.status, state.stderr.split("\n").length], [1, 2], state.stderr)
  })

  it("that a command has nothing to write to is none to speak of", async () => {
    const here = place(["tool.ts"])
    here.write("go", "")
    await here.stepwright(...words)
    for (const args of ["list", "status", "export", "graph", "plan", "show outer/inner/words", "list --json"]) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      const { status, stderr, stdout } = await here.stepwright(...args.split(" "))
      assert.deepStrictEqual([status, stderr], [0, ""], args)
      assert.isAbove(stdout.length, 0)
    }
    for (const [nowhere, args] of [
      ["2>/dev/full", "list"],
      ["2</dev/null", "status"],
      ["2>&-", "export"]
    ]) {
      const script = `"$0" "$1" ${args} ${nowhere} > out.txt`
      const { status } = spawnSync("sh", ["-c", script, process.execPath, processes.launcher], { cwd: here.path("") })
      assert.strictEqual(status, 0, script)
      assert.notInclude(here.read("out.txt"), "cannot be written")
      assert.isAbove(here.read("out.txt").length, 0)
    }
  })

  it("that was not opened for writing was never wanted on standard error, and is told of standard output", async () => {
    const here = place(["tool.ts"])
    here.write("go", "")
    const quiet = spawnSync("sh", ["-c", '"$0" "$@" 2</dev/null', process.execPath, processes.launcher, ...words], {
      cwd: here.path(""),
      encoding: "utf8"
    })
    assert.deepStrictEqual([quiet.status, quiet.stdout.startsWith("COMPLETED")], [0, true], quiet.stdout)
    const deaf = spawnSync("sh", ["-c", '"$0" "$@" 1</dev/null', process.execPath, processes.launcher, "list"], {
      cwd: here.path(""),
      encoding: "utf8"
    })
    assert.strictEqual(deaf.status, 1)
    assert.match(deaf.stderr, /standard output cannot be written: bad file descriptor/)
  })

  it("that is written in part only, as on a disk that becomes full, is told as well", async () => {
    const here = place(["tool.ts"])
    here.write("go", "")
    await here.stepwright(...words)
    const script = 'ulimit -f 1; exec "$0" "$1" export > state.json'
    const limited = spawnSync("sh", ["-c", script, process.execPath, processes.launcher], {
      cwd: here.path(""),
      encoding: "utf8"
    })
    assert.strictEqual(limited.status, 1, limited.stderr)
    assert.strictEqual(limited.stderr, "stepwright: standard output cannot be written: file too large\n")
    assert.isAbove(here.read("state.json").length, 0)
  })
})

describe("signals", () => {
  it("cancel a run in an orderly way, each with its own status", async () => {
    const here = processes.place(["tool.ts"])
    for (const [signal, expected] of [
      ["SIGTERM", 143],
      ["SIGHUP", 129]
    ] as const) {
      const run = here.start(...words)
      // oxlint-disable-next-line no-await-in-loop -- one run after the other
      await until(() => here.exists("calls.log") && here.read("calls.log").includes("sum"), run)
      run.process.kill(signal)
      // oxlint-disable-next-line no-await-in-loop -- as above
      const { status, stderr } = await run.ended
      assert.strictEqual(status, expected, signal)
      assert.match(stderr, /interrupted; go on with: stepwright resume \S+\n$/)
      here.write("calls.log", "")
    }
    const listed = JSON.parse((await placeIn(here).stepwright("list", "--json")).stdout)
    assert.deepStrictEqual(
      listed.map(({ status }: { readonly status: string }) => status),
      ["CANCELLED", "CANCELLED"]
    )
  })

  it("end at the second a process that hangs", async () => {
    const here = processes.place(["hang.ts"])
    for (const [first, second, expected] of [
      ["SIGINT", "SIGINT", 130],
      ["SIGINT", "SIGTERM", 143]
    ] as const) {
      const run = here.start("run", "--workflow", "hang.ts", "--input", `"${second}"`)
      let said = ""
      run.process.stderr!.on("data", (chunk) => (said += String(chunk)))
      // oxlint-disable-next-line no-await-in-loop -- one run after the other
      await until(() => here.exists(second), run)
      run.process.kill(first)
      // oxlint-disable-next-line no-await-in-loop -- as above
      await until(() => said.includes("once more ends the process"), run)
      run.process.kill(second)
      // oxlint-disable-next-line no-await-in-loop -- as above
      assert.strictEqual((await run.ended).status, expected)
    }
  })
})

describe("the launcher", () => {
  it("takes with it what it has started, also when it is killed before that runs", async () => {
    const orphan = processes.place([], { STEPWRIGHT_LAUNCHER: "999999" })
    const { status, stdout } = await orphan.stepwright("--version")
    assert.deepStrictEqual([status, stdout], [null, ""])
  })
})

describe("standard input", () => {
  it("is the document, the input, the state or the result where - is named", async () => {
    const here = place(["tool.ts"])
    here.write("go", "")
    const withInput = async (input: string | Uint8Array, ...args: ReadonlyArray<string>) => {
      const { status, stderr, stdout } = await here.withInput(input).stepwright(...args)
      assert.strictEqual(status, 0, stderr)
      return stdout
    }
    const utf16 = Buffer.from("\uFEFFein Größenmaß\r\n", "utf16le")
    assert.include(await withInput(utf16, "run", "-", "--workflow", "tool.ts"), '"total": 14')
    assert.include(await withInput('{"text":"a b"}', "run", "--input", "-", "--workflow", "tool.ts"), '"total": 2')
    await withInput('{"words":["LONGER"]}', "set", "outer/inner/words", "-")
    assert.include(await withInput("", "resume"), '"total": 6')
    const state = (await here.stepwright("export")).stdout
    assert.match(await withInput(state, "import", "-", "--workflow", "tool.ts"), /^\S+\n$/)
    for (const args of ["run -", "run --input -", "ask -", "import -", "set upper -"]) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      const empty = await here.stepwright(...args.split(" "))
      assert.deepStrictEqual([empty.status, empty.stdout], [2, ""])
      assert.match(empty.stderr, /^stepwright: standard input is empty/)
    }
    const folder = spawnSync("sh", ["-c", '"$0" "$1" run - < .', process.execPath, processes.launcher], {
      cwd: here.path(""),
      encoding: "utf8"
    })
    assert.strictEqual(folder.status, 2, folder.stderr)
    assert.match(folder.stderr, /^stepwright: standard input is a folder: name a file in it/)
  })
})
