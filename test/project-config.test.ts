import { readFileSync } from "node:fs"
import { join } from "node:path"
import { Ajv2020 } from "ajv/dist/2020.js"
import { assert, describe, expect, it } from "@effect/vitest"
import { ProjectConfig } from "@stepwright/node-runner"
import { Result } from "effect"
import { decode } from "../packages/node-runner/src/internal/files/dataText.ts"

const schema = ProjectConfig.jsonSchema()
const root = join(import.meta.dirname, "..")

type Json = Readonly<Record<string, unknown>>

const isJson = (value: unknown): value is Json => typeof value === "object" && value !== null

/** The fields that a JSON Schema speaks of without a word on what they are. */
const silentIn = (json: unknown, at = ""): ReadonlyArray<string> => {
  if (!isJson(json)) return []
  const { properties } = json
  const own = isJson(properties)
    ? Object.entries(properties).flatMap(([name, field]) =>
        isJson(field) && typeof field["description"] === "string" ? [] : [`${at}.${name}`]
      )
    : []
  return [...own, ...Object.entries(json).flatMap(([name, inner]) => silentIn(inner, `${at}.${name}`))]
}

describe("ProjectConfig", () => {
  describe("jsonSchema", () => {
    it("is published with the package", () =>
      expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot(
        join(root, "packages/node-runner/schemas/stepwright.json")
      ))

    it("describes every field", () => assert.deepStrictEqual(silentIn(schema), []))

    it("is of every file that the documents show", () => {
      const shown = readFileSync(join(root, "docs/35-configuration.md"), "utf8")
      for (const [, text = ""] of shown.matchAll(/```yaml\n([^]*?)```/gu)) {
        assert.isTrue(Result.isSuccess(decode(ProjectConfig.ProjectConfig)(text)), text)
      }
    })

    it("takes what the Schema takes, to another validator, and no key besides", () => {
      const text = readFileSync(join(root, "examples/configuration/stepwright.yaml"), "utf8")
      const { value } = Result.getOrThrow(decode(ProjectConfig.ProjectConfig)(text))
      const validate = new Ajv2020({ strict: false }).compile(schema)
      assert.isTrue(validate(value), JSON.stringify(validate.errors))
      assert.isFalse(validate({ ...value, modles: {} }))
      assert.isFalse(validate({ models: { local: { baseUrl: "ftp://127.0.0.1" } } }))
    })
  })
})
