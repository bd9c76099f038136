import { connect, createServer, type Socket } from "node:net"
import type { AddressInfo } from "node:net"

export interface Proxy {
  readonly port: number
  /** Cuts all connections that are there. */
  readonly cut: () => void
  /** Passes nothing on in the connections that are there, and tells neither end. */
  readonly silence: () => void
  readonly close: () => Promise<void>
}

/** What lies between a client and a server of this machine. */
export const proxy = async (to: number): Promise<Proxy> => {
  const pairs = new Set<readonly [Socket, Socket]>()
  const server = createServer((client) => {
    const below = connect(to, "127.0.0.1")
    const pair = [client, below] as const
    pairs.add(pair)
    client.pipe(below)
    below.pipe(client)
    const end = () => {
      pairs.delete(pair)
      client.destroy()
      below.destroy()
    }
    for (const socket of pair) socket.on("error", end).on("close", end)
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const each = (what: (socket: Socket) => void) => {
    for (const pair of pairs) pair.forEach(what)
  }
  return {
    port: (server.address() as AddressInfo).port,
    cut: () => each((socket) => void socket.destroy()),
    silence: () =>
      each((socket) => {
        socket.unpipe()
        socket.pause()
      }),
    close: () => {
      each((socket) => void socket.destroy())
      return new Promise((resolve) => server.close(() => resolve()))
    }
  }
}
