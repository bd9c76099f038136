import { spawn } from "node:child_process"
import { setTimeout } from "node:timers/promises"
import { assert, describe, it } from "@effect/vitest"
import { launcher, place } from "./support/cli.ts"

const run = ["run", "--workflow", "together.ts", "--input", '{"text": "a shelf"}']

/** Starts a run by a shell, and sends it SIGHUP once it is at work; lets it go on where it is to outlast that. */
const hungUp = async (script: string, { outlasts }: { readonly outlasts: boolean }) => {
  const here = place(["together.ts"])
  const { HOME, PATH, XDG_CONFIG_HOME } = process.env
  const shell = spawn("bash", ["-c", script, "bash", process.execPath, launcher, ...run], {
    cwd: here.path(""),
    env: { HOME, PATH, XDG_CONFIG_HOME },
    stdio: ["ignore", "pipe", "ignore"]
  })
  let said = ""
  shell.stdout.on("data", (chunk) => (said += String(chunk)))
  const ended = new Promise<number | null>((resolve) => shell.on("close", resolve))
  // oxlint-disable-next-line no-await-in-loop -- looks again and again
  while (!here.exists("calls.log")) await setTimeout(20)
  process.kill(Number(said.split("\n")[0]), "SIGHUP")
  if (outlasts) here.write("go", "")
  return { here, status: await ended }
}

describe.concurrent("a terminal that goes away", () => {
  it("ends nothing that nohup started", async () => {
    const { here, status } = await hungUp('nohup "$@" >out.log 2>&1 & echo $!; wait $!', { outlasts: true })
    assert.strictEqual(status, 4, here.read("out.log"))
  })

  it("ends nothing that a shell started which ignores that", async () => {
    const { here, status } = await hungUp(`trap '' HUP; "$@" >out.log 2>&1 & echo $!; wait $!`, { outlasts: true })
    assert.strictEqual(status, 4, here.read("out.log"))
  })

  it("cancels any other run, which can be resumed", async () => {
    const { here, status } = await hungUp('"$@" >out.log 2>&1 & echo $!; wait $!', { outlasts: false })
    assert.strictEqual(status, 129, here.read("out.log"))
    assert.strictEqual(JSON.parse((await here.stepwright("list", "--json")).stdout)[0].status, "CANCELLED")
    here.write("go", "")
    assert.strictEqual((await here.stepwright("resume")).status, 4)
  })
})
