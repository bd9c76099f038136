import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { answer } from "./flow.ts"

/** A call that was made, when it came, and when its answer went out. **Units** milliseconds */
export interface Call {
  readonly run: string
  readonly path: string
  readonly pid: number
  readonly came: number
  answered: number | undefined
}

export interface Model {
  readonly url: string
  /** All calls so far. */
  readonly calls: ReadonlyArray<Call>
  /** The calls of a process that have no answer yet. */
  readonly inFlight: (pid: number) => ReadonlyArray<Call>
  /** The most that were on their way at a time, of processes that live. */
  readonly most: () => number
  readonly close: () => Promise<void>
}

/** A provider that counts its calls; `latency` says how long one takes. **Units** milliseconds */
export const model = async (latency: () => number, lives: (pid: number) => boolean): Promise<Model> => {
  const calls: Array<Call> = []
  const open = new Set<Call>()
  let most = 0
  const server = createServer((request, response) => {
    const chunks: Array<Buffer> = []
    request.on("data", (chunk: Buffer) => chunks.push(chunk))
    request.on("end", () => {
      const { path, pid, prompt, run } = JSON.parse(Buffer.concat(chunks).toString())
      const call: Call = { run, path, pid, came: performance.now(), answered: undefined }
      calls.push(call)
      open.add(call)
      most = Math.max(most, [...open].filter(({ pid }) => lives(pid)).length)
      response.on("close", () => open.delete(call))
      setTimeout(() => {
        if (response.destroyed) return
        call.answered = performance.now()
        open.delete(call)
        response.end(answer(prompt))
      }, latency())
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    most: () => most,
    inFlight: (pid) => [...open].filter((call) => call.pid === pid),
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    }
  }
}
