import { describe, expect, it } from "vitest"
import { apiOf, difference } from "./api.ts"

const of = (files: Readonly<Record<string, string>>) => apiOf("@x/y", new Map(Object.entries(files)))

const bodyOf = (files: Readonly<Record<string, string>>) =>
  of(files)
    .text.split("\n")
    .filter((line) => line !== "" && !/^(?:#|```|Written by)/.test(line))

describe("apiOf", () => {
  it("has the public modules in order, their exports by name, and no comments", () => {
    const { text } = of({
      "./index.ts": 'export * as B from "./B.ts";',
      "./main.ts": "export {};",
      "./B.ts": "/** Says. */\nexport declare const b: {\n    /** How much. */\n    readonly much: 1;\n};\n",
      "./A.ts": "export declare const z: 1;\nexport declare const a: 2;\n",
      "./internal/c.ts": "export declare const c: 3;\n"
    })
    expect(text).toBe(
      [
        "# The API of @x/y\n\nWritten by `npm run api`: what the public modules export, by name.\n",
        "## A\n\n```ts\nexport declare const a: 2;\nexport declare const z: 1;\n```\n",
        "## B\n\n```ts\nexport declare const b: {\n    readonly much: 1;\n};\n```\n"
      ].join("\n")
    )
  })

  it("has what is private only where an export needs it, and a generated base class where it is extended", () => {
    expect(
      bodyOf({
        "./A.ts": [
          "type Unused = 1;",
          "type Needed<A> = A | Deeper;",
          "type Deeper = 2;",
          "declare const Fault_base: Made<{ readonly _tag: string }>;",
          "declare class Made<A> { readonly a: A }",
          "export declare class Fault extends Fault_base { get message(): string }",
          "export declare const a: Needed<3>;",
          "export {};"
        ].join("\n")
      })
    ).toStrictEqual([
      "export declare class Fault extends Made<{",
      "    readonly _tag: string;",
      "}> {",
      "    get message(): string;",
      "}",
      "export declare const a: Needed<3>;",
      "type Deeper = 2;",
      "declare class Made<A> {",
      "    readonly a: A;",
      "}",
      "type Needed<A> = A | Deeper;"
    ])
  })

  it("has what comes from a closed file where it is exported, by the name it has there", () => {
    const api = of({
      "./A.ts":
        'export { a, type B, c as d } from "./internal/a.ts";\nimport { type E } from "./internal/a.ts";\nexport type { E };',
      "./internal/a.ts":
        'import type { F } from "./deep/f.ts";\nexport declare const a: B;\nexport type B = 1;\nexport declare const c: Local;\nexport type Local = 2;\nexport type E = F;',
      "./internal/deep/f.ts": "export type F = 4;",
      "./F.ts": 'export type { F } from "./internal/deep/f.ts";'
    })
    expect(api.text).toContain(
      [
        'import { F } from "./F.ts"\n',
        "export type B = 1;",
        "export type E = F;",
        "export declare const a: B;",
        "type Local = 2;",
        "declare const c: Local;\n",
        "export { c as d }"
      ].join("\n")
    )
    expect(api.leaks).toStrictEqual([{ declaration: "A.E", mentions: "./internal/deep/f.ts F", publicly: "F.F" }])
  })

  it("says which public declarations mention a closed file", () => {
    const { leaks } = of({
      "./A.ts": [
        'import * as Schema from "effect/Schema";',
        'import * as b from "./internal/b.ts";',
        'import type { B } from "./internal/b.ts";',
        "export interface One extends b.Options { readonly b: B; readonly s: Schema.Json }",
        'export declare const two: import("./internal/b.ts").B;'
      ].join("\n"),
      "./internal/b.ts": "export interface Options {}\nexport type B = 1;"
    })
    expect(leaks.map(({ declaration, mentions }) => `${declaration}: ${mentions}`)).toStrictEqual([
      "A.One: ./internal/b.ts Options",
      "A.One: ./internal/b.ts B",
      "A.two: ./internal/b.ts B"
    ])
    expect(leaks.every(({ publicly }) => publicly === undefined)).toBe(true)
  })
})

describe("difference", () => {
  const { text: before } = of({
    "./A.ts": "export declare const a: 1;\ndeclare const c: 3;\nexport { c as import };",
    "./B.ts": "export type B = 1;"
  })

  it("is nothing between equal texts", () => {
    expect(difference(before, before)).toStrictEqual({ lines: [], gone: [] })
  })

  it("has the lines by module, and the names that went away", () => {
    const { text: after } = of({ "./A.ts": "export declare const a: 2;", "./B.ts": "export type B = 1;" })
    expect(difference(before, after)).toStrictEqual({
      lines: [
        "A",
        "- export declare const a: 1;",
        "- declare const c: 3;",
        "- export { c as import }",
        "+ export declare const a: 2;"
      ],
      gone: ["A.import"]
    })
  })

  it("sees a declaration that moved to another module as gone from its own", () => {
    const { text: after } = of({
      "./A.ts": "export declare const a: 1;\ndeclare const c: 3;\nexport { c as import };\nexport type B = 1;"
    })
    expect(difference(before, after)).toStrictEqual({
      lines: ["A", "+ export type B = 1;", "B", "- export type B = 1;"],
      gone: ["B.B"]
    })
  })
})
