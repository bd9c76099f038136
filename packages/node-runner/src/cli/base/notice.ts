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
  const { cause, fiber, logLevel, message } = options
  const [said] = Arr.ensure(message)
  const title = Predicate.hasProperty(said, "note") ? "note" : titles[logLevel]
  const hasMore = cause.reasons.length > 0 || Object.keys(fiber.getRef(CurrentLogAnnotations)).length > 0
  if (title === undefined || hasMore) return Logger.formatLogFmt.log(options)
  const words = Arr.ensure(message).map((word) => {
    const text = Predicate.hasProperty(word, "note") ? word.note : word
    return typeof text === "string" ? text : Formatter.format(text)
  })
  return `${title}: ${inFlags(words.join(" "))}`
})

const titles: Readonly<Record<string, string>> = { Warn: "warning", Error: "error", Fatal: "error" }
