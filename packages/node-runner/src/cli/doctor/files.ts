import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { ProjectConfig } from "../../ProjectConfig.ts"
import { checkTrust, type Configuration, none } from "../config/configuration.ts"
import type { CliError } from "../base/cliError.ts"
import { mistakesIn } from "../config/mistakes.ts"
import type { ConfigFile } from "../config/readConfig.ts"
import { refused } from "../config/refusal.ts"
import * as readConfiguration from "../config/readConfiguration.ts"
import { answerTo, type Finding, unanswered } from "./finding.ts"

type File = ConfigFile<ProjectConfig>

/** A file in which nothing is wrong. */
const right = <A extends File, R>(read: Effect.Effect<A | undefined, CliError, R>, other?: File) =>
  Effect.tap(read, (file) => {
    const mistakes = file === undefined ? [] : mistakesIn(file, other)
    return file !== undefined && mistakes.length > 0 ? refused(file.name, mistakes) : Effect.void
  })

const ofProject = Effect.fnUntraced(function* (file: File | undefined, { isTrusted, needs }: Configuration) {
  if (file === undefined) {
    return { name: "project", standing: "ok", found: "none: flags and variables say all", value: null } as const
  }
  const value = { file: file.name, trusted: isTrusted, needs }
  const trust = yield* answerTo(checkTrust({ project: file, needs }))
  if (Result.isFailure(trust)) {
    return { ...unanswered("project", trust.failure, { means: "no command uses it before that" }), value }
  }
  const trusted = isTrusted ? "trusted" : "not trusted, and in need of it for nothing but to raise your limits"
  return { name: "project", standing: "ok", found: `${file.name}: right, ${trusted}`, value } as const
})

/** The files of configuration, and what is said by those that are right. */
export const files = Effect.gen(function* () {
  const user = yield* answerTo(right(readConfiguration.files.user))
  const project = yield* answerTo(right(readConfiguration.files.project, Result.getOrUndefined(user)))
  const said = yield* answerTo(
    readConfiguration.of({ project: Result.getOrUndefined(project), user: Result.getOrUndefined(user) })
  )
  const configuration = Result.getOrElse(said, () => none)
  const findings: ReadonlyArray<Finding> = [
    Result.isFailure(project)
      ? unanswered("project", project.failure)
      : yield* ofProject(project.success, configuration),
    Result.match(user, {
      onFailure: (why) => unanswered("user", why),
      onSuccess: (file): Finding => ({
        name: "user",
        standing: "ok",
        found: file === undefined ? "none" : `${file.name}: right`,
        value: file === undefined ? null : { file: file.name }
      })
    }),
    ...(Result.isFailure(said) ? [unanswered("variables", said.failure)] : [])
  ]
  return { configuration, section: "configuration", findings }
})
