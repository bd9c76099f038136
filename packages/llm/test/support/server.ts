import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { Effect } from "effect"

export interface Received {
  readonly url: string
  readonly headers: IncomingMessage["headers"]
  readonly body: { readonly [key: string]: unknown }
  /** Settles when the client has closed the connection or the reply is out. */
  readonly closed: Promise<void>
}

/** What the server does with a request, and how often it was asked before. */
export type Behaviour = (response: ServerResponse, count: number) => void

type Listener = (response: ServerResponse, count: number, received: Received) => void

/** A provider on loopback that behaves as told and keeps what it received, until the scope ends. */
export const serve = (behave: Listener) =>
  Effect.acquireRelease(
    Effect.callback<{ readonly url: string; readonly received: ReadonlyArray<Received>; readonly close: () => void }>(
      (resume) => {
        const received: Array<Received> = []
        const server = createServer((request, response) => {
          let text = ""
          const closed = new Promise<void>((resolve) => response.on("close", resolve))
          request.setEncoding("utf8")
          request.on("data", (chunk) => (text += chunk))
          request.on("end", () => {
            const one = { url: request.url ?? "", headers: request.headers, body: JSON.parse(text), closed }
            behave(response, received.push(one) - 1, one)
          })
        })
        server.listen(0, "127.0.0.1", () => {
          // A server that listens on TCP has an address with a port.
          const { port } = server.address() as AddressInfo
          const close = () => {
            server.closeAllConnections()
            server.close()
          }
          resume(Effect.succeed({ url: `http://127.0.0.1:${port}/v1`, received, close }))
        })
      }
    ),
    ({ close }) => Effect.sync(close)
  )

/** Sends a status, a type, and the same again and again until the connection closes. */
export const sendForEver =
  (status: number, type: string, repeated: string): Behaviour =>
  (response) => {
    const bytes = Buffer.from(repeated.repeat(Math.ceil(2 ** 20 / repeated.length)))
    const write = () => void (!response.destroyed && response.write(bytes, write))
    response.writeHead(status, { "content-type": type })
    write()
  }

/** Sends a status, headers and a body: JSON, or text as it is. */
export const send =
  (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Behaviour =>
  (response) => {
    const text = typeof body === "string" ? body : JSON.stringify(body)
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(text)
  }
