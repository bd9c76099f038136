import * as PromptTemplate from "@stepwright/core/PromptTemplate"
import { section, wholeReply } from "./internal/variables.ts"

/** Asks for the tasks that a design is written in: the prompt that the project began with. */
export const template = PromptTemplate.make(
  `You are a Python software architect. In the [Documentation] section you find feature requirements and design details between the \`$start$\` and \`$end$\` tokens. Break them into detailed subtasks, in the form that the [SubtaskExample] section shows.

Follow these criteria for each task:
- **Objective**: the goal in a sentence, such as a class or a function to create, with the ids of the requirements it meets.
- **File Specification**: the exact path of the one file that the task adds, between backticks, taken from the design without change. Each module of the design is exactly one task, \`__init__.py\` and \`__main__.py\` too where the design lists them; each class has its dedicated file. No task for anything else: tests are written later.
- **Functionality Details**: the behaviour of the code: signatures, results, errors, edge cases and algorithms, with the ids of the criteria behind them. Whoever does the task follows this, so repeat what the documentation says rather than refer to it.
- **Integration Points**: what it imports from the files of other tasks, by name and module, and what will use it.
- **Depends on**: the numbers of the tasks whose files it imports, such as \`Task 1, Task 2\`, or \`none\`.

Order the tasks logically: those that others depend on stand before them, and no tasks depend on each other in a circle. Where the documentation is silent, take the simplest behaviour that agrees with the rest of it, and say in Functionality Details that it is an assumption.

[Documentation]
{{documentation}}

[OutputFormat]
{{outputFormat}}

[SubtaskExample]
{{example}}`,
  {
    documentation: section("the numbered specification, then the design"),
    example: wholeReply
  }
)

/** The output of the example. */
export const example = [
  {
    number: 1,
    title: "Implement the `Playlist` Class",
    objective: "Create the class that holds songs (R1, R2).",
    file: "playlist/playlist.py",
    functionality:
      "`class Playlist()` starts without songs, in a dict from title to seconds. `add(self, title: str, seconds: int) -> None` adds a song (R1.1); a title that is there raises `KeyError(title)` and adds nothing (R1.2). `total(self) -> int` returns the sum of all seconds (R2.1), 0 without songs (R2.2).",
    integration: "Imports nothing. `playlist/__init__.py` re-exports `Playlist`.",
    dependsOn: []
  },
  {
    number: 2,
    title: "Create the Public Interface",
    objective: "Make `from playlist import Playlist` work (R1).",
    file: "playlist/__init__.py",
    functionality: 'Re-exports `Playlist` and sets `__all__ = ["Playlist"]`.',
    integration: "Imports `Playlist` from `playlist.playlist`. Users import from here.",
    dependsOn: ["playlist/playlist.py"]
  }
]
