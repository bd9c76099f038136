import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe } from "@effect/vitest"
import { WorkspaceConformance } from "@stepwright/core/testing"
import { NodeWorkspace } from "@stepwright/node-runner"
import { Effect } from "effect"
import { conforms } from "./support/conformance.ts"

describe("a workspace on disk", () => {
  const folder = Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "workspace-"))),
    (root) => Effect.sync(() => rmSync(root, { recursive: true }))
  )
  const subject = Effect.map(folder, (root) => ({
    layer: NodeWorkspace.layer({ root }),
    edit: (path: string, content: string) => Effect.sync(() => writeFileSync(join(root, path), content))
  }))
  conforms(WorkspaceConformance.suite(subject))
})
