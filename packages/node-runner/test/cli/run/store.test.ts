import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { type Place, place } from "../../support/place.ts"

const begun = async (here: Place): Promise<string> => {
  here.write("go", "")
  const ran = await here.stepwright("run", "--input", '{"text":"one"}', "--workflow", "tool.ts", "--json")
  assert.strictEqual(ran.status, 0, ran.stderr)
  return String(JSON.parse(ran.stdout).run)
}

describe("a store with links in it", () => {
  for (const link of [".stepwright", ".stepwright/runs", ".stepwright/cache", ".stepwright/out"]) {
    it(`is refused where ${link} is one, unless a person says that it is there`, async () => {
      const here = place()
      mkdirSync(here.path("elsewhere"))
      if (link !== ".stepwright") mkdirSync(here.path(".stepwright"))
      symlinkSync(here.path("elsewhere"), here.path(link))
      for (const args of [["list"], ["gc"], ["import", "state.json"]]) {
        // oxlint-disable-next-line no-await-in-loop -- one after another
        const { status, stderr } = await here.stepwright(...args)
        assert.strictEqual(status, 3, args.join(" "))
        assert.include(stderr, `${link} is a link, and is not followed: remove it, or set STEPWRIGHT_STORE`)
      }
      assert.strictEqual((await here.stepwright("gc", "--help")).status, 0)
      const said = here.withEnv({ STEPWRIGHT_STORE: here.path("elsewhere") })
      assert.strictEqual((await said.stepwright("list")).status, 0)
    })
  }

  it("has no run where there is a link to one, and reads no settings through one", async () => {
    const here = place(["tool.ts"])
    const run = await begun(here)
    symlinkSync(run, here.path(".stepwright/runs/linked"))
    assert.notInclude((await here.stepwright("list")).stdout, "linked")
    const file = `.stepwright/runs/${run}/run.json`
    rmSync(here.path(file))
    symlinkSync("/dev/zero", here.path(file))
    rmSync(here.path(".stepwright/list.json"))
    symlinkSync("/dev/zero", here.path(".stepwright/list.json"))
    const { status, stderr } = await here.stepwright("plan", run)
    assert.strictEqual(status, 3)
    assert.include(stderr, `${file} cannot be read: is a link`)
    assert.include((await here.stepwright("list")).stdout, run)
  })
})

describe("a run that came with a store", () => {
  const of = async (change: object) => {
    const here = place(["tool.ts"])
    const run = await begun(here)
    const file = `.stepwright/runs/${run}/run.json`
    here.write(file, JSON.stringify({ format: 1, out: "out", ...change }))
    return { here, run, file }
  }

  it("names no program to call, and none of its own to the workflow of somebody else", async () => {
    const { file, here, run } = await of({ module: "evil.ts", program: "evil.js" })
    const { stderr, stdout } = await here.stepwright("status")
    assert.notInclude(stderr + stdout, "node evil.js")
    const refused = await here.stepwright("plan", run)
    assert.strictEqual(refused.status, 3)
    assert.include(refused.stderr, "program: is one of the program evil.js")
    // what is written from now on is this person's
    const named = await here.stepwright("resume", run, "--workflow", "tool.ts")
    assert.strictEqual(named.status, 0, named.stderr)
    assert.notInclude(here.read(file), "evil")
  })

  it("cannot be trusted where no key can be kept", async () => {
    const { here } = await of({ module: "tool.ts", name: "tool" })
    writeFileSync(here.path("config"), "")
    const { status, stderr } = await here.withEnv({ XDG_CONFIG_HOME: here.path("config") }).stepwright("trust", "--yes")
    assert.strictEqual(status, 1)
    assert.include(stderr, "cannot be written, by which your runs are known")
  })
})
