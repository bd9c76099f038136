import { spawnSync } from "node:child_process"
import { setTimeout } from "node:timers/promises"
import { afterAll } from "@effect/vitest"

/** Waits until something is so, whoever does it. */
export const until = async (isSo: () => boolean): Promise<void> => {
  // oxlint-disable-next-line no-await-in-loop -- looks again and again
  while (!isSo()) await setTimeout(50)
}

const tmux = (...args: ReadonlyArray<string>): string => {
  const { error, status, stderr, stdout } = spawnSync("tmux", args, { encoding: "utf8" })
  if (status !== 0) throw new Error(`tmux ${args.join(" ")}: ${error?.message ?? stderr}`)
  return stdout
}

const sessions: Array<string> = []
afterAll(() => {
  for (const session of sessions) tmux("kill-session", "-t", session)
})

/** A terminal of 120 columns with a shell in a folder, and what a person does and sees there. */
export const terminal = (folder: string, env: ReadonlyArray<string>, rows = 60) => {
  const session = `stepwright-${process.pid}-${sessions.length}`
  const size = ["-x", "120", "-y", String(rows)]
  tmux("new-session", "-d", "-s", session, ...size, "-c", folder, "env", ...env, "PS1=$ ", "sh")
  tmux("set-option", "-t", session, "history-limit", "5000")
  sessions.push(session)
  let from = 0
  const screen = () => tmux("capture-pane", "-p", "-J", "-S", "-5000", "-t", session).trimEnd()
  return {
    screen,
    type: (text: string) => tmux("send-keys", "-t", session, "-l", text),
    // what is pressed before a plan could be read is taken for none
    press: (key: string) => setTimeout(200).then(() => tmux("send-keys", "-t", session, key)),
    /** Whether the terminal shows where one types. */
    hasCursor: () => tmux("display-message", "-p", "-t", session, "#{cursor_flag}").trim() === "1",
    /** Waits until the screen has a text anywhere. */
    shows: (wanted: RegExp) => until(() => wanted.test(screen())),
    /** Waits until the screen has a text further down than what was waited for before. */
    sees: async (wanted: RegExp): Promise<string> => {
      for (let tries = 0; tries < 600; tries++) {
        const text = screen()
        const found = wanted.exec(text.slice(from))
        if (found !== null) {
          from += found.index + found[0].length
          return found[0]
        }
        // oxlint-disable-next-line no-await-in-loop -- looks again and again
        await setTimeout(100)
      }
      throw new Error(`the screen has no ${wanted}:\n${screen()}`)
    }
  }
}
