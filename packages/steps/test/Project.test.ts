import { assert, describe, it } from "@effect/vitest"
import { Project } from "@stepwright/steps"
import { Result, Schema } from "effect"

const accepts = (project: unknown) => Result.isSuccess(Schema.decodeUnknownResult(Project.Project)(project))

describe("Project", () => {
  it("prints documents so that none can look like two", () => {
    const text = "===== b.md =====\n\nTitle\n======="
    const printed = Project.print([
      { path: "a.md", text },
      { path: "b.md", text: "b" }
    ])
    const rule = "=".repeat(8)
    assert.strictEqual(printed, `${rule} a.md ${rule}\n${text}\n\n${rule} b.md ${rule}\nb`)
  })

  const project = Project.ofText("It counts.\n")

  it("is one document where there is one text", () => {
    assert.deepStrictEqual(project, {
      documents: [{ path: "requirement.md", text: "It counts.\n" }],
      design: [],
      samples: []
    })
    assert.strictEqual(Project.ofText("…", "PRD.md").documents[0]!.path, "PRD.md")
    assert.isTrue(accepts(project))
  })

  it("has a document, and none that says nothing", () => {
    assert.isFalse(accepts({ ...project, documents: [] }))
    assert.isFalse(accepts(Project.ofText("")))
    assert.isFalse(accepts(Project.ofText("…", "")))
    assert.isFalse(accepts({ ...project, design: [{ path: "design.md", text: "" }] }))
  })

  it("has samples where they can be delivered only, empty ones too", () => {
    const sample = (path: string) => accepts({ ...project, samples: [{ path, text: "" }] })
    assert.isTrue(sample("data/one.csv"))
    for (const path of ["../one.csv", "/one.csv", "data\\one.csv", ".git/one.csv", ""])
      assert.isFalse(sample(path), path)
  })

  it("goes to JSON and back", () => {
    const codec = Schema.toCodecJson(Project.Project)
    const whole = { ...project, design: project.documents, samples: [{ path: "a.csv", text: "1\n" }] }
    const text = JSON.stringify(Schema.encodeSync(codec)(whole))
    assert.deepStrictEqual(Schema.decodeUnknownSync(codec)(JSON.parse(text)), whole)
  })
})

describe("print", () => {
  it("shows one document as it is, and several under their names, in their order", () => {
    const document = (path: string) => ({ path, text: `text of ${path}\n\n` })
    assert.strictEqual(Project.print([document("b.md")]), "text of b.md\n\n")
    assert.strictEqual(
      Project.print([document("b.md"), document("a.md")]),
      "===== b.md =====\ntext of b.md\n\n===== a.md =====\ntext of a.md"
    )
  })
})
