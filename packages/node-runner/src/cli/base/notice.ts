import * as Arr from "effect/Array"
import * as Formatter from "effect/Formatter"
import * as Logger from "effect/Logger"
import * as Predicate from "effect/Predicate"
import { CurrentLogAnnotations } from "effect/References"

import { inFlags } from "./told.ts"

/**
 * What is logged: a line as the command line writes its own for a warning or an error that is no more than words, and for
 * a `note` of the services.
 */
export const notice = Logger.make<unknown, string>((options) => {
  const { cause, fiber } = options
  const found = noticed(options)
  const hasMore = cause.reasons.length > 0 || Object.keys(fiber.getRef(CurrentLogAnnotations)).length > 0
  return found === undefined || hasMore ? Logger.formatLogFmt.log(options) : `${found.level}: ${found.message}`
})

/** What a program is told of what is logged, if that is for a person: how much it matters, and the words. */
export const noticed = ({ logLevel, message }: Pick<Logger.Options<unknown>, "logLevel" | "message">) => {
  const [said] = Arr.ensure(message)
  const level = Predicate.hasProperty(said, "note") ? "note" : levels[logLevel]
  if (level === undefined) return undefined
  const words = Arr.ensure(message).map((word) => {
    const text = Predicate.hasProperty(word, "note") ? word.note : word
    return typeof text === "string" ? text : Formatter.format(text)
  })
  return { level, message: inFlags(words.join(" ")) } as const
}

const levels: Readonly<Record<string, "warning" | "error">> = { Warn: "warning", Error: "error", Fatal: "error" }
