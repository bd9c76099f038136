import { readdirSync } from "node:fs"
import { assert } from "@effect/vitest"
import { place, until } from "./cli.ts"

const run = ["run", "--workflow", "together.ts", "--input", '{"text": "a shelf"}']

/** A folder with a run whose slow step waits for the file `go`. */
export const underWay = async () => {
  const here = place(["together.ts"])
  const owner = here.start(...run)
  await until(() => here.exists("calls.log") && here.read("calls.log") !== "", owner)
  const [id] = readdirSync(here.path(".stepwright/runs"))
  const folder = `.stepwright/runs/${id}`
  await until(() => here.read(`${folder}/events.jsonl`).includes("GateAsked"), owner)
  return { here, owner, id: id!, folder }
}

/** Of so many that go on with a killed run at once, one does what is left. */
export const assertOneResumes = async (count: number) => {
  const { here, owner } = await underWay()
  owner.process.kill("SIGKILL")
  await owner.ended
  here.write("go", "")
  const ended = await Promise.all(Array.from({ length: count }, () => here.stepwright("resume")))
  const statuses = ended.map(({ status }) => status)
  // who comes when another is through finds it suspended
  assert.isTrue(
    statuses.every((status) => status === 3 || status === 4),
    ended.map(({ stderr }) => stderr).join("\n")
  )
  assert.include(statuses, 4)
  assert.strictEqual(here.read("calls.log"), "a shelf\na shelf\n")
  assert.strictEqual((await here.stepwright("resume")).status, 4)
}

/** So many that begin at once have a run and a folder each. */
export const assertEachBegins = async (count: number) => {
  const here = place(["together.ts"])
  here.write("go", "")
  const ended = await Promise.all(Array.from({ length: count }, () => here.stepwright(...run)))
  assert.deepStrictEqual(
    ended.map(({ status }) => status),
    ended.map(() => 4),
    ended.map(({ stderr }) => stderr).join("\n")
  )
  const runs = readdirSync(here.path(".stepwright/runs"))
  const folders = runs.map((id) => JSON.parse(here.read(`.stepwright/runs/${id}/run.json`)).out)
  assert.strictEqual(new Set(folders).size, count)
  assert.deepStrictEqual(folders.toSorted()[0], "out/together")
}
