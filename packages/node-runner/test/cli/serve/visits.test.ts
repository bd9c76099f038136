import { assert, describe, it } from "@effect/vitest"
import * as visits from "../../../src/cli/serve/visits.ts"

describe("visits", () => {
  it("lets a page in once for a code, with a cookie that stays good", () => {
    const { admit, code, isAdmitted } = visits.make("a token")
    const first = code()
    assert.isUndefined(admit(`${first}x`))
    const cookie = admit(first)!
    assert.isUndefined(admit(first))
    assert.isTrue(isAdmitted(cookie))
    assert.notStrictEqual(code(), first)
    assert.notStrictEqual(admit(code()), cookie)
    assert.isTrue(isAdmitted(cookie))
  })

  it("knows a cookie after the server was started anew, by its token", () => {
    const before = visits.make("a token")
    const cookie = before.admit(before.code())!
    assert.isTrue(visits.make("a token").isAdmitted(cookie))
    assert.isFalse(visits.make("another").isAdmitted(cookie))
  })

  it("knows no cookie that was made up or changed", () => {
    const { admit, code, isAdmitted } = visits.make("a token")
    const cookie = admit(code())!
    const wrong = ["", ".", "a.b", cookie.slice(1), cookie.slice(0, -1), `${cookie}.`, cookie.replace(".", "")]
    assert.deepStrictEqual(wrong.filter(isAdmitted), [])
  })
})
