import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpApiError from "effect/http-api/HttpApiError"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import * as RcMap from "effect/RcMap"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { unhandled } from "effect/Types"
import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import { Journal } from "@stepwright/core/Journal"
import * as ServerApi from "../../ServerApi.ts"
import { oneLine } from "../base/format.ts"
import { version } from "../base/version.ts"
import { Who, whoBy } from "../gate/who.ts"
import * as runFolder from "../run/runFolder.ts"
import * as stores from "../run/store/stores.ts"
import * as listing from "../view/listing.ts"
import * as standingNow from "../view/standingNow.ts"
import * as acts from "../act/acts.ts"
import * as looks from "../act/looks.ts"
import * as feed from "./feed.ts"
import { Live } from "../act/live.ts"
import { Offered } from "../act/offered.ts"
import { answered, say } from "../act/problems.ts"
import type { Limits } from "../act/purse.ts"
import { problemOf } from "../http/access.ts"
import { ownHeader } from "./page.ts"

export interface Access {
  readonly token: string
  readonly isReadOnly: boolean
  /** Whether a request is that of a page that was let in. */
  readonly isOfPage: (request: HttpServerRequest.HttpServerRequest) => boolean
}

/** What a server has that it tells whoever asks. */
export interface About extends Limits {
  readonly isReadOnly: boolean
}

/** Lets in who has the token, and its own page; where a server is only read, nobody changes anything. */
export const authorization = ({ isOfPage, isReadOnly, token }: Access) =>
  Layer.succeed(ServerApi.Authorization, {
    token: (answer, { credential, endpoint }) =>
      Effect.gen(function* () {
        const request = yield* HttpServerRequest.HttpServerRequest
        const { headers, method } = request
        const given = Redacted.value(credential)
        const isPage = given === "" && isOfPage(request)
        const stranger = isPage ? undefined : problemOf(given, token)
        if (stranger !== undefined) return yield* new ServerApi.Unauthorized(stranger)
        // a plan of edits is a question with a body
        if (isReadOnly && method !== "GET" && endpoint.identifier !== "planOf") {
          const problem = say("ReadOnly", "this server is only read", null, "start it without --read-only")
          return yield* new ServerApi.Forbidden(problem)
        }
        if (isPage && method !== "GET" && headers[ownHeader] === undefined) {
          const message = `a page says that it is one, by the header ${ownHeader}`
          return yield* new ServerApi.Forbidden(say("Forbidden", message, null))
        }
        return yield* Effect.provideService(answer, Who, whoBy(isPage ? "page" : "HTTP"))
      })
  })

/** Tells what of a request cannot be read, and where. */
export const readable = Layer.succeed(ServerApi.Readable, (answer) =>
  Effect.catchCause(
    answer,
    (cause): Effect.Effect<HttpServerResponse.HttpServerResponse, ServerApi.BadRequest | unhandled> => {
      const error: unknown = Cause.squash(cause)
      if (isTooLarge(error)) return Effect.succeed(tooLarge)
      // an answer that cannot be written is no fault of who asks
      if (!HttpApiError.HttpApiSchemaError.is(error) || error.kind === "Body" || error.kind === "ResponseHeaders") {
        return Effect.failCause(cause)
      }
      const message = `the request cannot be read: ${oneLine(error.cause.message)}`
      return Effect.fail(new ServerApi.BadRequest(say("Malformed", message, error.kind.toLowerCase())))
    }
  )
)

const tooLarge = HttpServerResponse.jsonUnsafe(
  { _tag: "TooLarge", ...say("TooLarge", "the request is larger than what is taken here", null) },
  { status: 413 }
)

/** A body that is too large is a defect of Effect's, which says so in a reason within. */
const isTooLarge = (error: unknown): boolean =>
  Predicate.hasProperty(error, "reason") && (error.reason === "BodyTooLarge" || isTooLarge(error.reason))

const server = ({ isReadOnly, maxUsd, starts }: About) =>
  HttpApiBuilder.group(ServerApi.api, "server", (handlers) =>
    handlers.handleAll({
      get: () => Effect.sync(() => ({ version: version(), isReadOnly, maxUsd: maxUsd ?? null, maxStarts: starts }))
    })
  )

const workflows = HttpApiBuilder.group(
  ServerApi.api,
  "workflows",
  Effect.fnUntraced(function* (handlers) {
    const offered = yield* Offered
    return handlers.handleAll({
      list: () => answered(Effect.suspend(() => Effect.forEach(offered.all(), looks.described))),
      get: ({ params }) => answered(Effect.flatMap(offered.get(params.workflow), looks.detailsOf)),
      sources: ({ params: { workflow } }) => answered(looks.sourcesIn(workflow)),
      save: ({ params: { workflow }, payload }) => answered(acts.save(workflow, payload))
    })
  })
)

