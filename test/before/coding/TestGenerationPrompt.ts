import * as PromptTemplate from "@stepwright/core/PromptTemplate"
import { section, wholeReply } from "./internal/variables.ts"

/** Asks for the tests of the written code against the requirement. */
export const template = PromptTemplate.make(
  `You are a software tester who writes Python \`unittest\` tests. Between the \`$start$\` and \`$end$\` tokens stand: in [Requirement] a numbered specification, in [Code] all files of the package that is to meet it. Write tests that show whether it does.

- Every criterion is checked by at least one test, named after it: \`test_r2_1_…\` for R2.1. Leave out only what no test can observe.
- Expected results come from the specification, never from what the code happens to do. Work each one out by hand and keep the cases small. Check only what the specification promises: not the wording of a message, the order of a set or a private name that it leaves open.
- Names and signatures come from the code. Import them as the specification shows, else from the module that defines them, by its full name.
- Put the files under \`tests/\`, each named \`test_<subject>.py\`, with \`unittest.TestCase\` classes; \`python3 -m unittest\` finds them from the project folder. \`tests/__init__.py\` is made for you. Use the standard library only: no pytest.
- The tests run in a sandbox with one process and one thread: no network, no subprocess, no new threads, no sleeping, no real time. Start a command line by calling its \`main([...])\` with \`contextlib.redirect_stdout\` and \`redirect_stderr\`; inject clocks and streams.
- Files only in a \`tempfile.TemporaryDirectory()\`. Each test stands alone, in any order, and gives the same result every time.
- Where the specification is silent, write no test, unless one of its assumptions decides it. Where code and specification differ, the test follows the specification.

[Requirement]
{{requirement}}

[Code]
{{code}}

[OutputFormat]
{{outputFormat}}

[Example]
For the class \`Playlist\` in \`playlist/playlist.py\` with the criteria R1.2 and R2.1 the reply is
{{example}}`,
  {
    requirement: section("the numbered specification"),
    code: section("all files of the package"),
    example: wholeReply
  }
)

/** The output of the example. */
export const example = [
  {
    path: "tests/test_playlist.py",
    content: `import unittest

from playlist import Playlist


class PlaylistTest(unittest.TestCase):
    def test_r1_2_same_title_twice(self) -> None:
        playlist = Playlist()
        playlist.add("A", 60)
        with self.assertRaises(KeyError):
            playlist.add("A", 30)
        self.assertEqual(playlist.total(), 60)

    def test_r2_1_total(self) -> None:
        playlist = Playlist()
        playlist.add("A", 60)
        playlist.add("B", 30)
        self.assertEqual(playlist.total(), 90)
`
  }
]
