import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Otlp from "effect/observability/Otlp"
import * as OtlpSerialization from "effect/observability/OtlpSerialization"
import * as Scope from "effect/Scope"

/** How long the end waits for a collector, and how long that may take to answer before. */
const [flushTime, answerTime] = ["2 seconds", "10 seconds"] as const

/**
 * Sends spans and metrics to a collector: at `url`, or else where `OTEL_EXPORTER_OTLP_ENDPOINT` and the like say. What it
 * does with them changes nothing of the work: what is left is sent at the end within a bounded time, and one line on
 * standard error says when something did not arrive.
 */
export const layer = (url: string | undefined): Layer.Layer<never, Config.ConfigError> =>
  Layer.unwrap(
    Effect.map(url === undefined ? endpoint : Effect.succeed(Option.some(new URL(url))), (endpoint) =>
      Option.isNone(endpoint) ? Layer.empty : exporting(url, endpoint.value.origin)
    )
  )

/** The first address that a variable has; each must be one. */
const endpoint = Effect.map(
  Config.all(
    ["", "_TRACES", "_METRICS"].map((signal) => Config.option(Config.URL(`OTEL_EXPORTER_OTLP${signal}_ENDPOINT`)))
  ),
  Option.firstSomeOf
)

const exporting = (url: string | undefined, shown: string): Layer.Layer<never> =>
  Layer.effectContext(
    Effect.gen(function* () {
      let problem: string | undefined
      const http = Layer.effect(
        HttpClient.HttpClient,
        Effect.map(HttpClient.HttpClient, (client) => noting(client, (said) => (problem ??= said)))
      )
      const exporters = Layer.provide(Otlp.layerFromConfig(), [
        OtlpSerialization.layerProtobuf,
        Layer.provide(http, FetchHttpClient.layer),
        ConfigProvider.layer(settings(url))
      ])
      // traces and metrics are sent side by side at the end
      const scope = yield* Scope.make("parallel")
      yield* Effect.addFinalizer(
        Effect.fnUntraced(function* (exit) {
          const closing = yield* Effect.forkDetach(Scope.close(scope, exit), { startImmediately: true })
          const closed = yield* Effect.timeoutOption(Effect.interruptible(Fiber.await(closing)), flushTime)
          const said = problem ?? (Option.isNone(closed) ? late : undefined)
          if (said === undefined) return
          yield* Console.error(`stepwright: spans or metrics did not reach the collector at ${shown}: ${said}`)
        })
      )
      return yield* Layer.buildWithScope(exporters, scope)
    })
  )

const late = "it did not answer in time"

/**
 * The client, which tells what goes wrong. A collector that does not answer is left alone for the minute that the
 * exporter gives it, as a defect is not tried again: that would hold up the end.
 */
const noting = (client: HttpClient.HttpClient, note: (said: string) => void) =>
  HttpClient.transform(client, (response) =>
    response.pipe(
      Effect.timeoutOrElse({ duration: answerTime, orElse: () => Effect.die(note(late)) }),
      Effect.tap(({ status }) =>
        Effect.sync(() => {
          if (status >= 300) note(`it answered with ${status}`)
        })
      ),
      Effect.catch((error) => {
        note("it cannot be reached")
        return Effect.die(error)
      })
    )
  )

/** What OpenTelemetry's variables say, but for the address that is given, and what they are taken to say otherwise. */
const settings = Effect.fnUntraced(function* (url: string | undefined) {
  const variables = yield* ConfigProvider.ConfigProvider
  const attributes = yield* Config.withDefault(Config.String("OTEL_RESOURCE_ATTRIBUTES"), "")
  const at = (signal: string) => `${url?.replace(/\/$/u, "")}/v1/${signal}`
  const given = url !== undefined && {
    OTEL_SDK_DISABLED: "false",
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: at("traces"),
    OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: at("metrics")
  }
  const otherwise = {
    OTEL_TRACES_EXPORTER: "otlp",
    OTEL_METRICS_EXPORTER: "otlp",
    ...(!attributes.includes("service.name=") && { OTEL_SERVICE_NAME: "stepwright" })
  }
  return ConfigProvider.fromUnknown({ ...given }).pipe(
    ConfigProvider.orElse(variables),
    ConfigProvider.orElse(ConfigProvider.fromUnknown(otherwise))
  )
}, Effect.orDie)
