import { createServer, type ServerResponse } from "node:http"
import { afterAll } from "@effect/vitest"
// OpenTelemetry's own reading of its .proto files; later versions of the package write messages only
import schema from "@opentelemetry/otlp-transformer/build/src/generated/root.js"

export type Value = string | number | boolean | ReadonlyArray<Value> | undefined

export interface Span {
  readonly trace: string
  readonly id: string
  readonly parent: string
  readonly name: string
  readonly kind: number
  readonly attributes: Readonly<Record<string, Value>>
  /** 2 is an error. */
  readonly status: { readonly code?: number; readonly message?: string }
  readonly events: ReadonlyArray<{ readonly name: string; readonly attributes: Readonly<Record<string, Value>> }>
}

/** A data point of a counter or a histogram: its sum. */
export interface Point {
  readonly name: string
  readonly unit: string
  readonly sum: number
  readonly attributes: Readonly<Record<string, Value>>
}

export interface Collector {
  readonly url: string
  readonly paths: ReadonlyArray<string>
  readonly headers: ReadonlyArray<Readonly<Record<string, unknown>>>
  /** What every request held, as text. */
  readonly raw: () => string
  readonly service: () => Value
  readonly spans: () => ReadonlyArray<Span>
  /** The points of the last time that they were sent: they are sums from the start. */
  readonly points: () => ReadonlyArray<Point>
  readonly close: () => void
}

/** A message of the schema. */
interface Message {
  readonly decode: (bytes: Uint8Array) => unknown
  readonly toObject: (message: unknown, options: object) => any
}

// the package does not say the types of what it generated
const { collector } = (
  schema as unknown as {
    readonly opentelemetry: {
      readonly proto: {
        readonly collector: {
          readonly trace: { readonly v1: { readonly ExportTraceServiceRequest: Message } }
          readonly metrics: { readonly v1: { readonly ExportMetricsServiceRequest: Message } }
        }
      }
    }
  }
).opentelemetry.proto

const accept = (response: ServerResponse) => void response.writeHead(200).end()

/** A collector on this machine, which reads what it gets by OpenTelemetry's published schema. */
export const collect = async (
  answer: (response: ServerResponse, count: number) => void = accept
): Promise<Collector> => {
  const bodies: Array<{ readonly path: string; readonly bytes: Buffer }> = []
  const headers: Array<Readonly<Record<string, unknown>>> = []
  const server = createServer(async (request, response) => {
    const chunks: Array<Buffer> = []
    for await (const chunk of request) chunks.push(Buffer.from(chunk))
    bodies.push({ path: request.url ?? "", bytes: Buffer.concat(chunks) })
    headers.push(request.headers)
    answer(response, bodies.length)
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("the server has no port")
  const close = () => {
    server.closeAllConnections()
    server.close()
  }
  afterAll(close)
  const read = (path: string, message: Message) =>
    bodies.filter((body) => body.path === path).map(({ bytes }) => message.toObject(message.decode(bytes), plain))
  const traces = () => read("/v1/traces", collector.trace.v1.ExportTraceServiceRequest)
  const metrics = () => read("/v1/metrics", collector.metrics.v1.ExportMetricsServiceRequest)
  return {
    url: `http://127.0.0.1:${address.port}`,
    get paths() {
      return bodies.map(({ path }) => path)
    },
    headers,
    raw: () => bodies.map(({ bytes }) => bytes.toString("latin1")).join(""),
    service: () => record(traces()[0]?.resourceSpans[0].resource.attributes)["service.name"],
    spans: () =>
      traces().flatMap(({ resourceSpans }) =>
        resourceSpans.flatMap(({ scopeSpans }: any) => scopeSpans.flatMap(({ spans }: any) => spans.map(spanOf)))
      ),
    points: () =>
      metrics()
        .slice(-1)
        .flatMap(({ resourceMetrics }) =>
          resourceMetrics.flatMap(({ scopeMetrics }: any) =>
            scopeMetrics.flatMap(({ metrics }: any) => metrics.flatMap(pointsOf))
          )
        ),
    close
  }
}

// The schema's own types are those of a build of it: what comes of them is checked by the tests.

const plain = { longs: Number, bytes: String, enums: Number, defaults: false }

const record = (attributes: ReadonlyArray<any> = []): Readonly<Record<string, Value>> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, valueOf(value)]))

const valueOf = (value: any): Value =>
  value.arrayValue === undefined ? Object.values<Value>(value)[0] : (value.arrayValue.values ?? []).map(valueOf)

const spanOf = (span: any): Span => ({
  trace: span.traceId,
  id: span.spanId,
  parent: span.parentSpanId ?? "",
  name: span.name,
  kind: span.kind,
  attributes: record(span.attributes),
  status: span.status ?? {},
  events: (span.events ?? []).map((event: any) => ({ name: event.name, attributes: record(event.attributes) }))
})

const pointsOf = ({ histogram, name, sum, unit }: any): ReadonlyArray<Point> =>
  (sum ?? histogram).dataPoints.map((point: any) => ({
    name,
    unit,
    sum: point.asDouble ?? point.asInt ?? point.sum ?? 0,
    attributes: record(point.attributes)
  }))
