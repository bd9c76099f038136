/** What a block shows that is no file of a programming language, by how it begins. */
export const shownInstead = (content: string): string | undefined => {
  const first = content.trimStart().slice(0, maxLength)
  return kinds.find(([, pattern]) => pattern.test(first))?.[0]
}

const maxLength = 400

const kinds: ReadonlyArray<readonly [what: string, pattern: RegExp]> = [
  [
    "commands and what they print",
    /^(?:\$ \S|>>> ?\S|In \[\d+\]: |(?:PS )?[A-Z]:\\[^>\n]*> ?\S|[\w.-]+@[\w.-]+:[^$#\n]*[$#] )/
  ],
  [
    "an error",
    /^(?:Traceback \(most recent call last\):|File "[^"\n]+", line \d+|(?:\w+\.)*\w*(?:Error|Exception): |Exception in thread |panic: |error(?:\[\w+\])?: )/
  ],
  ["lines with their numbers", /^1[ \t]*[|│:][^\n]*\n[ \t]*2[ \t]*[|│:]/],
  ["a tree of folders", /^(?:[^\n]*\n){0,2}[ \t]*(?:[│|][ \t]*)*(?:├──|└──|\|--|`--|\+--)/],
  [
    "what a test run prints",
    /^(?:=+ test session starts =+|(?:tests?\S* )?\.+ *\[ *\d+%\]|collected \d+ items?|Ran \d+ tests? in |\d+ passed|--- (?:PASS|FAIL): )/
  ]
]

/** Whether a line leads to what is printed, or to a use: what stands below is no file. */
export const leadsElsewhere = (line: string): boolean => elsewhere.test(line)

const elsewhere = new RegExp(
  `^\\W*(?:${[
    "(?:(?:the|sample|expected|example|program|console|terminal|typical) )*output",
    "(?:example )?usage",
    "(?:it|this|which) (?:prints|outputs|gives|displays)",
    "prints",
    "traceback",
    "(?:error|log) messages?",
    "(?:to )?run(?: it)?(?: with| like this| as)?",
    "example (?:session|run)",
    "ausgabe|sortie|salida|saída|uscita|uitvoer|вывод"
  ].join("|")})\\b(?:[^:：]{0,40}[:：])?\\W*$|^\\W*(?:输出|出力|출력|実行結果|运行结果)\\W*$`,
  "iu"
)

/** Whether a line says that what stands below is a part of something, or what it was before. */
export const leadsToPart = (line: string): boolean => line.length < 300 && part.test(line) && !all.test(line)

const part = new RegExp(
  `^\\W*(?:(?:then|now|next|also|please|only|just|and|you can|we|let's)[, ]+)*(?:${[
    "(?:add|append|insert|change|update|modify|replace|edit|remove|delete|fix|rename|move|wrap|extend|register|adjust|patch|import)\\b.*",
    "(?:(?:the|my|your|its) )?(?:old|current|original|previous|existing|buggy|relevant|changed) (?:code|version|parts?|lines?|section|function|method)(?: was| is)?",
    "(?:(?:the|my|your) )?(?:changes?|bug|problem|issue|error|fix|diff)(?: was| is)?(?: here)?",
    "(?:before|after|old|current|original|previously)"
  ].join("|")})[:：]\\W*$`,
  "i"
)
const all = /\b(?:entire|whole|full|complete|everything|all of|contents? (?:of|with)|file with|file to)\b/i
