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
  ["a tree of folders", /^(?:[^\n]*\n){0,2}[ \t]*(?:[│|][ \t]*)*(?:├──|└──|\|--|`--|\+--)/],
  [
    "what a test run prints",
    /^(?:=+ test session starts =+|(?:tests?\S* )?\.+ *\[ *\d+%\]|collected \d+ items?|Ran \d+ tests? in |\d+ passed|--- (?:PASS|FAIL): )/
  ]
]

/** Whether a line leads to what is printed, or to a use: what stands below is no file. */
export const leadsElsewhere = (line: string): boolean =>
  /^\W*(?:(?:(?:the|sample|expected|example|program|console|terminal|typical) )*output|(?:example )?usage|(?:it|this|which) (?:prints|outputs|gives|displays)|prints|traceback|(?:error|log) messages?|(?:to )?run(?: it)?(?: with| like this| as)?|example (?:session|run))\b[^:：]{0,40}[:：]?\W*$/i.test(
    line
  )