const runs = HttpApiBuilder.group(
  ServerApi.api,
  "runs",
  Effect.fnUntraced(function* (handlers) {
    const { replies } = yield* Live
    const feeds = yield* RcMap.make({
      lookup: (run: string) => Effect.flatMap(answered(stores.of(run)), (store) => feed.make(store, run, replies)),
      idleTimeToLive: "10 seconds"
    })
    return handlers
      .handleAll({
        list: ({ query: { status, workflow } }) =>
          answered(
            Effect.map(listing.entries, ({ found }) =>
              found.filter(
                (entry) =>
                  (workflow === undefined || ("workflow" in entry && entry.workflow === workflow)) &&
                  (status === undefined || ("status" in entry && entry.status === status))
              )
            )
          ),
        start: ({ payload: { input, workflow, ...caps } }) => answered(acts.start(workflow, input, caps)),
        get: ({ params: { run } }) =>
          answered(
            Effect.gen(function* () {
              const id = yield* acts.runOf(run)
              return standingNow.toJson(yield* looks.standingOf(id))
            })
          ),
        file: ({ params: { run }, query: { path } }) =>
          answered(
            Effect.gen(function* () {
              const id = yield* acts.runOf(run)
              const { self, settings } = yield* looks.standingOf(id)
              return yield* looks.fileOf(self.result.files, settings.out, path)
            })
          ),
        state: ({ params: { run } }) => answered(Effect.flatMap(acts.runOf(run), runFolder.state)),
        plan: ({ params: { run } }) => answered(looks.pricedPlanOf(run)),
        costs: ({ params: { run } }) => answered(Effect.flatMap(acts.runOf(run), looks.costs)),
        planOf: ({ params: { run }, payload }) => answered(looks.pricedPlanOf(run, payload)),
        gates: ({ params: { run } }) => answered(looks.gatesOf(run)),
        text: ({ params: { hash, run } }) =>
          answered(
            Effect.flatMap(acts.runOf(run), (id) => Effect.flatMap(Journal, ({ getText }) => getText(id, hash)))
          ),
        resume: ({ params: { run }, payload }) => answered(acts.resume(run, payload)),
        cancel: ({ params: { run } }) => answered(acts.cancel(run)),
        step: ({ params: { run }, payload: { force = false, path } }) => answered(acts.step(run, path, force)),
        set: ({ params: { run }, payload: { path, value } }) => answered(acts.set(run, path, value)),
        decide: ({ params: { run }, payload: { decision, of, path } }) =>
          answered(acts.decide(run, path, decision, of)),
        fork: ({ params: { run }, payload }) => answered(acts.fork(run, payload))
      })
      .handleRaw("events", ({ headers, params: { run: reference }, query, request }) =>
        Effect.gen(function* () {
          const run = yield* answered(acts.runOf(reference))
          const given = headers["last-event-id"] ?? query.after
          const response = NodeHttpServerRequest.toServerResponse(request)
          const read = Effect.gen(function* () {
            const events = yield* RcMap.get(feeds, run)
            yield* events.look
            const after = given === undefined ? 0 : yield* positionOf(given, run, events)
            return yield* events.read(after, () => response.destroy())
          })
          // a position is known before anything is answered
          const scope = yield* Effect.scope
          const { next } = yield* Effect.provideService(read, Scope.Scope, scope)
          return HttpServerResponse.stream(Stream.fromIterableEffectRepeat(next), {
            contentType: "text/event-stream",
            headers: { "x-accel-buffering": "no" }
          })
        })
      )
  })
)

const positionOf = (id: string, run: string, events: feed.Feed) => {
  const position = feed.parseId(id)
  if (position === undefined) {
    const problem = say(
      "NoPosition",
      `${JSON.stringify(id)} is the id of no event`,
      id,
      "read from the beginning, without one"
    )
    return Effect.fail(new ServerApi.BadRequest(problem))
  }
  const lost = events.lost(position)
  if (lost === undefined) return Effect.succeed(position.number)
  return lost === "Foreign"
    ? Effect.fail(
        new ServerApi.Conflict(say("OfAnotherRun", `this event is of run ${position.run}, not of ${run}`, id))
      )
    : Effect.fail(
        new ServerApi.Gone(
          say(
            "TakenBack",
            `event ${position.number} is no longer there: it was not on the disk when the power was cut, or the run was repaired`,
            id,
            "read from the beginning, without an id"
          )
        )
      )
}

export const layer = (about: About) => Layer.mergeAll(server(about), workflows, runs)
