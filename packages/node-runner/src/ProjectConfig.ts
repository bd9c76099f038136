import type { JsonSchema } from "effect/JsonSchema"
import * as Schema from "effect/Schema"
import { StepTemplateConfig } from "@stepwright/core/WorkflowConfig"
import { Parameters } from "@stepwright/core/LlmRequest"
import { Price } from "@stepwright/llm/Prices"
import { patterns } from "@stepwright/llm/Redact"
import { publish } from "./internal/files/publish.ts"
import { providers, StructuredOutput } from "./internal/services/models.ts"
import { Sandbox } from "./internal/services/testRunners.ts"

const optional = <S extends Schema.Top>(schema: S, description: string): Schema.optionalKey<S>["Rebuild"] =>
  Schema.optionalKey(schema).annotateKey({ description })

const Text = Schema.NonEmptyString
const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))
const Some = Schema.Int.check(Schema.isGreaterThan(0))
const Usd = Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))

const Path = Text
const inFolder = "relative to the folder of this file"

const Address = Schema.String.check(
  Schema.isPattern(/^https?:\/\/[^\s/]/u, { expected: "an http or https address, such as https://host/v1" })
)

/** What no name of a variable looks like, but keys do, of whatever service. */
const keys: ReadonlyArray<RegExp> = [
  ...patterns,
  /^(?:[a-z]{1,5}\d{0,2}[-_]){1,3}(?=[A-Za-z]*\d)[\dA-Za-z]{16,}/u,
  /^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)\w{20,}$/u,
  /^[\da-f]{32,}$/u
]
// it may be a key, so that nothing of it is told
const message =
  "Expected the name of a variable of the environment, such as OPENAI_API_KEY: a key itself does not stand in a file"
const Variable = Schema.String.annotate({ message }).check(
  Schema.makeFilter((name) => !keys.some((key) => key.test(name)) || message, {}, true),
  Schema.isPattern(/^[A-Za-z_]\w*$/u, { message })
)
const Size = Schema.String.check(
  Schema.isPattern(/^[1-9]\d{0,5} (?:MB|GB)$/u, { expected: 'a size such as "500 MB" or "2 GB"' })
)

/** A model under a name of its own: whose it is, where and how it is asked, what it costs. */
export const Model = Schema.Struct({
  provider: optional(Schema.Literals(providers), "Whose API it speaks: openai unless given."),
  model: optional(
    Text,
    "The provider's name of it: that of the variable of the provider, or its default, unless given."
  ),
  baseUrl: optional(Address, "Where it is asked: the provider's own address, or its variable, unless given."),
  keyVariable: optional(
    Variable,
    "The name of the variable that has the key: `OPENAI_API_KEY` or the like unless given."
  ),
  parameters: optional(Parameters, "How it is asked where a step does not say."),
  price: optional(Price, "What it costs, in USD per million tokens, whatever a table of prices says."),
  structuredOutput: optional(
    StructuredOutput,
    "How a schema is sent: `strict` unless given; `json` or `instructions` for servers without that."
  ),
  streamUsage: optional(Schema.Boolean, "`false` for a server that refuses `stream_options`."),
  reasoning: optional(
    Schema.Boolean,
    "Whether the model reasons, and so takes no temperature, where its name does not tell."
  ),
  promptCaching: optional(Schema.Boolean, "Whether the server is asked to keep what prompts have in common."),
  fallback: optional(
    Schema.Array(Text),
    "The models that are asked in turn where it cannot be reached: their names here, or those of the provider."
  )
}).annotate({
  identifier: "Model",
  description: "A model under a name of its own: whose it is, where and how it is asked, what it costs."
})
export type Model = typeof Model.Type

/** What is set for one step: what a `WorkflowConfig` can say, with texts in files of their own. */
export const StepConfig = Schema.Struct({
  ...StepTemplateConfig.fields,
  promptFile: optional(Path, `A file with the template of its prompt, ${inFolder}.`),
  systemFile: optional(Path, `A file with the template of its system message, ${inFolder}.`)
}).annotate({
  identifier: "Step",
  description: "What is set for one step: its prompt's text, its model, how it is asked."
})
export type StepConfig = typeof StepConfig.Type

