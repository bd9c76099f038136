import { assert, describe, it } from "@effect/vitest"
import { leftOut } from "../../../src/internal/code/leftOut.ts"

/** Comments that models write in place of code. */
const inPlaceOfCode = [
  "...",
  "[...]",
  "(...)",
  "... rest of the code ...",
  "… (unchanged)",
  "rest of the file",
  "rest of config unchanged",
  "rest unchanged",
  "The rest of main.py remains unchanged",
  "the rest is the same as in the original file",
  "rest of the class stays the same",
  "remaining methods unchanged",
  "imports remain the same",
  "imports unchanged",
  "(imports as before)",
  "same imports as before",
  "Same as before",
  "method body unchanged",
  "function body omitted",
  "implementation details omitted",
  "unchanged code",
  "unchanged from the original",
  "no changes needed here",
  "No changes below",
  "[previous code]",
  "<existing code>",
  "existing code here",
  "previous functions here",
  "other methods here",
  "Other methods go here",
  "more tests here",
  "Add more tests here",
  "additional test cases go here",
  "keep all other functions the same",
  "Keep existing imports",
  "keep the rest of the file as is",
  "leave everything else as it was",
  "imports here",
  "implementation goes here",
  "your implementation here",
  "Insert your logic here",
  "omitted for brevity",
  "error handling omitted for clarity",
  "truncated for space",
  "TODO: implement",
  "TODO: implement the rest of this class",
  "to be implemented",
  "implement me",
  "snip",
  "--- snip ---",
  "to be continued",
  "continued in the next message",
  "Part 1 of 2",
  "similarly for the other methods",
  "and so on",
  "etc.",
  "其余代码不变",
  "省略其余代码",
  "既存のコード",
  "以下省略",
  "Rest des Codes bleibt unverändert",
  "le reste du code reste inchangé",
  "resto del código sin cambios",
  "остальной код без изменений",
  "Add the remaining functions here",
  "... 100 more lines",
  "(remaining 200 lines unchanged)",
  "and so on for the other cases",
  "... and more",
  "... imports",
  "TODO: rest of the methods",
  "No changes in this method",
  "=> existing code",
  "{{ existing code }}",
  ">>> rest of file <<<",
  "(other methods)",
  "Keep existing functions as they are",
  "Other existing endpoints",
  "O restante do código permanece o mesmo",
  "残りのコードは変更なし",
  "Der restliche Code bleibt unverändert",
  "... (le reste du code reste inchangé)"
]

/** Comments that are comments. */
const comments = [
  "rest of the arguments are passed on",
  "the rest of the code relies on it",
  "code here is executed once",
  "content remains valid until reset",
  "imports are sorted by name",
  "the body is the same for both",
  "keep existing values",
  "keep other references alive",
  "leave the input as it is",
  "Other imports",
  "Same as above, but sorted",
  "same order as the input",
  "None if the value was omitted",
  "omitted keys have no default",
  "removed in version 3",
  "more than one test fails here",
  "tests for the parser",
  "tests below",
  "helper functions below",
  "the same setup as above, with a file",
  "your name here is printed",
  "insert the item here",
  "add the item here",
  "TODO: implement caching when the API allows it",
  "wait for more ...",
  "look up the original ...",
  "Merge with existing ...",
  "part 1 of the key",
  "continue with the next line",
  "continued fractions",
  "unchanged lines are kept",
  "no changes are lost",
  "no change: the file is not written",
  "implementation of the queue",
  "a placeholder for the name",
  "use short names for brevity",
  "这里返回其余的值",
  "keep the rest in memory",
  "leave the rest to the caller",
  "placeholder for the user's name",
  "Long names are truncated for brevity",
  "status stays the same"
]

const python = (comment: string) => `import os\n\n\ndef f():\n    return os\n\n# ${comment}\n`
const javascript = (comment: string) => `import os from "os"\n\n// ${comment}\nexport const f = () => os\n`

describe("leftOut", () => {
  it.each(inPlaceOfCode)("finds what stands for code: %s", (comment) => {
    assert.deepStrictEqual(leftOut(python(comment), "python"), { _tag: "Placeholder", line: 7 })
    assert.deepStrictEqual(leftOut(javascript(comment), "javascript"), { _tag: "Placeholder", line: 3 })
  })

  it.each(comments)("leaves a comment alone: %s", (comment) => {
    assert.isUndefined(leftOut(python(comment), "python"))
    assert.isUndefined(leftOut(javascript(comment), "javascript"))
  })

  it.each([
    ["python", "def f():\n    pass  # TODO: implement"],
    ["python", "def f():\n    return None  # placeholder"],
    ["python", "def f():\n    ...  # existing code"],
    ["javascript", "f() {\n} // unchanged"],
    ["javascript", "function f() { /* existing code */ }"],
    ["javascript", "const f = () => { ... }"],
    ["java", "class A { … }"],
    ["typescript", "const x = ...;"],
    ["go", "return ..."],
    ["html", "<p>\n  <!-- other sections here -->\n</p>"],
    ["css", "a {}\n/* remaining styles unchanged */"],
    ["sql", "select 1;\n-- ... remaining tables"]
  ])("finds what stands for code in %s: %s", (language, content) => {
    assert.strictEqual(leftOut(content, language)?._tag, "Placeholder")
  })

  it.each([
    ["python", "def f(self) -> int: ..."],
    ["python", "x: tuple[int, ...] = (1,)"],
    ["python", "print('...')  # prints dots"],
    ["python", 's = """\n# ...\n# rest of the code\n"""'],
    ["javascript", "const x = { ...a }\nf(...b)"],
    ["javascript", "const s = `\n// ... existing code ...\n`"],
    ["php", "$f = strlen(...);"],
    ["csharp", "var x = a[1..];"],
    ["rust", "let A { x, .. } = a;"],
    ["go", "a := [...]int{1, 2}"],
    ["bash", "echo 'loading ...'"],
    ["css", "a::after { content: '...'; }"]
  ])("leaves code alone in %s: %s", (language, content) => {
    assert.isUndefined(leftOut(content, language))
  })

  it.each([
    ["a diff with its hunks", "@@ -1 +1 @@\n-a\n+b"],
    ["a diff without them", "--- a/x.py\n+++ b/x.py\n-a\n+b"],
    ["changed lines among others", "def f():\n-    return 1\n+    return 2\n"],
    ["a block of changed lines", "def f():\n-    a = 1\n-    return a\n+    a = 2\n+    return a\n"],
    ["a conflict", "<<<<<<< HEAD\na\n=======\nb\n>>>>>>> main"],
    ["a patch", "*** Begin Patch\n*** Update File: x.py\n-a\n+b\n*** End Patch"]
  ])("finds an edit: %s", (_, content) => {
    assert.deepStrictEqual(leftOut(content, "python"), { _tag: "Edit" })
  })

  it.each([
    ["python", "x = (1\n- 2\n- 3\n+ 4)"],
    ["python", 's = """\n-a\n+b\n"""'],
    ["python", "x = 1\n\n-x\n"],
    ["yaml", "- a\n- b"],
    ["markdown", "- a\n+ b"]
  ])("takes signs of %s for no edit: %s", (language, content) => {
    assert.isUndefined(leftOut(content, language))
  })
})
