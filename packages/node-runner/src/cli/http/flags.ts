import * as Flag from "effect/cli/Flag"
import * as flags from "../run/flags.ts"

export const defaults = { host: "127.0.0.1", port: 4141 }

/** The flags of a server that listens: where, and who is let in. */
export const listening = {
  host: Flag.String("host").pipe(
    Flag.withMetavar("ADDRESS"),
    Flag.withDescription(`Where to listen; another one than ${defaults.host} takes a --token-file of your own`),
    Flag.withDefault(defaults.host)
  ),
  port: flags.count("port", 0, `Where to listen; 0 is any that is free (default: ${defaults.port})`).pipe(
    Flag.filter(
      (port) => port === undefined || port <= 65_535,
      () => "must be 65535 or less"
    )
  ),
  tokenFile: Flag.String("token-file").pipe(
    Flag.withMetavar("FILE"),
    Flag.withDescription("A token of your own, in a file that only you can read; without it one is made for you"),
    Flag.optional
  ),
  json: flags.json
}