/** Settings of steps by name, nested like the workflow: a group has `steps`, an item of a `forEach` is `*`. */
export interface StepsConfig {
  readonly [name: string]: StepConfig & { readonly steps?: StepsConfig }
}
export const StepsConfig: Schema.Codec<StepsConfig> = Schema.Record(
  Schema.String,
  Schema.Struct({
    ...StepConfig.fields,
    steps: optional(
      Schema.suspend((): Schema.Codec<StepsConfig> => StepsConfig),
      "Settings of the steps in it."
    )
  })
).annotate({
  identifier: "Steps",
  description:
    "Settings of steps by name, nested like the workflow: a group has `steps`, an item of a `forEach` is `*`."
})

const { parameters, repair, timeout } = StepTemplateConfig.fields

const shared = {
  $schema: optional(Schema.String, "The JSON Schema of this file, for editors."),
  models: optional(
    Schema.Record(Schema.String, Schema.Union([Text, Model])).check(Schema.isMaxProperties(1000)),
    "Models by the names that steps ask them by; `default` is asked where a step names none. A text is another name here, a model of OpenAI's, or `anthropic/NAME`."
  ),
  budget: optional(
    Schema.Struct({
      calls: optional(Count, "The most calls of a run."),
      tokens: optional(Count, "The most tokens of a run, input and output together."),
      usd: optional(Usd, "What a run may cost, in USD. The price of every model that is asked must be known.")
    }),
    "What a run may use up; before more than that it is suspended."
  ),
  concurrency: optional(Some, "How many requests are on their way at most, of all models together."),
  prices: optional(
    Path,
    `A file of prices, in USD per million tokens, ${inFolder}; the table of the library unless given.`
  ),
  store: optional(
    Path,
    `The folder in which runs are kept, ${inFolder}: \`.stepwright\` where a command is called unless given.`
  ),
  cache: optional(
    Schema.Union([
      Schema.Boolean,
      Schema.Struct({
        folder: optional(Path, `Where it is, ${inFolder}: \`cache\` in the store unless given.`),
        size: optional(Size, "How large it may grow: `500 MB` unless given.")
      })
    ]),
    "Results that runs share: `false` for none."
  ),
  sandbox: optional(
    Sandbox,
    "What tests run in: the strongest that works here unless given; `none` protects from nothing."
  ),
  python: optional(Text, `The Python that runs tests: a file, ${inFolder}, or a name in PATH.`),
  install: optional(
    Schema.Boolean,
    "Whether packages that tests need and Python lacks are installed for them, as wheels."
  ),
  record: optional(Path, `A folder to which every reply is written, ${inFolder}.`),
  replay: optional(
    Path,
    `A folder of recorded replies that answers, ${inFolder}; with the same \`record\`, what it lacks is asked for.`
  ),
  relay: optional(Path, `A folder in which a person or another program answers, ${inFolder}.`),
  parameters,
  repair,
  timeout
}

/** What a person sets for all that they do: `config.yaml` in the folder of their settings. */
export const UserConfig = Schema.Struct(shared).annotate({
  identifier: "UserConfig",
  description: "What a person sets for all projects of theirs."
})
export type UserConfig = typeof UserConfig.Type

/** What is set for a project: `stepwright.yaml`, `.yml` or `.json`. */
export const ProjectConfig = Schema.Struct({
  ...shared,
  workspace: optional(Path, `The folder into which files are delivered, ${inFolder}: \`out/NAME\` unless given.`),
  workflow: optional(
    Text,
    `The workflow of \`run\`: \`MODULE.ts#NAME\`, or a file of a definition, ${inFolder}; the ready one unless given.`
  ),
  steps: optional(StepsConfig, "What is set for steps of the workflow, by their names or paths.")
}).annotate({
  identifier: "ProjectConfig",
  description: "What is set for a project of Stepwright. `stepwright config` shows what comes of it."
})
export type ProjectConfig = typeof ProjectConfig.Type

/** The JSON Schema (2020-12) of `stepwright.yaml`, which editors check it by. */
export const jsonSchema = (): JsonSchema =>
  publish(ProjectConfig, { title: "stepwright.yaml", onExcessProperty: "error" })
