import { spawnSync } from "node:child_process"
import { cpSync, readdirSync, readFileSync, rmSync, utimesSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { launcher } from "../../../../../test/support/cli.ts"
import { assertEachBegins, assertOneResumes, underWay as others } from "../../../../../test/support/together.ts"
import { needs } from "../../../../../test/support/tool.ts"
import { placeIn } from "../../support/place.ts"

/** A run of another process, in a folder in which this one calls the command line. */
const underWay = async () => {
  const { here: there, ...run } = await others()
  return { ...run, there, here: placeIn(there) }
}

describe("a run under way in another process", () => {
  it("takes a decision, and goes on with it", async () => {
    const { folder, here, owner } = await underWay()
    const decided = await here.stepwright("decide", "approval", '{"size": 3}')
    assert.deepStrictEqual([decided.status, decided.stderr], [0, decided.stderr], decided.stderr)
    assert.include(decided.stdout, 'approval is decided: {"size":3}')
    assert.notInclude(decided.stderr, "resume")
    assert.match(here.read(`${folder}/events.jsonl`), /"StepSucceeded","path":"approval"/)
    here.write("go", "")
    const { status, stderr, stdout } = await owner.ended
    assert.deepStrictEqual([status, stdout.endsWith("build:\nof size 3\n")], [0, true], stderr)
  })

  it("takes the first of several decisions, and the others are told whose it was", async () => {
    const { here, owner, there } = await underWay()
    const sizes = [1, 2, 3, 4]
    const ended = await Promise.all(sizes.map((size) => there.stepwright("decide", "approval", `{"size": ${size}}`)))
    const first = ended.findIndex(({ status }) => status === 0)
    for (const [i, { status, stderr }] of ended.entries()) {
      if (i === first) continue
      assert.strictEqual(status, 1, stderr)
      assert.match(
        stderr,
        new RegExp(`approval: it is decided already: {"size":${sizes[first]}}, by .+ \\(command\\)\n$`)
      )
    }
    const again = await here.stepwright("decide", "approval", `{"size": ${sizes[first]}}`)
    assert.deepStrictEqual([again.status, again.stdout.includes("stays decided")], [0, true], again.stderr)
    here.write("go", "")
    assert.include((await owner.ended).stdout, `of size ${sizes[first]}`)
  })

  it("is cancelled, and can be resumed", async () => {
    const { here, id, owner } = await underWay()
    const cancelled = await here.stepwright("cancel", id)
    assert.deepStrictEqual([cancelled.status, cancelled.stdout], [0, `run ${id} is cancelled\n`], cancelled.stderr)
    assert.strictEqual((await owner.ended).status, 130)
    const again = await here.stepwright("cancel", "--json")
    assert.deepStrictEqual(JSON.parse(again.stdout), { run: id, status: "CANCELLED", cancelled: false })
    here.write("go", "")
    assert.strictEqual((await here.stepwright("resume")).status, 4)
  })

  it("is one process's: whoever else wants it is told so, and has changed nothing", async () => {
    const { folder, here, id, owner } = await underWay()
    const before = [here.read(`${folder}/run.json`), here.read(`${folder}/events.jsonl`)]
    for (const args of [
      ["resume"],
      ["resume", id, "--out", "elsewhere", "--max-calls", "3"],
      ["step", "build"],
      ["set", "slow", "together.ts"],
      ["repair"]
    ]) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      const { status, stderr, stdout } = await here.stepwright(...args)
      assert.deepStrictEqual([status, stdout], [3, ""], stderr)
      assert.match(stderr, /^stepwright: journal of run \S+: process \d+ is running it; wait for its end, or stop it/)
    }
    assert.deepStrictEqual([here.read(`${folder}/run.json`), here.read(`${folder}/events.jsonl`)], before)
    assert.include((await here.stepwright("status")).stdout, "RUNNING")
    here.write("go", "")
    assert.strictEqual((await owner.ended).status, 4)
  })
})

