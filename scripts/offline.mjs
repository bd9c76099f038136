// Preloaded where a program must do without a network: connections other than to this machine are refused.
import { Socket } from "node:net"

const { connect } = Socket.prototype
const isLocal = (host) => host === undefined || ["localhost", "127.0.0.1", "::1"].includes(host)

Socket.prototype.connect = function (...args) {
  const [first, second] = Array.isArray(args[0]) ? args[0] : args
  const host = typeof first === "object" ? first.host : typeof second === "string" ? second : undefined
  if (!isLocal(host)) throw new Error(`This program must work without a network, but connects to ${host}`)
  return connect.apply(this, args)
}
