import { describe, it } from "@effect/vitest"
import { assertEachBegins, assertOneResumes } from "./support/together.ts"

const count = 50

describe("fifty processes that begin at once", () => {
  it("go on with a stopped run one at a time", () => assertOneResumes(count))

  it("deliver each into a folder of its own", () => assertEachBegins(count))
})