describe("a run under way in another container", needs("unshare"), () => {
  /** The command line among processes that do not see those outside. */
  const elsewhere = (folder: string, ...args: ReadonlyArray<string>) =>
    spawnSync("unshare", ["-Urpf", "--mount-proc", process.execPath, launcher, ...args], {
      cwd: folder,
      encoding: "utf8"
    })

  it("is not run a second time, and takes decisions from there", async () => {
    const { here, owner } = await underWay()
    const refused = elsewhere(here.path(""), "resume")
    assert.strictEqual(refused.status, 3, refused.stderr)
    assert.match(
      refused.stderr,
      /process \d+ of another container is running it; wait for its end, or stop it first\n$/
    )
    assert.include(elsewhere(here.path(""), "status").stdout, "RUNNING")
    const decided = elsewhere(here.path(""), "decide", "approval", '{"size": 5}')
    assert.strictEqual(decided.status, 0, decided.stderr)
    here.write("go", "")
    assert.include((await owner.ended).stdout, "of size 5")
    assert.strictEqual(here.read("calls.log"), "a shelf\n")
  })

  it("is taken over once it has not been heard of for a while, and notices that before it writes", async () => {
    const { folder, here, owner } = await underWay()
    const pids = processesBelow(owner.process.pid!)
    for (const pid of pids) process.kill(pid, "SIGSTOP")
    const claim = readdirSync(here.path(folder)).find((name) => name.startsWith("claim."))!
    const past = new Date(Date.now() - 60_000)
    utimesSync(here.path(`${folder}/${claim}`), past, past)
    here.write("go", "")
    const resumed = elsewhere(here.path(""), "resume")
    assert.strictEqual(resumed.status, 4, resumed.stderr)
    const after = here.read(`${folder}/events.jsonl`)
    for (const pid of pids.toReversed()) process.kill(pid, "SIGCONT")
    const { status, stderr } = await owner.ended
    assert.strictEqual(status, 3, stderr)
    assert.match(stderr, /process \d+ of another container has taken it over while this one was stopped/)
    assert.strictEqual(here.read(`${folder}/events.jsonl`), after)
    assert.strictEqual((await here.stepwright("resume")).status, 4)
  })
})

/** A process and those that it started, by what Linux tells. */
const processesBelow = (pid: number): ReadonlyArray<number> => {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean)
  return [pid, ...children.flatMap((child) => processesBelow(Number(child)))]
}

describe.concurrent("processes that begin at once", () => {
  it("go on with a stopped run one at a time", () => assertOneResumes(4))

  it("deliver each into a folder of its own", () => assertEachBegins(6))
})

describe("the folder of a run", () => {
  it("that was copied is not gone on with under another name", async () => {
    const { here, id, owner } = await underWay()
    here.write("go", "")
    await owner.ended
    const before = here.read(`.stepwright/runs/${id}/events.jsonl`)
    cpSync(here.path(`.stepwright/runs/${id}`), here.path(".stepwright/runs/copy"), { recursive: true })
    for (const name of ["resume", "status", "repair"]) {
      // oxlint-disable-next-line no-await-in-loop -- each holds the run for a moment
      const { status, stderr } = await here.stepwright(name, "copy")
      assert.strictEqual(status, 3, stderr)
      assert.include(stderr, `it is the journal of run ${id}: what goes on from that is a run of its own`)
      assert.notInclude(stderr, "drops what is damaged")
    }
    assert.strictEqual(here.read(`.stepwright/runs/${id}/events.jsonl`), before)
  })

  it("without its settings says so", async () => {
    const { here, id, owner } = await underWay()
    owner.process.kill("SIGKILL")
    await owner.ended
    here.write("go", "")
    rmSync(here.path(`.stepwright/runs/${id}/run.json`))
    const refused = await here.stepwright("resume", "--workflow", "together.ts")
    assert.strictEqual(refused.status, 2)
    assert.include(refused.stderr, "has no settings (run.json)")
    const told = await here.stepwright("resume", "--workflow", "together.ts", "--out", "here")
    assert.strictEqual(told.status, 4, told.stderr)
  })
})
