import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import { assertionsIn, criterionOf, of } from "../../src/internal/testNames.ts"

const numbers = Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 999 })))

describe("criterionOf", () => {
  it.each([
    ["test_r1_2", "R1.2"],
    ["test_r1_2_empty", "R1.2"],
    ["test_R12_30_both", "R12.30"],
    ["test_r1_2_3_songs", "R1.2"],
    ["test_r1_2empty", undefined],
    ["test_r1", undefined],
    ["test_r1_empty", undefined],
    ["test_it_r1_2", undefined],
    ["testr1_2", undefined],
    ["r1_2", undefined]
  ])("of %s is %s", (name, criterion) => {
    assert.strictEqual(criterionOf(name), criterion)
  })

  it.prop("is the criterion that a name is made of", [numbers, numbers], ([requirement, criterion]) => {
    assert.strictEqual(criterionOf(`test_r${requirement}_${criterion}_x`), `R${requirement}.${criterion}`)
  })
})

describe("of", () => {
  it("gives the tests of a file in their order, wherever they stand, and nothing else", () => {
    const text = [
      "def test_r1_1(): ...",
      "class ATest(TestCase):",
      "    def setUp(self): ...",
      "    def test_r1_2_one (self): ...",
      "    async  def test_r2_1(self): ...",
      "\tdef testOther(self): ...",
      "    def helper_test_r9_9(self): ...",
      "    # def test_r9_8(self): ...",
      "    test_r9_7 = 1",
      "    x = def_test_r9_6()",
      ""
    ].join("\n")
    const named = (text: string) => of(text).map(({ criterion, name }) => ({ name, criterion }))
    assert.deepStrictEqual(named(text), [
      { name: "test_r1_1", criterion: "R1.1" },
      { name: "test_r1_2_one", criterion: "R1.2" },
      { name: "test_r2_1", criterion: "R2.1" },
      { name: "testOther", criterion: undefined }
    ])
    assert.deepStrictEqual(named(text.replaceAll("\n", "\r\n")), named(text))
    assert.deepStrictEqual(of(""), [])
  })

  it("gives the source of each, to what stands no deeper than its name", () => {
    const first = ["    def test_a(self):", "        x = 1", "", "        self.assertEqual(x, 1)"]
    const second = ["    async def test_b(self): ..."]
    const text = ["class ATest(TestCase):", ...first, "", "    @slow", ...second, "x = 1", "def test_c(): ...", ""]
    assert.deepStrictEqual(
      of(text.join("\n")).map(({ source }) => source),
      [first.join("\n"), second.join("\n"), "def test_c(): ..."]
    )
  })

  const named = (...lines: ReadonlyArray<string>) => of(lines.join("\n")).map(({ fullName }) => fullName)

  it("names each by the classes that it is in", () => {
    assert.deepStrictEqual(
      named(
        "class A:",
        "    class B:",
        "        def test_a(self): ...",
        "",
        "# as above",
        "        async def test_b(self): ...",
        "    def test_a(self): ...",
        "class C[T](A):",
        "    if True:",
        "        def test_a(self): ...",
        "if True:",
        "    def test_a(): ...",
        "    class Größe(A):",
        "        def test_länge(self): ...",
        "def test_b(): ..."
      ),
      ["A.B.test_a", "A.B.test_b", "A.test_a", "C.test_a", "test_a", "Größe.test_länge", "test_b"]
    )
  })

  it("takes no function in another for a test, and nothing in a string for code", () => {
    assert.deepStrictEqual(
      named(
        "def helper():",
        "    def test_a(): ...",
        "class A:",
        "    def test_b(self):",
        "        def test_c(): ...",
        "        class D:",
        "            def test_d(self): ...",
        '        text = """',
        "class E:",
        "    def test_e(self): ...",
        '""")',
        "    def test_f(self): ..."
      ),
      ["A.test_b", "A.test_f"]
    )
  })

  it("gives sources with the strings over several lines that are in them, however these are indented", () => {
    const first = [
      "    def test_a(self):",
      "        text = f(r'''",
      'say \\"""',
      "# no comment",
      "''', \"'''\")",
      "# a comment",
      "        assert text  # it's said"
    ]
    const second = ["    def test_b(self):", "        '''\"'''", "        assert 1", '        """', "x", '"""']
    const text = ["class A:", ...first, "", "    # of the next", ...second, "# the end", ""].join("\n")
    assert.deepStrictEqual(
      of(text).map(({ source }) => source),
      [first.join("\n"), second.join("\n")]
    )
  })
})

describe("assertionsIn", () => {
  it.each([
    ["self.assertEqual(f(1), 1); assert x", 2],
    ["self.assertTrue(True); assert True; self.assertEqual(1, 1)  # assert x", 0],
    ["with self.assertRaises(KeyError): f()", 1],
    ["with pytest.raises(KeyError): f()", 1],
    ["self.fail('no')", 1],
    ["x = 1", 0],
    ["reassert = unassertive", 0]
  ])("of %j is %i", (source, count) => {
    assert.strictEqual(assertionsIn(source), count)
  })
})
